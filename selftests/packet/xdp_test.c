// SPDX-License-Identifier: GPL-2.0-only
/*
 * The uplink's XDP hook: it sends on the answers that it knows all of, and
 * leaves everything else to TC without a byte changed.
 */
#include <linux/bpf.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "check.h"
#include "family.h"

/* A packet is said by how it differs from these. */
#pragma GCC diagnostic ignored "-Woverride-init"

enum {
	MTU = 1400,
	POD_PORT = 40000,
	ANYWHERE = 7, /* an ifindex */
};

static const __u8 pod_mac[6] = { 2, 0, 0, 0, 0, 1 };
static const __u8 bridge_mac[6] = { 2, 0, 0, 0, 0, 2 };

/* A node whose pod has opened a flow, and how that one stands. */
struct scene {
	struct fixture fixture;
	const struct family *family;
	struct packet_spec sent;
	struct packet_spec answer; /* as it comes to the node */
	struct masq_tuple key;
	struct masq_flow flow;
	struct masq_addr pod;
	struct masq_pod_way way;
};

static uint8_t proto_of(const struct family *f, uint8_t proto)
{
	return proto == IPPROTO_ICMP ? f->icmp : proto;
}

static void forwards_directly(const struct fixture *fixture)
{
	struct masq_config config;

	fixture_get_config(fixture, &config);
	config.forwarding = MASQ_FORWARDING_DIRECT;
	fixture_set_config(fixture, &config);
}

static void way_set(const struct scene *scene)
{
	if (bpf_map_update_elem(scene->fixture.maps.fd[MAP_POD_WAYS],
				&scene->pod, &scene->way, BPF_ANY))
		test_failed = true;
}

static void way_make(struct scene *scene)
{
	scene->way = (struct masq_pod_way){
		.way = { .state = MASQ_WAY_READY,
			 .ifindex = ANYWHERE,
			 .mtu = MTU,
			 .is_peer = 1,
			 .takes_frames = 1 },
		.until_ns = fixture_now_ns() + 3600 * SECOND_NS,
	};
	memcpy(scene->way.way.destination, pod_mac, sizeof(pod_mac));
	memcpy(scene->way.way.source, bridge_mac, sizeof(bridge_mac));
	way_set(scene);
}

/* The pod's packet goes out; *scene: what has come of it. */
static void flow_open(struct scene *scene, uint8_t proto)
{
	const struct family *f = scene->family;
	struct frame frame, out;
	struct frame_view view;

	scene->sent = (struct packet_spec){ .proto = proto_of(f, proto),
					    .src = f->pod,
					    .dst = f->remote,
					    .src_port = POD_PORT,
					    .dst_port = 443,
					    .tcp_flags = SYN,
					    .icmp_type = f->echo,
					    .payload = 32 };
	frame_build(&frame, &scene->sent);
	CHECK_EQUAL(fixture_run(&scene->fixture, MASQ_EGRESS, &frame, &out),
		    MASQ_TRANSLATED);
	CHECK(fixture_flow(&scene->fixture, &out, &scene->key, &scene->flow));
	scene->flow.kind = MASQ_KIND_DIRECT;
	scene->flow.state = MASQ_STATE_ESTABLISHED;
	fixture_set_flow(&scene->fixture, &scene->key, &scene->flow);
	scene->pod = scene->flow.local;
	CHECK(frame_view(&out, &view));
	scene->answer = (struct packet_spec){
		.proto = scene->sent.proto,
		.src = f->remote,
		.dst = f->node,
		.src_port = proto == IPPROTO_ICMP ? view.src_port : 443,
		.dst_port = view.src_port,
		.tcp_flags = ACK,
		.icmp_type = f->echo == 8 ? 0 : f->echo + 1,
		.payload = proto == IPPROTO_TCP ? 0 : 32,
	};
}

static void scene_open(struct scene *scene, const struct family *f,
		       uint8_t proto)
{
	const struct fixture_options options = { 0 };

	*scene = (struct scene){ .family = f };
	fixture_open(&scene->fixture, &options);
	forwards_directly(&scene->fixture);
	flow_open(scene, proto);
	way_make(scene);
}

/* Play it, where the pod of this family has opened a flow of this protocol. */
static void in_scene(const struct family *f, uint8_t proto,
		     void (*play)(struct scene *scene))
{
	struct scene scene;

	scene_open(&scene, f, proto);
	if (!test_failed)
		play(&scene);
	fixture_close(&scene.fixture);
}

static void in_each_family(uint8_t proto, void (*play)(struct scene *scene))
{
	for (int i = 0; i < MASQ_FAMILY_COUNT && !test_failed; i++)
		in_scene(&families[i], proto, play);
}

static size_t hops_at(const struct scene *scene)
{
	return FRAME_L3 + (scene->family->header == 20 ? 8 : 7);
}

/* One hop less; of IPv4 the header's checksum knows it. */
static void hop_take(const struct scene *scene, struct frame *frame)
{
	uint8_t *check = &frame->bytes[FRAME_L3 + 10];

	frame->bytes[hops_at(scene)]--;
	if (scene->family->header == 20 && ++check[0] == 0)
		++check[1];
}

/* The answer as the pod is to get it. */
static void expected_build(const struct scene *scene, struct frame *ret)
{
	struct packet_spec spec = scene->answer;

	spec.dst = scene->family->pod;
	spec.dst_port = POD_PORT;
	if (spec.proto == scene->family->icmp)
		spec.src_port = POD_PORT;
	frame_build(ret, &spec);
	memcpy(ret->bytes, pod_mac, sizeof(pod_mac));
	memcpy(ret->bytes + 6, bridge_mac, sizeof(bridge_mac));
	hop_take(scene, ret);
}

static void is_sent_on(struct scene *scene)
{
	const struct fixture *fixture = &scene->fixture;
	__u64 counted = fixture_counted(fixture, MASQ_INGRESS, MASQ_TRANSLATED);
	struct frame frame, got, expected;

	frame_build(&frame, &scene->answer);
	expected_build(scene, &expected);
	CHECK_EQUAL(fixture_send_xdp(fixture, &frame, &got), XDP_REDIRECT);
	CHECK(frame_checks(&got));
	CHECK(frame_equal(&got, &expected));
	CHECK_EQUAL(fixture_counted(fixture, MASQ_INGRESS, MASQ_TRANSLATED),
		    counted + 1);
}

static void frame_is_left(const struct scene *scene, const struct frame *frame)
{
	struct frame got;

	CHECK_EQUAL(fixture_send_xdp(&scene->fixture, frame, &got), XDP_PASS);
	CHECK(frame_equal(&got, frame));
}

static void is_left(const struct scene *scene, const struct packet_spec *spec)
{
	struct frame frame;

	frame_build(&frame, spec);
	frame_is_left(scene, &frame);
}

static void answers_are_sent_on(void)
{
	in_each_family(IPPROTO_UDP, is_sent_on);
	in_each_family(IPPROTO_TCP, is_sent_on);
	in_each_family(IPPROTO_ICMP, is_sent_on);
}

/* Of any length: an odd one, and those around what is summed up at once. */
static void check_lengths(struct scene *scene)
{
	static const size_t lengths[] = { 0,  1,  2,   3,   55,	 56,
					  57, 64, 119, 120, 121, 1300 };

	for (size_t i = 0; i < LENGTH(lengths) && !test_failed; i++) {
		scene->answer.payload = lengths[i];
		is_sent_on(scene);
	}
}

static void datagrams_of_any_length_are_sent_on(void)
{
	in_each_family(IPPROTO_UDP, check_lengths);
}

static void check_no_checksum(struct scene *scene)
{
	scene->answer.check = NO_CHECKSUM;
	is_sent_on(scene);
}

static void a_datagram_without_a_checksum_is_sent_on(void)
{
	in_scene(&families[MASQ_IPV4], IPPROTO_UDP, check_no_checksum);
}

/* --- what is TC's --- */

static const struct {
	const char *name;
	uint8_t flags;
	size_t payload;
} segments[] = {
	{ "with data", ACK, 1 },
	{ "SYN", SYN | ACK, 0 },
	{ "FIN", FIN | ACK, 0 },
	{ "RST", RST | ACK, 0 },
};

static void check_segments(struct scene *scene)
{
	for (size_t i = 0; i < LENGTH(segments) && !test_failed; i++) {
		struct packet_spec spec = scene->answer;

		spec.tcp_flags = segments[i].flags;
		spec.payload = segments[i].payload;
		is_left(scene, &spec);
		if (test_failed)
			printf("# %s\n", segments[i].name);
	}
	is_sent_on(scene); /* and the flow was not harmed */
}

static void segments_with_more_than_an_acknowledgement_are_tcs(void)
{
	in_each_family(IPPROTO_TCP, check_segments);
}

static void check_ipv4_headers(struct scene *scene)
{
	struct packet_spec spec = scene->answer;

	spec.ip_options = 4;
	is_left(scene, &spec);
	spec = scene->answer;
	spec.fragment = 0x2000;
	is_left(scene, &spec);
	spec = scene->answer;
	spec.vlan_tags = 1;
	is_left(scene, &spec);
}

static void check_ipv6_headers(struct scene *scene)
{
	struct packet_spec spec = scene->answer;

	spec.extensions[0] = 60;
	spec.extension_count = 1;
	is_left(scene, &spec);
}

static void headers_that_ask_for_more_are_tcs(void)
{
	in_scene(&families[MASQ_IPV4], IPPROTO_UDP, check_ipv4_headers);
	in_scene(&families[MASQ_IPV6], IPPROTO_UDP, check_ipv6_headers);
}

/* A router tells the sender of it: the stack does. */
static void check_last_hop(struct scene *scene)
{
	struct frame frame;

	frame_build(&frame, &scene->answer);
	while (frame.bytes[hops_at(scene)] > 1)
		hop_take(scene, &frame);
	frame_is_left(scene, &frame);
}

static void the_last_hop_is_tcs(void)
{
	in_each_family(IPPROTO_UDP, check_last_hop);
}

static void check_mtu(struct scene *scene)
{
	size_t room = MTU - scene->family->header - 8;

	scene->answer.payload = room + 1;
	is_left(scene, &scene->answer);
	scene->answer.payload = room;
	is_sent_on(scene);
}

static void what_is_too_big_for_the_pods_link_is_tcs(void)
{
	in_each_family(IPPROTO_UDP, check_mtu);
}

/* As a virtual device hands it on that leaves the rest to the next. */
static void check_unfinished(struct scene *scene)
{
	struct frame frame;

	frame_build(&frame, &scene->answer);
	frame.bytes[frame.length - 1] ^= 1;
	frame_is_left(scene, &frame);
}

static void an_unfinished_checksum_is_tcs(void)
{
	in_each_family(IPPROTO_UDP, check_unfinished);
	in_each_family(IPPROTO_TCP, check_unfinished);
	in_each_family(IPPROTO_ICMP, check_unfinished);
}

static void check_early_end(struct scene *scene)
{
	struct frame frame;

	frame_build(&frame, &scene->answer);
	frame.length--;
	frame_is_left(scene, &frame);
}

static void a_frame_that_ends_early_is_tcs(void)
{
	in_scene(&families[MASQ_IPV4], IPPROTO_UDP, check_early_end);
}

static void check_ways(struct scene *scene)
{
	const struct masq_pod_way way = scene->way;

	scene->way.way.takes_frames = 0;
	way_set(scene);
	is_left(scene, &scene->answer);
	scene->way = way;
	scene->way.way.ifindex = 0;
	way_set(scene);
	is_left(scene, &scene->answer);
	scene->way = way;
	scene->way.until_ns = 1; /* asked for long ago */
	way_set(scene);
	is_left(scene, &scene->answer);
	scene->way = way;
	way_set(scene);
	is_sent_on(scene);
}

static void without_a_way_it_is_tcs(void)
{
	in_scene(&families[MASQ_IPV4], IPPROTO_UDP, check_ways);
}

static void check_flows(struct scene *scene)
{
	scene->flow.kind = MASQ_KIND_MASQUERADED;
	fixture_set_flow(&scene->fixture, &scene->key, &scene->flow);
	is_left(scene, &scene->answer);
	scene->flow.kind = MASQ_KIND_DIRECT;
	scene->flow.expires_ns = fixture_now_ns() - SECOND_NS;
	fixture_set_flow(&scene->fixture, &scene->key, &scene->flow);
	is_left(scene, &scene->answer);
}

static void flows_that_need_the_stack_are_tcs(void)
{
	in_scene(&families[MASQ_IPV4], IPPROTO_UDP, check_flows);
}

static void check_settings(struct scene *scene)
{
	struct masq_config config, other;

	fixture_get_config(&scene->fixture, &config);
	other = config;
	other.forwarding = MASQ_FORWARDING_STACK;
	fixture_set_config(&scene->fixture, &other);
	is_left(scene, &scene->answer);
	other = config;
	for (other.mode = MASQ_MODE_FLAT; other.mode < MASQ_MODE_COUNT;
	     other.mode++) {
		fixture_set_config(&scene->fixture, &other);
		is_left(scene, &scene->answer);
	}
	fixture_set_config(&scene->fixture, &config);
	is_sent_on(scene);
}

static void other_settings_make_it_tcs(void)
{
	in_scene(&families[MASQ_IPV4], IPPROTO_UDP, check_settings);
}

/* --- what nobody asked for --- */

static void drops_unsolicited(const struct fixture *fixture)
{
	struct masq_config config;

	fixture_get_config(fixture, &config);
	config.drops_unsolicited = 1;
	fixture_set_config(fixture, &config);
}

static void is_dropped(const struct scene *scene,
		       const struct packet_spec *spec)
{
	const struct fixture *fixture = &scene->fixture;
	__u64 counted =
		fixture_counted(fixture, MASQ_INGRESS, MASQ_DROP_UNSOLICITED);
	struct frame frame, got;

	frame_build(&frame, spec);
	CHECK_EQUAL(fixture_send_xdp(fixture, &frame, &got), XDP_DROP);
	CHECK_EQUAL(fixture_counted(fixture, MASQ_INGRESS,
				    MASQ_DROP_UNSOLICITED),
		    counted + 1);
}

/* Return: a packet from a stranger to a port of the pool. */
static struct packet_spec stranger_of(const struct scene *scene)
{
	struct packet_spec spec = scene->answer;

	spec.src = scene->family->stranger;
	return spec;
}

static void check_unsolicited(struct scene *scene)
{
	struct packet_spec stranger = stranger_of(scene), spec = stranger;
	int af = scene->family->header == 20 ? AF_INET : AF_INET6;
	int type = spec.proto == IPPROTO_TCP ? SOCK_STREAM : SOCK_DGRAM;
	int fd;

	is_left(scene, &stranger);
	drops_unsolicited(&scene->fixture);
	is_dropped(scene, &stranger);
	spec.tcp_flags = SYN;
	is_dropped(scene, &spec);
	is_sent_on(scene); /* a flow's */
	spec.dst_port = 19999; /* outside the pool */
	is_left(scene, &spec);
	spec = stranger;
	spec.dst = scene->family->other_pod; /* not the node's address */
	is_left(scene, &spec);
	fd = fixture_host_socket(af, type, stranger.dst_port);
	CHECK(fd >= 0);
	stranger.tcp_flags = SYN;
	is_left(scene, &stranger);
	close(fd);
	is_dropped(scene, &stranger);
}

static void what_nobody_asked_for_is_dropped_where_that_is_wanted(void)
{
	in_each_family(IPPROTO_UDP, check_unsolicited);
	in_each_family(IPPROTO_TCP, check_unsolicited);
}

static void check_echoes(struct scene *scene)
{
	struct packet_spec stranger = stranger_of(scene);

	drops_unsolicited(&scene->fixture);
	is_left(scene, &stranger);
	stranger.icmp_type = scene->family->echo;
	is_left(scene, &stranger);
}

static void echoes_are_never_unsolicited(void)
{
	in_scene(&families[MASQ_IPV4], IPPROTO_ICMP, check_echoes);
}

static const struct test_case cases[] = {
	{ "answers are sent on", answers_are_sent_on },
	{ "datagrams of any length are sent on",
	  datagrams_of_any_length_are_sent_on },
	{ "a datagram without a checksum is sent on",
	  a_datagram_without_a_checksum_is_sent_on },
	{ "segments with more than an acknowledgement are TC's",
	  segments_with_more_than_an_acknowledgement_are_tcs },
	{ "headers that ask for more are TC's",
	  headers_that_ask_for_more_are_tcs },
	{ "the last hop is TC's", the_last_hop_is_tcs },
	{ "what is too big for the pod's link is TC's",
	  what_is_too_big_for_the_pods_link_is_tcs },
	{ "an unfinished checksum is TC's", an_unfinished_checksum_is_tcs },
	{ "a frame that ends early is TC's", a_frame_that_ends_early_is_tcs },
	{ "without a way it is TC's", without_a_way_it_is_tcs },
	{ "flows that need the stack are TC's",
	  flows_that_need_the_stack_are_tcs },
	{ "other settings make it TC's", other_settings_make_it_tcs },
	{ "what nobody asked for is dropped where that is wanted",
	  what_nobody_asked_for_is_dropped_where_that_is_wanted },
	{ "echoes are never unsolicited", echoes_are_never_unsolicited },
};

TEST_MAIN(cases)

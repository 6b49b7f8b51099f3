// SPDX-License-Identifier: GPL-2.0-only
#include "attach.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "grace.h"
#include "hook.h"
#include "kernel.h"
#include "log.h"

static const int tcx_types[MASQ_DIRECTION_COUNT] = {
	[MASQ_EGRESS] = KERNEL_TCX_EGRESS,
	[MASQ_INGRESS] = KERNEL_TCX_INGRESS,
};

enum {
	TCX_FIRST = 1 << 3, /* BPF_F_BEFORE without a program: before all */
};

/* Ours among the filters of a clsact qdisc. */
enum {
	FILTER_HANDLE = 0x6d617371, /* "masq" */
	FILTER_PRIORITY = 1,
};

static const char *const direction_names[] = { "egress", "ingress" };

static enum masq_attach other_way(enum masq_attach way)
{
	return way == MASQ_ATTACH_TCX ? MASQ_ATTACH_CLSACT : MASQ_ATTACH_TCX;
}

const char *attach_name(enum masq_attach way)
{
	return way == MASQ_ATTACH_TCX ? "tcx" : "clsact";
}

static int program_fd_of(const struct attach *attach,
			 enum masq_direction direction)
{
	enum masq_slot slot =
		node_framing(attach->link) * MASQ_DIRECTION_COUNT + direction;

	return attach->program_fds[slot];
}

/*
 * Answers are translated before anyone else sees them, and pods' packets after
 * everyone else has: others meet the pods' addresses.
 */
static struct hook tcx_hook(const char *pin_dir, __u32 ifindex,
			    enum masq_direction direction)
{
	return (struct hook){
		.pin_dir = pin_dir,
		.name = direction_names[direction],
		.ifindex = ifindex,
		.type = tcx_types[direction],
		.flags = direction == MASQ_INGRESS ? TCX_FIRST : 0,
	};
}

static int tcx_put(const struct attach *attach, enum masq_direction direction,
		   bool *ret_is_new)
{
	const struct hook hook =
		tcx_hook(attach->pin_dir, attach->link->ifindex, direction);

	return hook_put(&hook, program_fd_of(attach, direction), ret_is_new);
}

static int tcx_remove(const char *pin_dir, __u32 ifindex,
		      enum masq_direction direction)
{
	const struct hook hook = tcx_hook(pin_dir, ifindex, direction);

	return hook_remove(&hook);
}

static enum bpf_tc_attach_point tc_point(enum masq_direction direction)
{
	return direction == MASQ_EGRESS ? BPF_TC_EGRESS : BPF_TC_INGRESS;
}

static __u32 program_id(int program_fd)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(program_fd, &info, &size) ? 0 : info.id;
}

/* Return: the id of our filter's program, or 0. */
static __u32 filter_program(const struct bpf_tc_hook *hook)
{
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY);

	return bpf_tc_query(hook, &filter) ? 0 : filter.prog_id;
}

/*
 * An `ingress` qdisc stands where a clsact would, and has one list of filters
 * for both hooks: what was put at ingress shows at egress.
 */
static bool has_ingress_qdisc(const struct attach *attach,
			      const struct bpf_tc_hook *egress)
{
	__u32 id = filter_program(egress);

	return id && id == program_id(program_fd_of(attach, MASQ_INGRESS));
}

static int clsact_put(const struct attach *attach,
		      enum masq_direction direction, bool *ret_is_new)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = attach->link->ifindex,
		    .attach_point = tc_point(direction));
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY, .flags = BPF_TC_F_REPLACE,
		    .prog_fd = program_fd_of(attach, direction));
	int error = bpf_tc_hook_create(&hook);
	bool is_new;

	if (error && error != -EEXIST) /* others may have made the qdisc */
		return error;
	if (direction == MASQ_EGRESS && has_ingress_qdisc(attach, &hook))
		return -EEXIST;
	is_new = !filter_program(&hook);
	error = bpf_tc_attach(&hook, &filter);
	*ret_is_new = is_new && !error;
	return error;
}

/* The clsact qdisc stays: it may be others' as well. */
static int clsact_remove(__u32 ifindex, enum masq_direction direction)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
		    .attach_point = tc_point(direction));
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY);
	int error = bpf_tc_detach(&hook, &filter);

	/* ENODEV: the interface is gone; EINVAL, ENOENT: qdisc or filter is */
	return error == -ENOENT || error == -EINVAL || error == -ENODEV ? 0 :
									  error;
}

static int put(const struct attach *attach, enum masq_attach way,
	       enum masq_direction direction, bool *ret_is_new)
{
	int error = way == MASQ_ATTACH_TCX ?
			    tcx_put(attach, direction, ret_is_new) :
			    clsact_put(attach, direction, ret_is_new);

	if (error == -EEXIST && way == MASQ_ATTACH_CLSACT)
		return log_error("cannot attach to %s at clsact: it has an "
				 "ingress qdisc (tc qdisc del dev %s ingress)",
				 attach->link->name, attach->link->name);
	if (error)
		return log_error("cannot attach to %s at %s %s: %s%s",
				 attach->link->name, attach_name(way),
				 direction_names[direction], strerror(-error),
				 log_hint(-error));
	return 0;
}

static int take_off(const char *pin_dir, __u32 ifindex, enum masq_attach way,
		    enum masq_direction direction)
{
	return way == MASQ_ATTACH_TCX ?
		       tcx_remove(pin_dir, ifindex, direction) :
		       clsact_remove(ifindex, direction);
}

int attach_put(const struct attach *attach, enum masq_attach way)
{
	bool is_new = false, unused;

	/* the way back first: a packet that goes out finds its answer's way */
	if (put(attach, way, MASQ_INGRESS, &is_new) < 0)
		return -1;
	if (put(attach, way, MASQ_EGRESS, &unused) == 0)
		return 0;
	if (is_new)
		(void)take_off(attach->pin_dir, attach->link->ifindex, way,
			       MASQ_INGRESS);
	return -1;
}

int attach_put_ingress(const struct attach *attach, enum masq_attach way)
{
	bool unused;

	return put(attach, way, MASQ_INGRESS, &unused);
}

int attach_remove(const char *pin_dir, __u32 ifindex, enum masq_attach way)
{
	int result = 0, error;

	for (int direction = 0; direction < MASQ_DIRECTION_COUNT; direction++) {
		error = take_off(pin_dir, ifindex, way, direction);
		if (error)
			result = log_error("cannot detach from interface %u "
					   "at %s %s: %s%s",
					   ifindex, attach_name(way),
					   direction_names[direction],
					   strerror(-error), log_hint(-error));
	}
	return result;
}

static bool tcx_is_there(const char *pin_dir, __u32 ifindex,
			 enum masq_direction direction)
{
	const struct hook hook = tcx_hook(pin_dir, ifindex, direction);

	return hook_is_there(&hook);
}

static bool clsact_is_there(__u32 ifindex, enum masq_direction direction)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
		    .attach_point = tc_point(direction));

	return filter_program(&hook) != 0;
}

/* Does this program hang there? */
static bool is_there(const char *pin_dir, __u32 ifindex, enum masq_attach way,
		     enum masq_direction direction)
{
	return way == MASQ_ATTACH_TCX ?
		       tcx_is_there(pin_dir, ifindex, direction) :
		       clsact_is_there(ifindex, direction);
}

bool attach_is_there(const char *pin_dir, __u32 ifindex, enum masq_attach way)
{
	return is_there(pin_dir, ifindex, way, MASQ_EGRESS) &&
	       is_there(pin_dir, ifindex, way, MASQ_INGRESS);
}

bool attach_ingress_is_there(const char *pin_dir, __u32 ifindex,
			     enum masq_attach way)
{
	return is_there(pin_dir, ifindex, way, MASQ_INGRESS);
}

/* Does any of ours? */
static bool hangs(const struct attach *attach, enum masq_attach way)
{
	return is_there(attach->pin_dir, attach->link->ifindex, way,
			MASQ_EGRESS) ||
	       is_there(attach->pin_dir, attach->link->ifindex, way,
			MASQ_INGRESS);
}

/*
 * tcx programs run before clsact filters, and have to end the chain where both
 * are ours.  Those of before may still be at a packet that did not find them so.
 */
static int change_way(const struct attach *attach, enum masq_attach way)
{
	enum masq_attach other = other_way(way);

	if (attach_put(attach, MASQ_ATTACH_TCX) < 0)
		return -1;
	grace_wait();
	if (way == MASQ_ATTACH_CLSACT && attach_put(attach, way) < 0) {
		(void)attach_remove(attach->pin_dir, attach->link->ifindex,
				    way);
		return -1;
	}
	if (attach_remove(attach->pin_dir, attach->link->ifindex, other) < 0)
		return -1;
	grace_wait();
	return 0;
}

int attach_put_alone(const struct attach *attach, enum masq_attach way,
		     volatile __u8 *ends_chain)
{
	bool was_ending = *ends_chain;
	int result;

	if (!hangs(attach, other_way(way)))
		return attach_put(attach, way);
	*ends_chain = true;
	result = change_way(attach, way);
	*ends_chain = was_ending || (hangs(attach, MASQ_ATTACH_TCX) &&
				     hangs(attach, MASQ_ATTACH_CLSACT));
	return result;
}

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests of the commands share: results of several checks each, and
# looking at a node of the lab.  Source it after tools/lab.sh.
#
# case_begin NAME, then expect_… as often as needed, then case_end.

case_name=
case_problems=
cases_failed=0

case_begin() {
	case_name=$1
	case_problems=
}

# problem WHAT EXPECTED GOT
problem() {
	case_problems+=$(printf '%s\n  expected: %s\n  got:      %s' \
		"$1" "$2" "$3")$'\n'
}

# expect_same WHAT EXPECTED GOT
expect_same() {
	[ "$2" = "$3" ] || problem "$1" "$2" "$3"
}

# expect_unchanged WHAT BEFORE AFTER: of several lines
expect_unchanged() {
	local changes
	changes=$(diff <(echo "$2") <(echo "$3") | cut -c1-200 | head -n 20) ||
		true
	[ "$2" = "$3" ] || problem "$1" 'no change' "$changes"
}

# expect_match WHAT REGEX GOT
expect_match() {
	[[ $3 =~ $2 ]] || problem "$1" "a match of /$2/" "$3"
}

# expect_text WHAT TEXT GOT: the text is somewhere in it
expect_text() {
	[[ $3 == *"$2"* ]] || problem "$1" "something with \"$2\"" "$3"
}

# expect_success WHAT COMMAND…
expect_success() {
	local what=$1 output status=0
	shift
	output=$("$@" 2>&1) || status=$?
	[ $status = 0 ] || problem "$what" 'status 0' "status $status: $output"
}

# expect_json WHAT FILTER JSON: one document, for which the filter is true
expect_json() {
	jq -es "length == 1 and (.[0] | $2)" <<<"$3" >/dev/null 2>&1 ||
		problem "$1" "JSON with $2" "$3"
}

case_end() {
	if [ -z "$case_problems" ]; then
		echo "ok $case_name"
		return
	fi
	cases_failed=$((cases_failed + 1))
	echo "not ok $case_name"
	printf '%s' "$case_problems"
	masq 1 counters 2>/dev/null || true
}

# The last command of a test: its status is the test's.
cases_end() {
	[ $cases_failed = 0 ]
}

ifindex_of() {
	on "node$1" ip -j link show "$2" | jq '.[0].ifindex'
}

# tcx_programs N DEV: "ingress [ids] egress [ids]".  bpftool knows tcx only from
# its 7.3 on, so this asks the kernel: SIOCGIFINDEX, then BPF_PROG_QUERY for
# BPF_TCX_INGRESS and BPF_TCX_EGRESS.
tcx_programs() {
	local number=321 # __NR_bpf
	[ "$(uname -m)" = x86_64 ] || number=280
	# shellcheck disable=SC2016
	on "node$1" perl -e '
		use Socket;
		my ($number, $name) = ($ARGV[0] + 0, $ARGV[1]);
		my $request = pack("a16 x24", $name);
		socket(my $socket, AF_INET, SOCK_DGRAM, 0) or die "socket: $!";
		ioctl($socket, 0x8933, $request) or die "$name: $!\n";
		my $ifindex = unpack("x16 l", $request);
		sub query {
			my $ids = "\0" x 256;
			my $attr = pack("L4 P L x68", $ifindex, $_[0], 0, 0,
				$ids, 64);
			if (syscall($number, 16, $attr, length $attr)) {
				# EINVAL: a kernel without tcx
				return "" if $! == 22;
				die "BPF_PROG_QUERY: $!\n";
			}
			my $count = (unpack("L4 Q L", $attr))[5];
			return join(" ", unpack("L$count", $ids));
		}
		printf "ingress [%s] egress [%s]", query(46), query(47);
	' $number "$2"
}

# clsact_programs N DEV ingress|egress: ids
clsact_programs() {
	on "node$1" tc filter show dev "$2" "$3" |
		sed -n 's/.*direct-action.* id \([0-9]*\) .*/\1/p' |
		paste -sd ' '
}

# All that hangs on the device, in one line.
programs_on() {
	echo "tcx $(tcx_programs "$1" "$2")," \
		"clsact ingress [$(clsact_programs "$1" "$2" ingress)]" \
		"egress [$(clsact_programs "$1" "$2" egress)]"
}

# shellcheck disable=SC2034
PROGRAMS_NONE='tcx ingress [] egress [], clsact ingress [] egress []'

# What of node 1's TCP flows does not change while they live; whatever version
# pinned them.
flow_ids() {
	bpftool -j map dump pinned "$LAB_PINS-node1/masq_flows" |
		jq -c '[.[].formatted | select(.key.proto == 6) |
			[.key, .value.local, .value.local_port,
			.value.opened_ns]] | sort'
}

# The tcx links of node 1.
link_ids() {
	local path
	for path in "$LAB_PINS-node1"/link_*; do
		bpftool -j link show pinned "$path" | jq .id
	done
}

# is_listening NAME tcp|udp PORT
is_listening() {
	on "$1" ss -Hln "--$2" "sport = :$3" | grep -q .
}

# A TCP port of the outside that tells who called.
serve_peer() {
	start outside socat TCP6-LISTEN:8080,ipv6only=0,fork,reuseaddr \
		SYSTEM:"echo \$SOCAT_PEERADDR"
	wait_for 5 is_listening outside tcp 8080
}

# peer_seen POD 4|6: the address that the outside saw, as it writes it
peer_seen() {
	local to=TCP4:$LAB_OUTSIDE4
	[ "$2" = 4 ] || to=TCP6:[$LAB_OUTSIDE6]
	on "$1" timeout 5 socat -u "$to:8080,connect-timeout=3" - 2>&1 || true
}

# expect_translation WHEN: the outside sees node 1 instead of its pod
expect_translation() {
	expect_same "the outside sees, over IPv4, $1" \
		'[0000:0000:0000:0000:0000:ffff:c633:640b]' \
		"$(peer_seen pod1.1 4)"
	expect_same "the outside sees, over IPv6, $1" \
		'[2001:0db8:0001:0000:0000:0000:0000:0011]' \
		"$(peer_seen pod1.1 6)"
}

# stop_daemon PID SIGNAL: until it is gone
stop_daemon() {
	kill "-$2" "$1"
	wait "$1" || true
}

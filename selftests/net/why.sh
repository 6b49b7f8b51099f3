# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests of `why` share: names for addresses of either family, questions
# about packets, and such packets.  Source it after expect.sh.
#
# In texts @NAME is an address of the family that is asked about, and
# @NAME:PORT an endpoint.

WHY_PACKETS=20 # more than what else may pass meanwhile
WHY_FLOWS_STAY= # not empty: what packets have opened stays behind each row
declare -A WHY_ADDRESS=(
	[pod:4]=10.244.1.2 [pod:6]=fd00:10:244:1::2
	[other:4]=10.244.1.3 [other:6]=fd00:10:244:1::3
	[gate:4]=10.244.1.1 [gate:6]=fd00:10:244:1::1
	[pod2:4]=10.244.2.2 [pod2:6]=fd00:10:244:2::2
	[node:4]=198.51.100.11 [node:6]=2001:db8:1::11
	[out:4]=$LAB_OUTSIDE4 [out:6]=$LAB_OUTSIDE6
	[service:4]=10.96.0.10 [service:6]=fd00:10:96::10
	[direct:4]=192.0.2.9 [direct:6]=2001:db8:9::9
	[local:4]=169.254.7.7 [local:6]=fe80::7
	[many:4]=239.1.1.1 [many:6]=ff05::1
	[nobody:4]=192.0.2.200 [nobody:6]=2001:db8:b::b
)

# why_names 4|6: a sed script, addresses for names
why_names() {
	local key name address
	for key in "${!WHY_ADDRESS[@]}"; do
		[ "${key#*:}" = "$1" ] || continue
		name=@${key%:*} address=${WHY_ADDRESS[$key]}
		[ "$1" = 4 ] ||
			printf 's/%s:([0-9*]+)/[%s]:\\1/g\n' "$name" "$address"
		printf 's/%s\\b/%s/g\n' "$name" "$address"
	done
}

declare -A WHY_NAMES=([4]=$(why_names 4) [6]=$(why_names 6))

# why_text 4|6 TEXT: with addresses for names
why_text() {
	sed -E "${WHY_NAMES[$1]}" <<<"$2"
}

# All that a question must not change; what nodes tell each other of themselves
# is none of it.
why_state() {
	local map kind
	masq 1 flows --count
	masq 1 -j counters | jq -c '.[] | select([.verdict] | inside(
		["pass-not-ip", "pass-not-pod", "pass-no-flow"]) | not)'
	for map in masq_usage masq_index masq_full; do
		bpftool map dump pinned "$LAB_PINS-node1/$map"
	done
	# flows opened and closed: enum masq_total_kind
	for kind in 0 1; do
		bpftool map lookup pinned "$LAB_PINS-node1/masq_totals" \
			key $kind 0 0 0
	done
}

# why_ask SRC DST PROTO: the answer, in JSON
why_ask() {
	masq 1 -j why "$@" 2>&1 || true
}

# why_said KEY ANSWER: "-" for none
why_said() {
	jq -r --arg key "$1" '.[$key] // "-"' <<<"$2" 2>&1
}

# why_end ANSWER: the other end, as an endpoint; "-" for none
why_end() {
	jq -r '(.node_addr // .pod_addr // "-") as $addr |
		(.node_port // .pod_port) as $port |
		if $port == null then $addr
		elif $addr | contains(":") then "[\($addr)]:\($port)"
		else "\($addr):\($port)" end' <<<"$1" 2>&1
}

why_counters() {
	masq 1 -j counters | jq -c --arg direction "$1" '[.[] |
		select(.direction == $direction) |
		{(.verdict): .packets}] | add'
}

# why_send egress|ingress KIND SRC DST: such packets.  $seen: what came out of
# the uplink; $counted: the verdict that so many packets have got.
why_send() {
	local direction=$1 before
	before=$(why_counters "$direction")
	seen=$(selftests/net/probe "$LAB" "$direction" $WHY_PACKETS "${@:2}" \
		2>&1) || true
	counted=$(jq -rn --argjson n $WHY_PACKETS --argjson before "$before" \
		--argjson after "$(why_counters "$direction")" '$after |
		to_entries | map(select(.value - $before[.key] >= $n).key) |
		join(" ")')
}

# expect_seen WHAT PACKETS: as probe prints them; "-" for none.  The source's
# port may be "*", for one of the pool.
expect_seen() {
	local what=$1 wanted="$2, $WHY_PACKETS" port='\2'
	[ "$2" != - ] || wanted=
	[[ $2 != *:\*\ * ]] || port='*'
	expect_same "what came out, of $what" "$wanted" \
		"$(sed -E "s/^([^ ]*):([0-9]+) > /\1:$port > /" <<<"$seen")"
}

# why_row ANSWER DIRECTION KIND SRC DST VERDICT WHY OTHER SEEN: what was
# answered, and what becomes of such packets.  A verdict of none: none are sent.
why_row() {
	local answer=$1 what="$3 from $4 to $5"
	expect_same "direction of $what" "$2" "$(why_said direction "$answer")"
	expect_same "verdict of $what" "$6" "$(why_said verdict "$answer")"
	expect_same "why, of $what" "$7" "$(why_said why "$answer")"
	expect_same "the other end of $what" "$8" "$(why_end "$answer")"
	[ "$6" != none ] || return 0
	why_send "${@:2:4}"
	expect_same "verdict of packets: $what" "$6" "$counted"
	expect_seen "$what" "$9"
}

# why_open 4|6 DIRECTION KIND SRC DST: one such packet, for its flow
why_open() {
	selftests/net/probe "$LAB" "$2" 1 "$3" "$(why_text "$1" "$4")" \
		"$(why_text "$1" "$5")" >/dev/null
}

# why_case 4|6 NAME ROWS
why_case() {
	local f=$1 rows answers=() before row columns i=0
	mapfile -t rows <<<"$(why_text "$f" "$3")"
	case_begin "IPv$f: $2"
	before=$(why_state)
	for row in "${rows[@]}"; do
		IFS='|' read -ra columns <<<"$row"
		answers+=("$(why_ask "${columns[2]}" "${columns[3]}" \
			"${columns[1]/echo-reply/icmp}")")
	done
	expect_unchanged 'what there is, by asking' "$before" "$(why_state)"
	for row in "${rows[@]}"; do
		IFS='|' read -ra columns <<<"$row"
		why_row "${answers[i++]}" "${columns[@]}"
		[ -n "$WHY_FLOWS_STAY" ] || masq 1 flush >/dev/null
	done
	case_end
}

# why_rows NAME [4|6]: a case a family.  On standard input the rows:
# DIRECTION|KIND|SRC|DST|VERDICT|WHY|OTHER|SEEN, as why_row() has them.
why_rows() {
	local f rows
	rows=$(cat)
	for f in ${2:-4 6}; do
		why_case "$f" "$1" "$rows"
	done
}

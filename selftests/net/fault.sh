# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # what it is sourced after has them
#
# What the tests of faults share: node 1's daemon, whose log is kept, and what
# of its datapath must be as it was.  Source it after config.sh; $work is the
# test's directory.

fault_pins=$LAB_PINS-node1

# config_write LINE…: a configuration file of node 1's pods, and these.  UDP flows
# live as long as a test.
config_write() {
	mkdir -p "$work/etc"
	printf '%s\n' 'pod-cidr: [10.244.1.0/24, "fd00:10:244:1::/64"]' \
		'cluster-cidr: [10.244.0.0/16, "fd00:10:244::/48"]' \
		'timeout-udp-established: 3600' "$@" \
		>"$work/etc/new"
	mv "$work/etc/new" "$work/etc/config.yaml"
}

# It is in $daemon_command.
daemon_command() {
	daemon_command=("$BPFMASQ" --pin-dir "$fault_pins" run
		--config "$work/etc/config.yaml")
}

# Until it is ready.
daemon_start() {
	daemon_command
	start node1 "${daemon_command[@]}" 2>"$work/log"
	daemon=$started
	wait_for 60 grep -qx 'bpfmasq: ready' "$work/log" || {
		cat "$work/log"
		return 1
	}
}

daemon_stop() {
	stop_daemon "$daemon" TERM
}

# The records of open flows: what does not change while one lives.  What is
# closed rests, and goes when its time is over.
flow_ids() {
	bpftool -j map dump pinned "$fault_pins/masq_flows" |
		jq -c '[.[].formatted | select(.value.kind != 3 and
			.value.closed_s == 0) | [.key, .value.local,
			.value.local_port, .value.kind, .value.opened_ns]]'
}

# expect_flows WHAT BEFORE: what flow_ids said then is there still
expect_flows() {
	expect_same "$1" '[]' \
		"$(jq -nc --argjson before "$2" --argjson now "$(flow_ids)" \
			'$before - $now')"
}

# Each pod's count is that of its records.
expect_usage() {
	local records usage
	records=$(bpftool -j map dump pinned "$fault_pins/masq_flows" |
		jq -c '[.[].formatted.value | select(.kind == 0).local.byte] |
			group_by(.) | map([.[0], length])')
	usage=$(bpftool -j map dump pinned "$fault_pins/masq_usage" |
		jq -c '[.[].formatted | [.key.byte, .value.flows]] | sort')
	expect_same "$1" "$records" "$usage"
}

# The ids of the maps that a table is made of.
table_ids() {
	local name
	for name in flows index sheets queues usage sweeper; do
		bpftool -j map show pinned "$fault_pins/masq_$name" | jq .id
	done | paste -sd ' '
}

are_gone() {
	local id
	for id; do
		! bpftool map show id "$id" || return 1
	done
}

# Of what a daemon does on its way nothing is left.
expect_tidy() {
	expect_same "what is left $1" '' "$(find "$fault_pins" \
		-name '*_new' -o -name masq_move -o -path '*/masq_move/*')"
}

# fds_of PID: how many descriptors it has open
fds_of() {
	find "/proc/$1/fd" -type l | wc -l
}

# errors_since LINE: what the log has since, but for what is told in passing
errors_since() {
	tail -n "+$(($1 + 1))" "$work/log" | grep -Evx \
		'bpfmasq: (Hangup|the last good configuration stays in force)' ||
		true
}

log_lines() {
	wc -l <"$work/log"
}

# expect_status WHAT FILTER VALUE: status says so, or will once it has loaded
expect_status() {
	wait_for 30 has_status "$2" "$3" 2>/dev/null || true
	expect_same "$1" "$3" "$(status_of "$2")"
}

# reload LINE…: with a configuration of these, until it is taken
reload() {
	local loads
	loads=$(status_of .config_loads)
	config_write "$@"
	expect_status 'configurations taken' .config_loads $((loads + 1))
	expect_same 'the configuration' 'in force' "$(status_of .config)"
}

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests of the metrics share: node 1's answers over HTTP.  Source it
# after fault.sh.

METRICS=http://127.0.0.1:9400

# fetch PATH: the body, whatever the status
fetch() {
	on node1 curl -sg --max-time 60 "$METRICS$1"
}

# code_of PATH OPTION…: the status; 000 where nobody answers
code_of() {
	local path=$1
	shift
	on node1 curl -sg --max-time 60 -o /dev/null -w '%{http_code}' "$@" \
		"$METRICS$path" || true
}

# has_code PATH CODE
has_code() {
	[ "$(code_of "$1")" = "$2" ]
}

# has_answer PATH CODE BODY
has_answer() {
	has_code "$1" "$2" && [ "$(fetch "$1")" = "$3" ]
}

# expect_answer PATH CODE BODY: it is so, or will be
expect_answer() {
	wait_for 30 has_answer "$@" 2>/dev/null || true
	expect_same "status of $1" "$2" "$(code_of "$1")"
	expect_same "body of $1" "$3" "$(fetch "$1")"
}

# samples SCRAPE: as JSON, {"NAME{LABELS}": VALUE}
samples() {
	grep -v '^#' <<<"$1" | jq -Rnc \
		'[inputs | capture("^(?<key>.*) (?<value>[0-9]+)$") |
			.value |= tonumber] | from_entries'
}

# sample NAME: its value now; nothing where there is none
sample() {
	samples "$(fetch /metrics)" | jq --arg name "$1" '.[$name] // empty'
}

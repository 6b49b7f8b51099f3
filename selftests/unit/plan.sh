# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests of bpfmasq plan share.  Source it.

BPFMASQ=${BPFMASQ:-$PWD/build/bpfmasq}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# plan_as FORMAT OPTION…: prints into $text, and onto stderr into $said;
# $status.  FORMAT: -j, -p, or nothing.
# shellcheck disable=SC2034
plan_as() {
	local format=$1
	shift
	status=0
	text=$("$BPFMASQ" ${format:+"$format"} plan "$@" 2>"$work/stderr") ||
		status=$?
	said=$(cat "$work/stderr")
}

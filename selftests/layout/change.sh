# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Changing a copy of the sources, which is under $dir.  Source it.

# change FILE SCRIPT: by sed, and it must have had an effect
change() {
	# shellcheck disable=SC2154 # whoever sources this has it
	sed -i.before "$2" "$dir/$1"
	if cmp -s "$dir/$1" "$dir/$1.before"; then
		echo "${0##*/}: $1 is not what it was thought to be: $2" >&2
		exit 1
	fi
	rm "$dir/$1.before"
}

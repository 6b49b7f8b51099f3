# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Devices that not every kernel has.  Source it after lab_isolate.

# has_device_type TYPE: tried
has_device_type() {
	ip link add tried type "$1" 2>/dev/null && ip link delete tried
}

# needs_device_type TYPE: else this test is skipped
needs_device_type() {
	if ! has_device_type "$1"; then
		echo "this kernel has no $1 devices"
		exit 77
	fi
}

# needs NAME MODULE COMMAND…: tried, else this test is skipped
needs() {
	modprobe -q "$2" || true # no module where it is part of the kernel
	if ! "${@:3}" 2>/dev/null; then
		echo "this kernel has no $1"
		exit 77
	fi
}

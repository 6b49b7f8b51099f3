# SPDX-License-Identifier: GPL-2.0-only
#
# make help lists what there is.  V=1 shows the commands.

PREFIX ?= /usr/local
DESTDIR ?=
CLANG ?= clang
CC = gcc
CLANG_FORMAT ?= clang-format

B := build
BPF_SOURCES := $(wildcard bpf/*.h bpf/*.c)
HEADERS := $(wildcard include/*.h)
USER_SOURCES := $(wildcard user/*.c)
USER_OBJECTS := $(USER_SOURCES:user/%.c=$B/user/%.o)

WARNINGS := -Wall -Wextra -Werror
BPF_FLAGS := -target bpf -mcpu=v3 -g -O2 -fno-strict-aliasing $(WARNINGS) \
	-Wno-unused-parameter \
	-Iinclude -Ivmlinux -Ibpf
# also for the tests: everything of user/ but main
USER_FLAGS := -std=gnu11 -g -O2 -D_GNU_SOURCE $(WARNINGS) -Iinclude -Iuser -I$B
LIBRARIES := -lbpf -lelf -lz -ljson-c -lmnl -lsystemd -lyaml \
	-lip4tc -lip6tc -lmicrohttpd -lncursesw -ltinfo

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' $(1) $(2))

.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
.PHONY: all demo bench check lint install uninstall clean help setup setup-all \
	setup-bench setup-kernels setup-arm64 check-kernels check-arm64

PAGES := $B/bpfmasq.8 $B/bpfmasq-rfc.7

all: $B/bpfmasq $(PAGES)

# What the build and the tests need; installed if that is missing and we may.
setup:
	$Qtools/setup build

setup-all:
	$Qtools/setup build run check

setup-bench: setup-all
	$Qtools/setup bench

setup-kernels: setup-all
	$Qtools/setup kernels

setup-arm64: setup-all
	$Qtools/setup arm64

# `make` on a bare machine: the set-up comes before anything is compiled.
$B/.setup: tools/setup
	$Qtools/setup build
	$Qmkdir -p $B/user && touch $@

$B/masq.bpf.o: $(BPF_SOURCES) $(HEADERS) vmlinux/vmlinux.h $B/.setup
	$(call say,BPF,$@)
	$Q$(CLANG) $(BPF_FLAGS) -c bpf/masq.bpf.c -o $@

$B/masq.skel.h: $B/masq.bpf.o
	$(call say,SKEL,$@)
	$Qbpftool gen skeleton $< name masq_bpf >$@

$B/user/%.o: user/%.c $B/masq.skel.h
	$(call say,CC,$@)
	$Q$(CC) $(USER_FLAGS) -MMD -c $< -o $@

$B/bpfmasq: $(USER_OBJECTS)
	$(call say,LD,$@)
	$Q$(CC) $(USER_OBJECTS) $(LIBRARIES) -o $@

$(PAGES): $B/%: tools/%.in tools/manpage tools/rfc.table user/metrics.c \
		$B/bpfmasq
	$(call say,MAN,$@)
	$Qtools/manpage $B/bpfmasq <$< >$@

-include $(USER_OBJECTS:.o=.d)
include tools/tools.mk
include selftests/selftests.mk

demo: setup-all all ## show it at work; MODE=flat|isolated; KEEP=1 leaves it
	$QKEEP=$(KEEP) MODE=$(MODE) tools/demo

bench: setup-bench all $B/pktgen $(BENCH)/programs $(BENCH)/limit.bpf.o ## measure it beside others; ROUNDS=5
	$Qtools/bench/run --rounds $(or $(ROUNDS),5)

check: setup-all setup-kernels setup-arm64 all $(TEST_PROGRAMS) $(CLANG_TESTS) ## build and run all tests
	$Qselftests/run $(TESTS)

check-kernels: setup-all setup-kernels all $(TEST_PROGRAMS) $(CLANG_TESTS) ## tests under Debian's kernels; KERNELS='bookworm sid' TESTS='...'
	$QKERNELS='$(KERNELS)' selftests/kernels $(TESTS)

check-arm64: setup-all setup-arm64 ## the packet tests by and under arm64; SUITE=trixie TESTS='translate_test ...'
	$Q+selftests/arm64 $(TESTS)

lint: setup-all ## formatting, shell and C checks
	$Qtools/lint

install: all ## install to $(DESTDIR)$(PREFIX)
	install -D -m 755 $B/bpfmasq $(DESTDIR)$(PREFIX)/sbin/bpfmasq
	install -D -m 644 $B/bpfmasq.8 \
		$(DESTDIR)$(PREFIX)/share/man/man8/bpfmasq.8
	install -D -m 644 $B/bpfmasq-rfc.7 \
		$(DESTDIR)$(PREFIX)/share/man/man7/bpfmasq-rfc.7
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|@SBINDIR@|$(PREFIX)/sbin|' tools/bpfmasq.service.in \
		>$(DESTDIR)$(PREFIX)/lib/systemd/system/bpfmasq.service

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/sbin/bpfmasq \
		$(DESTDIR)$(PREFIX)/share/man/man8/bpfmasq.8 \
		$(DESTDIR)$(PREFIX)/share/man/man7/bpfmasq-rfc.7 \
		$(DESTDIR)$(PREFIX)/lib/systemd/system/bpfmasq.service

clean: ## remove build/
	rm -rf $B

help: ## this
	@echo 'make               build build/bpfmasq'
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | \
		awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

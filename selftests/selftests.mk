# SPDX-License-Identifier: GPL-2.0-only
#
# The test programs: each selftests/unit/X_test.c and selftests/packet/X_test.c
# becomes build/selftests/X_test.  Scripts in selftests/unit and selftests/net
# run as they are.

T := $B/selftests
UNIT_TESTS := $(patsubst selftests/unit/%.c,$T/%,$(wildcard selftests/unit/*_test.c))
PACKET_TESTS := $(patsubst selftests/packet/%.c,$T/%,$(wildcard selftests/packet/*_test.c))
FUZZERS := $T/parse_fuzz $T/config_fuzz
# programs that scripts of selftests/net call
NET_PROGRAMS := $(patsubst selftests/net/%.c,$T/%,$(wildcard selftests/net/*.c))
TEST_PROGRAMS := $(UNIT_TESTS) $(PACKET_TESTS) $(FUZZERS) $(NET_PROGRAMS) $B/pktgen

# other versions, to upgrade from and to
OTHER_VERSIONS := $T/to_layout2 $T/next/build/bpfmasq $T/state/build/bpfmasq
TEST_PROGRAMS += $(OTHER_VERSIONS)
# versions whose BPF object has a fault
BROKEN := checksum port leak answers host refused refused_late
BROKEN_VERSIONS := $(BROKEN:%=$T/broken/%/bpfmasq)
TEST_PROGRAMS += $(BROKEN_VERSIONS)

# everything that the commands are made of, but main
TESTED_OBJECTS := $(filter-out $B/user/main.o,$(USER_OBJECTS))
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
# bpf/parse.h as host C
PARSE_TESTS := $(filter $T/parse_%,$(UNIT_TESTS))
PARSE_FLAGS := -std=gnu11 -g -O1 -D_GNU_SOURCE $(WARNINGS) \
	-Wno-unused-parameter -Iinclude -Ivmlinux -Ibpf -Iselftests
PARSE_SOURCES := $(patsubst %,bpf/%.h,parse transport cursor packet kernel) \
	vmlinux/vmlinux.h $(HEADERS)
# the readers of configurations, for their fuzzer
CONFIG_SOURCES := $(patsubst %,user/%.c,addr agent_config config config_file \
	discover document file go pool setting text values)
SECONDS ?= 60
LEAK_SOURCES := $(patsubst %,selftests/packet/%.c,draft generate known layers \
	mutate oracle rules run scene seen)

$(PARSE_TESTS): $T/%: selftests/unit/%.c $(wildcard selftests/unit/*.h) \
		selftests/test.h $(PARSE_SOURCES)
	$(call say,TEST,$@)
	$Qmkdir -p $T
	$Q$(CC) $(PARSE_FLAGS) $(SANITIZE) $< -o $@

$T/parse_fuzz: selftests/unit/parse_fuzz.c $(PARSE_SOURCES)
	$(call say,FUZZ,$@)
	$Qmkdir -p $T
	$Q$(CLANG) $(PARSE_FLAGS) $(SANITIZE) -fsanitize=fuzzer $< -o $@

$T/config_fuzz: selftests/unit/config_fuzz.c $(CONFIG_SOURCES) \
		$(wildcard user/*.h) $(HEADERS)
	$(call say,FUZZ,$@)
	$Qmkdir -p $T
	$Q$(CLANG) $(USER_FLAGS) $(SANITIZE) -fsanitize=fuzzer \
		$(filter %.c,$^) -ljson-c -lyaml -o $@

$T/to_layout2: selftests/layout/to_layout2.c selftests/layout/layout2.h \
		$(HEADERS)
	$(call say,TEST,$@)
	$Qmkdir -p $T
	$Q$(CC) $(USER_FLAGS) $< -lbpf -o $@

$T/%/build/bpfmasq: selftests/layout/variant selftests/layout/change.sh \
		Makefile tools/tools.mk selftests/selftests.mk $(BPF_SOURCES) $(HEADERS) \
		$(wildcard user/*.[ch]) vmlinux/vmlinux.h $B/.setup
	$(call say,VARIANT,$@)
	$Qselftests/layout/variant $* $T/$*
	$Q+$(MAKE) -s --no-print-directory -C $T/$* build/bpfmasq >/dev/null

# programs.c alone opens the object: all else is what it was.
$(BROKEN_VERSIONS): $T/broken/%/bpfmasq: selftests/layout/broken \
		selftests/layout/change.sh $(USER_OBJECTS)
	$(call say,BROKEN,$@)
	$Qselftests/layout/broken $* $(@D)
	$Q$(CLANG) $(BPF_FLAGS) -c $(@D)/bpf/masq.bpf.c -o $(@D)/masq.bpf.o
	$Qbpftool gen skeleton $(@D)/masq.bpf.o name masq_bpf >$(@D)/masq.skel.h
	$Q$(CC) -I$(@D) $(USER_FLAGS) user/programs.c \
		$(filter-out %/programs.o,$(USER_OBJECTS)) $(LIBRARIES) -o $@

.PHONY: fuzz
fuzz: setup-all $(FUZZERS) $T/leak_test ## fuzz the parser, the configuration, then the programs (SECONDS=60 each)
	$Qselftests/unit/parse_fuzz_test -max_total_time=$(SECONDS)
	$Qselftests/unit/config_fuzz_test -max_total_time=$(SECONDS)
	$QSEED=$${SEED:-$$(od -An -N4 -tu4 /dev/urandom)} SECONDS=$(SECONDS) \
		$T/leak_test

# Every struct and every enumerator of vmlinux.h, used, so that BTF has them.
$T/vmlinux_types.c: vmlinux/vmlinux.h selftests/selftests.mk
	$Qmkdir -p $T
	$Qsed -n -e '1i #include "vmlinux.h"' \
		-e 's/^\(struct\|union\) \(\w*\) {$$/\1 \2 *\2_;/p' \
		-e 's/.*\b\([A-Z]\w*\) = .*/enum { VMLINUX_\1 = \1 } \1_;/p' \
		$< >$@

$T/vmlinux_types.o: $T/vmlinux_types.c
	$(call say,BPF,$@)
	$Q$(CLANG) $(BPF_FLAGS) -c $< -o $@

$T/vmlinux_test: $T/vmlinux_types.o
$T/vmlinux_test: private USER_FLAGS += -DTYPES_OBJECT='"$T/vmlinux_types.o"'

$(UNIT_TESTS): $(wildcard selftests/unit/*.h)

$T/%: selftests/unit/%.c selftests/test.h $(TESTED_OBJECTS)
	$(call say,TEST,$@)
	$Qmkdir -p $T
	$Q$(CC) $(USER_FLAGS) -Iselftests $< $(TESTED_OBJECTS) $(LIBRARIES) -o $@

$(NET_PROGRAMS): $T/%: selftests/net/%.c $(TESTED_OBJECTS)
	$(call say,TEST,$@)
	$Qmkdir -p $T
	$Q$(CC) $(USER_FLAGS) $< $(TESTED_OBJECTS) $(LIBRARIES) -o $@

$T/%: selftests/packet/%.c $(wildcard selftests/packet/*.h) \
		selftests/packet/packet.c selftests/packet/fixture.c \
		selftests/test.h $(TESTED_OBJECTS)
	$(call say,TEST,$@)
	$Qmkdir -p $T
	$Q$(CC) $(USER_FLAGS) -pthread -Iselftests $(filter %.c,$^) \
		$(TESTED_OBJECTS) $(LIBRARIES) -o $@

# What other compilers make of the programs.
CLANGS := 16 19
CLANG_TESTS := $(CLANGS:%=$T/budget_clang%_test)
.SECONDARY: $(foreach v,$(CLANGS),$T/clang-$v/masq.bpf.o)

$T/clang-%/masq.bpf.o: $(BPF_SOURCES) $(HEADERS) vmlinux/vmlinux.h
	$(call say,BPF,$@)
	$Qmkdir -p $(@D)
	$Qclang-$* $(BPF_FLAGS) -c bpf/masq.bpf.c -o $@

$T/clang-%/masq.skel.h: $T/clang-%/masq.bpf.o
	$(call say,SKEL,$@)
	$Qbpftool gen skeleton $< name masq_bpf >$@

# programs.c and the test itself open the object: all else is what it was.
$(CLANG_TESTS): $T/budget_clang%_test: $T/clang-%/masq.skel.h \
		$T/budget_test
	$(call say,TEST,$@)
	$Q$(CC) -I$(<D) $(USER_FLAGS) -pthread -Iselftests user/programs.c \
		$(patsubst %,selftests/packet/%.c,budget_test packet fixture) \
		$(filter-out %/programs.o,$(TESTED_OBJECTS)) $(LIBRARIES) -o $@

# the generator and the oracle
$T/leak_test: $(LEAK_SOURCES)

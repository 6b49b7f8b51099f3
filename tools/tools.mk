# SPDX-License-Identifier: GPL-2.0-only
#
# The tools that are compiled: tools/pktgen becomes build/pktgen, the programs of
# tools/bench stand in build/tools/bench.

P := $B/tools/pktgen
PKTGEN_SOURCES := $(filter-out %.bpf.c,$(wildcard tools/pktgen/*.c))
PKTGEN_OBJECTS := $(PKTGEN_SOURCES:tools/pktgen/%.c=$P/%.o)
# what it shares with bpfmasq
PKTGEN_SHARED := $(patsubst %,$B/user/%.o,addr log output text)

$P/pktgen.bpf.o: tools/pktgen/pktgen.bpf.c $(wildcard tools/pktgen/*.h) \
		$(BPF_SOURCES) $(HEADERS) vmlinux/vmlinux.h $B/.setup
	$(call say,BPF,$@)
	$Qmkdir -p $P
	$Q$(CLANG) $(BPF_FLAGS) -Itools/pktgen -c $< -o $@

$P/pktgen.skel.h: $P/pktgen.bpf.o
	$(call say,SKEL,$@)
	$Qbpftool gen skeleton $< name pktgen_bpf >$@

$P/%.o: tools/pktgen/%.c $P/pktgen.skel.h
	$(call say,CC,$@)
	$Q$(CC) $(USER_FLAGS) -I$P -MMD -c $< -o $@

$B/pktgen: $(PKTGEN_OBJECTS) $(PKTGEN_SHARED)
	$(call say,LD,$@)
	$Q$(CC) $^ $(LIBRARIES) -o $@

-include $(PKTGEN_OBJECTS:.o=.d)

BENCH := $B/tools/bench

$(BENCH)/%.bpf.o: tools/bench/%.bpf.c tools/bench/programs.h \
		$(BPF_SOURCES) $(HEADERS) vmlinux/vmlinux.h $B/.setup
	$(call say,BPF,$@)
	$Qmkdir -p $(BENCH)
	$Q$(CLANG) $(BPF_FLAGS) -Itools/bench -c $< -o $@

$(BENCH)/bench.skel.h: $(BENCH)/programs.bpf.o
	$(call say,SKEL,$@)
	$Qbpftool gen skeleton $< name bench_bpf >$@

$(BENCH)/programs: tools/bench/programs.c $(BENCH)/bench.skel.h \
		$(filter-out $B/user/main.o,$(USER_OBJECTS))
	$(call say,CC,$@)
	$Q$(CC) $(USER_FLAGS) -I$(BENCH) $(filter %.c %.o,$^) $(LIBRARIES) -o $@

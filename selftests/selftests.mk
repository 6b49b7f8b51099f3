# SPDX-License-Identifier: GPL-2.0-only
#
# The test programs: each selftests/unit/X_test.c and selftests/packet/X_test.c
# becomes build/selftests/X_test.  Scripts in selftests/net run as they are.

T := $B/selftests
UNIT_TESTS := $(patsubst selftests/unit/%.c,$T/%,$(wildcard selftests/unit/*_test.c))
PACKET_TESTS := $(patsubst selftests/packet/%.c,$T/%,$(wildcard selftests/packet/*_test.c))
TEST_PROGRAMS := $(UNIT_TESTS) $(PACKET_TESTS)

# everything that the commands are made of, but main
TESTED_OBJECTS := $(filter-out $B/user/main.o,$(USER_OBJECTS))
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
# bpf/parse.h as host C
PARSE_FLAGS := -std=gnu11 -g -O1 $(WARNINGS) -Wno-unused-parameter \
	-Iinclude -Ivmlinux -Ibpf -Iselftests

$T/%: selftests/unit/%.c selftests/test.h $(TESTED_OBJECTS)
	$(call say,TEST,$@)
	$Qmkdir -p $T
	$Q$(CC) $(USER_FLAGS) -Iselftests $< $(TESTED_OBJECTS) $(LIBRARIES) -o $@

$T/%: selftests/packet/%.c $(wildcard selftests/packet/*.h) \
		selftests/packet/packet.c selftests/packet/fixture.c \
		selftests/test.h $(TESTED_OBJECTS)
	$(call say,TEST,$@)
	$Qmkdir -p $T
	$Q$(CC) $(USER_FLAGS) -pthread -Iselftests $< selftests/packet/packet.c \
		selftests/packet/fixture.c $(TESTED_OBJECTS) $(LIBRARIES) -o $@

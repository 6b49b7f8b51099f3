/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program costs the verifier: instructions that it has walked, the bytes
 * of stack that the program's functions have, each for itself, and the time.
 */
#ifndef COST_H
#define COST_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

struct cost {
	unsigned int instructions;
	unsigned int stack; /* of its largest function */
	unsigned int ms; /* that it has walked for */
};

enum {
	COST_LOG_STATS = 4, /* BPF_LOG_STATS of include/linux/bpf_verifier.h */
	COST_LOG_SIZE = 1 << 16,
};

/* Before the load. log: of COST_LOG_SIZE, until cost_read(). */
static inline int cost_ask(struct bpf_program *program, char *log)
{
	int error = bpf_program__set_log_level(program, COST_LOG_STATS);

	return error ? error :
		       bpf_program__set_log_buf(program, log, COST_LOG_SIZE);
}

/* "stack depth 168+40+0": the largest. */
static inline unsigned int cost_stack(const char *log)
{
	static const char title[] = "stack depth ";
	const char *at = strstr(log, title);
	unsigned int largest = 0;

	for (at = at ? at + strlen(title) : ""; *at >= '0' && *at <= '9';) {
		char *end;
		unsigned int size = strtoul(at, &end, 10);

		if (size > largest)
			largest = size;
		at = *end == '+' ? end + 1 : end;
	}
	return largest;
}

/* "verification time 1234 usec", in milliseconds. Return: 0 or -ENODATA. */
static inline int cost_ms(const char *log, unsigned int *ret)
{
	static const char title[] = "verification time ";
	const char *at = strstr(log, title);

	if (!at)
		return -ENODATA;
	*ret = strtoul(at + strlen(title), NULL, 10) / 1000;
	return 0;
}

/* After the load. Return: 0 or a negative errno. */
static inline int cost_read(const struct bpf_program *program, const char *log,
			    struct cost *ret)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	int error =
		bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size);

	ret->instructions = info.verified_insns;
	ret->stack = cost_stack(log);
	return error ? error : cost_ms(log, &ret->ms);
}

#endif /* COST_H */

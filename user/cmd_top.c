// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq top: who is busy, and what is dropped; live in a terminal.
 */
#include <errno.h>
#include <locale.h>
#include <ncurses.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "census.h"
#include "clock.h"
#include "command.h"
#include "log.h"
#include "names.h"

enum {
	INTERVAL_MS = 1000,
	ROWS = 10, /* of each list */
	BAR_WIDTH = 30,
	DROP_COUNT = MASQ_VERDICT_COUNT - MASQ_DROP_FIRST,
};

static const struct output_column pod_columns[] = {
	{ "pod", 39 }, { "flows", 10 }, { "new/s", 8 }, { "", 0 }, { 0 },
};

static const struct output_column remote_columns[] = {
	{ "destination", 39 }, { "proto", 10 }, { "used", 8 },
	{ "left", 8 },	       { "", 0 },	{ 0 },
};

static const struct output_column drop_columns[] = {
	{ "dropped", 39 }, { "packets", 10 }, { "per s", 8 }, { "", 0 }, { 0 },
};

/* What is on the node at one time. */
struct sample {
	uint64_t taken_ns;
	uint64_t since_ns; /* what `opened` of the census counts from */
	struct census census;
	uint64_t drops[DROP_COUNT]; /* packets, both directions */
	__u32 max_flows;
};

static int drops_read(const struct maps *maps, uint64_t drops[DROP_COUNT])
{
	for (int i = 0; i < DROP_COUNT; i++) {
		drops[i] = 0;
		for (int d = 0; d < MASQ_DIRECTION_COUNT; d++) {
			struct masq_counter counter;
			int error = maps_get_counter(
				maps, d, MASQ_DROP_FIRST + i, &counter);

			if (error)
				return error;
			drops[i] += counter.packets;
		}
	}
	return 0;
}

/* Return: 0 or a negative errno. */
static int sample_take(const struct maps *maps, uint64_t since_ns,
		       struct sample *ret)
{
	struct sample sample = { .taken_ns = clock_ns(), .since_ns = since_ns };
	int error = drops_read(maps, sample.drops);

	if (!error)
		error = maps_get_max_flows(maps, &sample.max_flows);
	if (!error)
		error = census_take(maps, since_ns, &sample.census);
	if (!error)
		*ret = sample;
	return error;
}

static uint64_t per_second(uint64_t count, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t ms = (to_ns - from_ns) / NS_PER_MS;

	return ms ? (count * 1000 + ms / 2) / ms : 0;
}

/* Of text only: a program has the numbers. */
static void bar_print(struct output *output, uint64_t value, uint64_t most)
{
	char bar[BAR_WIDTH + 1];
	uint64_t width = most ? value * BAR_WIDTH / most : 0;

	if (!output_is_text(output))
		return;
	memset(bar, '#', sizeof(bar));
	bar[value && !width ? 1 : width] = '\0';
	output_string(output, "bar", bar);
}

static void head_print(struct output *output, const struct sample *sample)
{
	output_time(output, "time_ms", clock_wall_ns() / NS_PER_MS);
	output_number(output, "flows", sample->census.flows);
	output_number(output, "max_flows", sample->max_flows);
	output_number(output, "new_per_s",
		      per_second(sample->census.opened, sample->since_ns,
				 sample->taken_ns));
	output_number(output, "pods_with_flows", sample->census.pod_count);
}

static void pods_print(struct output *output, const struct sample *sample)
{
	const struct census *census = &sample->census;

	output_list_begin(output, "pods", pod_columns);
	for (size_t i = 0; i < census->pod_count && i < ROWS; i++) {
		const struct census_pod *pod = &census->pods[i];

		output_row_begin(output);
		output_addr(output, "pod", &pod->addr);
		output_number(output, "flows", pod->flows);
		output_number(output, "new_per_s",
			      per_second(pod->opened, sample->since_ns,
					 sample->taken_ns));
		bar_print(output, pod->flows, census->pods[0].flows);
		output_row_end(output);
	}
	output_list_end(output);
}

static void remotes_print(struct output *output, const struct sample *sample)
{
	const struct census *census = &sample->census;

	output_list_begin(output, "destinations", remote_columns);
	for (size_t i = 0; i < census->remote_count && i < ROWS; i++) {
		const struct census_remote *remote = &census->remotes[i];

		output_row_begin(output);
		output_endpoint(output, "dst", "dst_port", &remote->key.remote,
				remote->key.remote_port);
		output_string(output, "proto", proto_name(remote->key.proto));
		output_number(output, "ports_used", remote->ports);
		output_number(output, "ports_left",
			      census->pool - remote->ports);
		bar_print(output, remote->ports, census->pool);
		output_row_end(output);
	}
	output_list_end(output);
}

static void drops_print(struct output *output, const struct sample *sample,
			const struct sample *before)
{
	uint64_t most = 0;

	for (int i = 0; i < DROP_COUNT; i++)
		if (sample->drops[i] > most)
			most = sample->drops[i];
	output_list_begin(output, "drops", drop_columns);
	for (int i = 0; i < DROP_COUNT; i++) {
		if (!sample->drops[i])
			continue;
		output_row_begin(output);
		output_string(output, "verdict",
			      verdict_name(MASQ_DROP_FIRST + i));
		output_number(output, "packets", sample->drops[i]);
		output_number(output, "packets_per_s",
			      per_second(sample->drops[i] - before->drops[i],
					 before->taken_ns, sample->taken_ns));
		bar_print(output, sample->drops[i], most);
		output_row_end(output);
	}
	output_list_end(output);
}

static int picture_print(enum output_format format, FILE *stream,
			 const struct sample *sample,
			 const struct sample *before)
{
	struct output *output = output_open_to(format, stream);

	if (!output)
		return -ENOMEM;
	output_object_begin(output);
	head_print(output, sample);
	pods_print(output, sample);
	remotes_print(output, sample);
	drops_print(output, sample, before);
	output_object_end(output);
	return output_close(output) == 0 ? 0 : -EIO;
}

/* One picture, of a second. */
static int once(const struct maps *maps, enum output_format format)
{
	struct sample before, sample;
	int result = sample_take(maps, clock_ns(), &before);

	if (result < 0)
		return result;
	usleep(INTERVAL_MS * 1000);
	result = sample_take(maps, before.taken_ns, &sample);
	if (result == 0) {
		result = picture_print(format, stdout, &sample, &before);
		census_free(&sample.census);
	}
	census_free(&before.census);
	return result;
}

/* As much of it as the screen holds. */
static int screen_draw(const struct sample *sample, const struct sample *before)
{
	char *text = NULL, *rest, *line;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	int row = 0, result;

	if (!stream)
		return -ENOMEM;
	result = picture_print(OUTPUT_TEXT, stream, sample, before);
	fclose(stream);
	erase();
	rest = text;
	while ((line = strsep(&rest, "\n")) && row < LINES)
		mvaddnstr(row++, 0, line, COLS);
	refresh();
	free(text);
	return result;
}

/* Until q, or a signal that curses ends us by. */
static int live(const struct maps *maps)
{
	struct sample before = { 0 }, sample;
	int result = sample_take(maps, clock_ns(), &before), key = ERR;

	while (result == 0 && key != 'q') {
		result = sample_take(maps, before.taken_ns, &sample);
		if (result < 0)
			break;
		result = screen_draw(&sample, &before);
		census_free(&before.census);
		before = sample;
		key = getch(); /* waits for a second at most */
	}
	census_free(&before.census);
	return result;
}

static int screen_run(const struct maps *maps)
{
	SCREEN *screen;
	int result;

	setlocale(LC_ALL, "");
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		log_error("cannot use this terminal (TERM=%s)",
			  getenv("TERM") ? getenv("TERM") : "");
		return -ENOTTY;
	}
	cbreak();
	noecho();
	curs_set(0);
	timeout(INTERVAL_MS);
	result = live(maps);
	endwin();
	delscreen(screen);
	return result;
}

int cmd_top(struct invocation *inv)
{
	bool is_live = inv->format == OUTPUT_TEXT && isatty(STDOUT_FILENO) &&
		       isatty(STDIN_FILENO);
	struct maps maps;
	int result;

	if (maps_open(inv->pin_dir, &maps) < 0)
		return EXIT_FAILURE;
	result = is_live ? screen_run(&maps) : once(&maps, inv->format);
	maps_close(&maps);
	if (result < 0 && result != -ENOTTY)
		log_error("cannot show it: %s", strerror(-result));
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq run: the node daemon.
 */
#include <stdlib.h>

#include <systemd/sd-daemon.h>

#include "command.h"
#include "daemon.h"
#include "discover.h"
#include "events.h"
#include "health.h"
#include "log.h"

enum {
	/* So often it looks whether the programs are still in place. */
	HEAL_MS = 10000,
};

/*
 * Watch the files that are read, and those that would be if they were there.
 *
 * Return: is one of them watched that was not when it was read?
 */
static bool files_watch(struct files *files, const struct sources *sources)
{
	bool is_new = false;

	files_watch_begin(files);
	if (sources->config_path)
		is_new |= files_watch_around(files, sources->config_path);
	if (*sources->masq_path)
		is_new |= files_watch_around(files, sources->masq_path);
	is_new |= files_watch_dir(files, DISCOVER_CNI_DIR);
	is_new |= files_watch_dir(files, DISCOVER_FLANNEL_DIR);
	files_watch_end(files);
	return is_new;
}

/* From here on no change is missed. */
static void files_follow(struct daemon *daemon, struct events *events)
{
	while (!daemon->is_stuck &&
	       files_watch(&events->files, daemon->sources))
		daemon_reload(daemon);
}

/* Until a signal ends it. Return: the exit status. */
static int serve(struct daemon *daemon, struct events *events)
{
	while (!daemon->is_stuck) {
		unsigned int found;

		health_beat();
		found = events_wait(events, HEAL_MS);
		if (found & EVENT_END)
			break;
		if (found & EVENT_RELOAD) {
			daemon_reload(daemon);
			files_follow(daemon, events);
		}
		if (found & EVENT_NODE)
			daemon_follow(daemon);
		daemon_heal(daemon);
		/* not at each of a burst of pods that come and go */
		if (!(found & EVENT_NODE))
			daemon_warn(daemon);
	}
	sd_notify(/* unset_environment= */ 0, "STOPPING=1");
	if (daemon->is_stuck) {
		log_error("the flows have moved and cannot be served from "
			  "here: start bpfmasq run again");
		return EXIT_FAILURE;
	}
	log_info("going; the datapath stays (bpfmasq detach removes it)");
	return EXIT_SUCCESS;
}

static void say_ready(void)
{
	log_info("ready");
	sd_notify(/* unset_environment= */ 0, "READY=1");
}

int cmd_run(struct invocation *inv)
{
	struct sourced sourced;
	struct daemon daemon;
	struct events events;
	int status = EXIT_FAILURE;

	if (sources_read(&inv->sources, &sourced) < 0)
		return EXIT_USAGE;
	/*
	 * What is missing may come: no usage error.  The events come before the
	 * node is read: what changes from then on is noticed.
	 */
	if (config_complete(&sourced.config) < 0 || events_open(&events) < 0)
		goto free_sourced;
	health_beat();
	if (daemon_start(inv->pin_dir, &inv->sources, &sourced, &daemon) == 0) {
		files_follow(&daemon, &events);
		daemon_warn(&daemon);
		if (!daemon.is_stuck)
			say_ready();
		status = serve(&daemon, &events);
		daemon_leave(&daemon);
	}
	events_close(&events);
free_sourced:
	sourced_free(&sourced);
	return status;
}

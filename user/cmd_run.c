// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq run: the node daemon.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

#include "command.h"
#include "daemon.h"
#include "log.h"
#include "watch.h"

enum {
	/* Changes come in bursts: wait until it has been quiet for so long … */
	SETTLE_MS = 100,
	/* … but not longer than this. */
	SETTLE_MAX_MS = 1000,
	/* So often it looks whether the programs are still in place. */
	HEAL_MS = 10000,
};

/* What the daemon waits for. */
struct events {
	struct watch watch;
	int signal_fd; /* SIGTERM, SIGINT */
};

/* Signals that end the daemon wait until we ask for them. */
static int signals_open(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

/* Before the node is read: what changes from then on is noticed. */
static int events_open(struct events *ret)
{
	int error;

	ret->signal_fd = signals_open();
	if (ret->signal_fd < 0)
		return log_error("cannot wait for signals: %s",
				 strerror(errno));
	error = watch_open(&ret->watch);
	if (!error)
		return 0;
	close(ret->signal_fd);
	return log_error("cannot watch the node's interfaces: %s",
			 strerror(-error));
}

static void events_close(struct events *events)
{
	watch_close(&events->watch);
	close(events->signal_fd);
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Wait until the notices pause. Return: whether a signal came instead. */
static bool settle(const struct events *events)
{
	struct pollfd fds[] = { { .fd = events->signal_fd, .events = POLLIN },
				{ .fd = events->watch.fd, .events = POLLIN } };
	long long end = now_ms() + SETTLE_MAX_MS;

	do {
		watch_drain(&events->watch);
		if (poll(fds, 2, SETTLE_MS) <= 0)
			return false;
	} while (!fds[0].revents && now_ms() < end);
	return fds[0].revents;
}

static void say_going(const struct events *events)
{
	struct signalfd_siginfo info = { 0 };

	if (read(events->signal_fd, &info, sizeof(info)) < 0)
		log_error("cannot read the signal: %s", strerror(errno));
	sd_notify(/* unset_environment= */ 0, "STOPPING=1");
	log_info("%s: going; the datapath stays (bpfmasq detach removes it)",
		 strsignal(info.ssi_signo));
}

/* Until a signal ends it. */
static void serve(struct daemon *daemon, const struct events *events)
{
	struct pollfd fds[] = { { .fd = events->signal_fd, .events = POLLIN },
				{ .fd = events->watch.fd, .events = POLLIN } };

	while (poll(fds, 2, HEAL_MS) >= 0) {
		if (fds[0].revents || (fds[1].revents && settle(events)))
			break;
		if (fds[1].revents)
			daemon_follow(daemon);
		daemon_heal(daemon);
	}
	say_going(events);
}

static void say_ready(void)
{
	log_info("ready");
	sd_notify(/* unset_environment= */ 0, "READY=1");
}

int cmd_run(struct invocation *inv)
{
	struct daemon daemon;
	struct events events;
	int status = EXIT_FAILURE;

	if (config_complete(&inv->config) < 0)
		return EXIT_USAGE;
	if (events_open(&events) < 0)
		return EXIT_FAILURE;
	if (daemon_start(inv->pin_dir, &inv->config, &daemon) == 0) {
		say_ready();
		serve(&daemon, &events);
		daemon_leave(&daemon);
		status = EXIT_SUCCESS;
	}
	events_close(&events);
	return status;
}

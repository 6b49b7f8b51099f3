// SPDX-License-Identifier: GPL-2.0-only
#include "events.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

enum {
	/* Changes come in bursts: wait until it has been quiet for so long … */
	SETTLE_MS = 100,
	/* … but not longer than this. */
	SETTLE_MAX_MS = 1000,
};

static int signals_open(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

int events_open(struct events *ret)
{
	int error;

	ret->signal_fd = signals_open();
	if (ret->signal_fd < 0)
		return log_error("cannot wait for signals: %s",
				 strerror(errno));
	error = files_open(&ret->files);
	if (error) {
		log_error("cannot watch files: %s", strerror(-error));
		goto close_signals;
	}
	error = watch_open(&ret->watch);
	if (error)
		goto close_files;
	error = watch_open_xdp(&ret->xdp_watch);
	if (!error)
		return 0;
	watch_close(&ret->watch);
close_files:
	log_error("cannot watch the node's interfaces: %s", strerror(-error));
	files_close(&ret->files);
close_signals:
	close(ret->signal_fd);
	return -1;
}

void events_close(struct events *events)
{
	watch_close(&events->xdp_watch);
	watch_close(&events->watch);
	files_close(&events->files);
	close(events->signal_fd);
}

static unsigned int signals_drain(const struct events *events)
{
	struct signalfd_siginfo info;
	unsigned int found = 0;

	while (read(events->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		log_info("%s", strsignal(info.ssi_signo));
		found |= info.ssi_signo == SIGHUP ? EVENT_RELOAD : EVENT_END;
	}
	return found;
}

/* Wait once. Return: enum event, or'ed. */
static unsigned int wait_once(const struct events *events, int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = events->signal_fd, .events = POLLIN },
		{ .fd = events->files.fd, .events = POLLIN },
		{ .fd = events->watch.fd, .events = POLLIN },
		{ .fd = events->xdp_watch.fd, .events = POLLIN },
	};
	unsigned int found = 0;

	if (poll(fds, sizeof(fds) / sizeof(fds[0]), timeout_ms) <= 0)
		return 0;
	if (fds[0].revents)
		found |= signals_drain(events);
	if (fds[1].revents && files_drain(&events->files))
		found |= EVENT_RELOAD;
	if (fds[2].revents) {
		watch_drain(&events->watch);
		found |= EVENT_NODE;
	}
	if (fds[3].revents) {
		watch_drain(&events->xdp_watch);
		found |= EVENT_NODE;
	}
	return found;
}

unsigned int events_wait(struct events *events, int timeout_ms)
{
	unsigned int all = wait_once(events, timeout_ms), more = all;
	uint64_t end = clock_ns() + SETTLE_MAX_MS * (uint64_t)NS_PER_MS;

	while (more && !(all & EVENT_END) && clock_ns() < end) {
		more = wait_once(events, SETTLE_MS);
		all |= more;
	}
	if (files_look(&events->files))
		all |= EVENT_RELOAD;
	return all;
}

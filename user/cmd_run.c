// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfmasq run: the node daemon.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#include "attach.h"
#include "command.h"
#include "datapath.h"
#include "log.h"
#include "policy.h"
#include "uplink.h"

/* Signals that end the daemon wait until we ask for them. */
static void signals_hold(sigset_t *ret)
{
	sigemptyset(ret);
	sigaddset(ret, SIGTERM);
	sigaddset(ret, SIGINT);
	sigprocmask(SIG_BLOCK, ret, NULL);
}

static int node_learn(const struct config *config, struct node *node,
		      struct uplinks *uplinks)
{
	int error = node_read(node);

	if (error)
		return log_error("cannot read the node's interfaces: %s%s",
				 strerror(-error), log_hint(-error));
	if (uplinks_resolve(config, node, uplinks) == 0 &&
	    policy_check(config, node) == 0)
		return 0;
	node_free(node);
	return -1;
}

/*
 * Attach, then tell the datapath what to do.  Until it knows the pods it
 * passes everything, and what it did before it does until it knows better.
 */
static int datapath_start(const struct config *config, const struct node *node,
			  struct uplinks *uplinks, struct datapath *datapath)
{
	if (uplinks_attach(uplinks, datapath, config->attach) < 0)
		return -1;
	if (policy_publish(config, node, datapath) < 0 ||
	    datapath_commit(datapath) < 0) {
		uplinks_undo(uplinks, datapath);
		return -1;
	}
	(void)uplinks_retire(uplinks, datapath); /* said; the new ones serve */
	return 0;
}

static void say_ready(const struct uplinks *uplinks)
{
	for (size_t i = 0; i < uplinks->count; i++)
		log_info("attached to %s by %s", uplinks->items[i].link->name,
			 attach_name(uplinks->items[i].value.attach));
	log_info("ready");
	sd_notify(/* unset_environment= */ 0, "READY=1");
}

static void serve(const sigset_t *signals)
{
	int signal;

	sigwait(signals, &signal);
	sd_notify(/* unset_environment= */ 0, "STOPPING=1");
	log_info("%s: going; the datapath stays (bpfmasq detach removes it)",
		 strsignal(signal));
}

int cmd_run(struct invocation *inv)
{
	struct config *config = &inv->config;
	struct uplinks uplinks;
	struct datapath datapath;
	int status = EXIT_FAILURE;
	sigset_t signals;
	struct node node;

	if (config_complete(config) < 0)
		return EXIT_USAGE;
	signals_hold(&signals);
	if (node_learn(config, &node, &uplinks) < 0)
		return EXIT_FAILURE;
	if (datapath_open(inv->pin_dir, config, &datapath) < 0)
		goto free_node;
	if (datapath_start(config, &node, &uplinks, &datapath) < 0) {
		datapath_abandon(&datapath);
		goto free_node;
	}
	say_ready(&uplinks);
	serve(&signals);
	datapath_close(&datapath);
	status = EXIT_SUCCESS;
free_node:
	node_free(&node);
	return status;
}

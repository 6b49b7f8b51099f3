/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the network plugin's own files say of this node: its pods' ranges, and
 * the cluster's.
 */
#ifndef DISCOVER_H
#define DISCOVER_H

#include "values.h"

/* The first file here whose name ends in .conflist. */
#define DISCOVER_CNI_DIR "/etc/cni/net.d"
#define DISCOVER_FLANNEL_DIR "/run/flannel"
#define DISCOVER_FLANNEL_PATH DISCOVER_FLANNEL_DIR "/subnet.env"

/*
 * Nothing is guessed: *ret stays empty where no file names a range.
 *
 * Return: 0; or -1 where a file is there and wrong, said.
 */
int discover(struct values *ret);

/* The same for texts that were read from `path`. */
int discover_conflist(const char *path, const char *text, struct values *ret);
int discover_flannel(const char *path, const char *text, struct values *ret);

#endif /* DISCOVER_H */

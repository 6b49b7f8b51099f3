/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Masquerade rules of others: what they have rewritten we take for the host's,
 * so that they hide the pods from us.  Known by their names in nftables, which
 * iptables-nft is too, and in iptables-legacy.
 */
#ifndef FOREIGN_H
#define FOREIGN_H

#include "warnings.h"

/* Return: 0 or a negative errno. */
int foreign_look(struct warnings *ret);

#endif /* FOREIGN_H */

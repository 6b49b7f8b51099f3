/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The self-test: programs prove themselves on maps of their own, before they
 * take the place of others.
 */
#ifndef PROVE_H
#define PROVE_H

#include <stdbool.h>

/*
 * Load the programs, let them translate known packets out and back, and look at
 * every byte that matters.  Says what is wrong.
 *
 * Return: 0 or -1.
 */
int prove(bool rewrites_directly);

#endif /* PROVE_H */

// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool text_to_number(const char *text, unsigned long min, unsigned long max,
		    unsigned long *ret)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value < min ||
	    value > max)
		return false;
	*ret = value;
	return true;
}

bool text_to_choice(const char *text, const char *const *choices,
		    unsigned int count, unsigned int *ret)
{
	for (unsigned int i = 0; i < count; i++) {
		if (strcmp(text, choices[i]) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}

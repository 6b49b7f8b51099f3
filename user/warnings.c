// SPDX-License-Identifier: GPL-2.0-only
#include "warnings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool warnings_have(const struct warnings *warnings, const char *line)
{
	for (size_t i = 0; i < warnings->count; i++)
		if (strcmp(warnings->lines[i], line) == 0)
			return true;
	return false;
}

void warnings_add(struct warnings *warnings, const char *format, ...)
{
	char line[WARNING_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (warnings->count < WARNINGS_MAX && !warnings_have(warnings, line))
		strcpy(warnings->lines[warnings->count++], line);
}

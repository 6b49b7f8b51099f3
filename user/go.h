/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scalars as Go programs read them from YAML 1.1 (gopkg.in/yaml.v2) and JSON
 * (encoding/json): ip-masq-agent is one.
 */
#ifndef GO_H
#define GO_H

#include <stdbool.h>

/* yes, on, true … in the writings that YAML 1.1 knows. */
bool go_bool(const char *text, bool *ret);

/* A number of YAML: 64, 0x40, 0100 and 64.0 are all 64. */
bool go_yaml_int(const char *text, long long *ret);

/* JSON takes neither a fraction nor an exponent for an int. */
bool go_json_int(const char *text, long long *ret);

/* Would YAML 1.1 take the unquoted text for a number? */
bool go_is_yaml_number(const char *text);

/* … or for a boolean or null: for anything but text? */
bool go_is_yaml_scalar(const char *text);

/* time.ParseDuration: 1h30m, 1.5s, -5s, 0. */
bool go_is_duration(const char *text);

#endif /* GO_H */

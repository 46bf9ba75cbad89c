/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A walk of one SNMP agent in a loop of its own, and images as files.
 *
 * Shape: files are snmprec lines OID|TAG|VALUE: the tag is the BER tag in decimal, x behind it means hexadecimal bytes.
 * Errors: walk_run gives a fault with words, and what was read until then.
 * Owner: the image is the caller's.
 */
#pragma once
#include "drivers/snmp_plan.h"

#include <stdio.h>

/* n 0: the system group only. */
enum fault walk_run(struct device_setup *setup, const struct oid *roots, size_t n, char words[200],
                    struct snmp_image **ret);
/* As it is: what is private is taken out by walk_redact. Returns lines written. */
size_t walk_write(const struct snmp_image *image, FILE *out);
int walk_read(const char *path, struct snmp_image *image);

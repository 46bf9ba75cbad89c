/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recorded SNMP walk (OID|TAG|VALUE) as an image, for tests.
 *
 * Shape: snmprec lines: the tag is the BER tag in decimal, x behind it means hexadecimal bytes, e backslash escapes;
 *        unsorted lines, duplicates (the first counts), blanks and CRLF are taken as they come.
 * Errors: -errno where the file cannot be read; lines that are none are skipped.
 */
#pragma once
#include "drivers/snmp_plan.h"

int recording_load(const char *path, struct snmp_image *image);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report as one JSON document: contract H, built section by section.
 *
 * Shape: sections are rows of report_sections, in the order of the document. A section that fails leaves its reason.
 * Errors: -errno of the ledger; -ENOENT for a scope that is no room, no group and not "site". No data is no error.
 * Owner: *ret is the caller's.
 */
#pragma once
#include "daemon/report_gather.h"

extern const struct report_section report_sections[]; /* ended by a row without key */

/* The members that say of what, and of when. */
json_t *report_head(const struct report_source *source);
int report_build(const struct report_request *request, json_t **ret);

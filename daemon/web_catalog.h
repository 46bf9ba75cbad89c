/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an alert means: the texts of the journal's catalog, for the page.
 *
 * Shape: @WATTWACHT_...@ of a text is filled from the alert. A catalog may be there in a language of its own
 *        (systemd/wattwacht.nl.catalog), as systemd reads them too; else the English one serves.
 * Errors: -errno where the file cannot be read; texts that are not there are "".
 * Source: systemd Journal Message Catalogs.
 */
#pragma once
#include <jansson.h>

struct catalog;

int catalog_load(const char *path, struct catalog **ret);
void catalog_free(struct catalog *catalog);
/* By a rule's name, filled from an alert of the API: {"subject", "text": [paragraphs]}. */
json_t *catalog_explain(const struct catalog *catalog, const char *rule, const json_t *alert);

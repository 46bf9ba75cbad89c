/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The token of a listener that is open to others.
 *
 * Shape: Authorization: Bearer TOKEN, or Basic with any name and the token as password, which browsers ask for.
 *        Compared without telling by its time how much was right.
 * Errors: -EINVAL with words: a token is a file of at least 16 characters that nobody else can read.
 * Source: RFC 6750, RFC 7617.
 */
#pragma once
#include <microhttpd.h>
#include <stdbool.h>

/* token NULL: everybody. */
bool web_access_granted(const char *token, struct MHD_Connection *connection);
/* $CREDENTIALS_DIRECTORY/web-token, else file. *ret is the caller's; -ENOENT: neither is there. */
int web_access_token(const char *file, char **ret, char words[240]);

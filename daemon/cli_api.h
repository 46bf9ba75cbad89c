/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's API as the commands use it.
 *
 * Shape: base is unix:PATH or http://HOST:PORT; NULL: unix:/run/wattwacht/api.sock.
 * Errors: CLI_DONE, or the exit code with words: CLI_UNREACHABLE where nobody answers, CLI_NO where the daemon says no,
 *         CLI_USAGE for a base that is none.
 * Owner: *ret_answer is the caller's.
 */
#pragma once
#include "daemon/cli.h"

#include <jansson.h>

struct api;

int api_open(const char *base, struct api **ret, char words[300]);
void api_close(struct api *api);
/* body NULL: GET; else POST. name and value: one argument of the query; NULL. */
int api_ask(struct api *api, const char *path, const char *name, const char *value, const json_t *body,
            json_t **ret_answer, char words[300]);
/* All in one, with what is wrong said by cli_fail. */
int api_call(const struct cli *cli, const char *path, const char *name, const char *value, const json_t *body,
             json_t **ret_answer);

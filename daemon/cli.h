/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a command of `wattwacht` is: a row of a table, and what it is run with.
 *
 * Shape: data on stdout, words on stderr; with --json stdout is one JSON object, on failure the error object.
 * Errors: a command returns its exit code, mostly that of cli_fail.
 * Source: contract A (exit codes) and D (commands).
 */
#pragma once
#include "daemon/options.h"
#include "drivers/diag.h"

#include <stdbool.h>

enum cli_exit {
    CLI_DONE = 0,
    CLI_NO = 1,          /* the input, configuration or device says no */
    CLI_USAGE = 2,       /* wrong usage */
    CLI_UNKNOWN = 3,     /* no profile matched */
    CLI_SILENT = 4,      /* nothing answered */
    CLI_UNREACHABLE = 5, /* the daemon cannot be reached */
};

/* Every option of every command; each command's table names those that are its own. */
struct cli_options {
    bool json, schema, subnet, once, site, fed_in;
    struct option_list config;
    const char *rack, *device, *from, *to, *width, *height; /* graph */
    bool dark;                                              /* graph */
    const char *api, *state;
    const char *snmp, *community, *user, *auth, *auth_key_file, *privacy, *privacy_key_file;
    const char *modbus, *unit, *profile, *timeout;
    const char *against, *at, *output;
    const char *room, *group, *period, *format, *lang, *explain;
    const char *prefix;
    bool dry_run;
    const char *listen, *token; /* web */
};

struct cli {
    const char *command; /* "meter read" */
    struct cli_options options;
    size_t n;
    char **word; /* operands */
};

struct command {
    const char *name;     /* one or two words */
    const char *operands; /* as the help shows them */
    const char *summary;  /* NULL: not for people, not in the help */
    const struct option_row *options;
    size_t least, most; /* operands */
    int (*run)(const struct cli *cli);
    int (*raw)(int argc, char **argv); /* instead: reads its own arguments, argv[0] is the command */
};

/* Says what is wrong, on stderr and with --json as the error object; returns code. */
int cli_fail(const struct cli *cli, enum cli_exit code, const char *where, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Where a command finds the configuration's secrets: $CREDENTIALS_DIRECTORY; else, for the installed configuration and
 * who may, those of the running service; else NULL, for the first directory's. */
const char *cli_credentials(const struct cli *cli);
/* All mistakes of files, one a line; with --json the first of them as the error object. Returns CLI_NO. */
int cli_fail_diag(const struct cli *cli, const struct diag *diag);
/* Runs argv[1] .. by a table ended by a row without name. */
int cli_run(const struct command *table, int argc, char **argv);

#define CLI_TEXT(name, member, value, help)                                  \
    {                                                                        \
        name, OPTION_TEXT, offsetof(struct cli_options, member), value, help \
    }
#define CLI_FLAG(name, member, help)                                        \
    {                                                                       \
        name, OPTION_FLAG, offsetof(struct cli_options, member), NULL, help \
    }
#define CLI_LIST(name, member, value, help)                                  \
    {                                                                        \
        name, OPTION_LIST, offsetof(struct cli_options, member), value, help \
    }
#define CLI_JSON CLI_FLAG("json", json, "one JSON object on stdout")
#define CLI_API  CLI_TEXT("api", api, "WHERE", "unix:PATH or http://HOST:PORT; unix:/run/wattwacht/api.sock")
#define CLI_END                          \
    {                                    \
        NULL, OPTION_FLAG, 0, NULL, NULL \
    }

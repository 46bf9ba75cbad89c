/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/backup.h"
#include "daemon/cli_commands.h"
#include "daemon/rrd_migrate.h"
#include "daemon/wire_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *state_of(const struct cli *cli)
{
    const char *state = getenv("STATE_DIRECTORY");
    return cli->options.state ? cli->options.state : state ? state : "/var/lib/wattwacht";
}

/* Words of work under way go to stderr; the last line is the reason when it fails. */
static int finish(const struct cli *cli, int r, const char *where, char *words, const char *done)
{
    size_t n = strlen(words);
    if (n && words[n - 1] == '\n')
        words[n - 1] = '\0';
    char *last = strrchr(words, '\n');
    if (r < 0) {
        if (last) {
            *last++ = '\0';
            fprintf(stderr, "%s\n", words);
        }
        return cli_fail(cli, CLI_NO, where, "%s", last ? last : *words ? words : strerror(-r));
    }
    if (*words)
        fprintf(stderr, "%s\n", words);
    if (cli->options.json) {
        fputs("{\"done\": ", stdout);
        wire_put_string(stdout, done);
        fputs("}\n", stdout);
    }
    return CLI_DONE;
}

int cmd_backup(const struct cli *cli)
{
    char *words = NULL;
    size_t n;
    FILE *out = open_memstream(&words, &n);
    int r = backup_write(state_of(cli), cli->word[0], out);
    fclose(out);
    r = finish(cli, r, cli->word[0], words, cli->word[0]);
    free(words);
    return r;
}

int cmd_rrd_migrate(const struct cli *cli)
{
    struct option_list dirs = cli->options.config;
    if (!dirs.n)
        dirs.item[dirs.n++] = "/etc/wattwacht/conf.d";
    struct diag *diag = diag_new();
    struct config *config = NULL;
    char *words = NULL;
    size_t n;
    int r;
    if (config_load(dirs.item, dirs.n, config_no_secrets, PROFILES_USED, NULL, diag, &config) < 0) {
        r = cli_fail_diag(cli, diag);
    } else {
        FILE *out = open_memstream(&words, &n);
        r = rrd_migrate(state_of(cli), config, out);
        fclose(out);
        r = finish(cli, r, state_of(cli), words, state_of(cli));
        config_unref(config);
    }
    free(words);
    diag_free(diag);
    return r;
}

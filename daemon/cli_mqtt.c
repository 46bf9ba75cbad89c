/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_commands.h"
#include "daemon/config.h"
#include "daemon/mqtt_ghost.h"
#include "daemon/mqtt_purge.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_DIR "/etc/wattwacht/conf.d"

struct ghosts {
    size_t n;
    const char **topic, **why; /* borrowed from the messages */
};

static void find_ghosts(const struct ghost_hunt *hunt, const struct mqtt_received *all, struct ghosts *ghosts)
{
    for (const struct mqtt_received *one = all; one; one = one->next) {
        const char *why = mqtt_ghost_why(hunt, one->topic, one->payload, one->size);
        if (!why)
            continue;
        ghosts->topic = reallocarray(ghosts->topic, ghosts->n + 1, sizeof(char *));
        ghosts->why = reallocarray(ghosts->why, ghosts->n + 1, sizeof(char *));
        if (!ghosts->topic || !ghosts->why)
            abort();
        ghosts->topic[ghosts->n] = one->topic;
        ghosts->why[ghosts->n++] = why;
    }
}

static void tell(const struct cli *cli, const struct ghosts *ghosts, json_t *cleared)
{
    for (size_t i = 0; i < ghosts->n; i++)
        if (cli->options.json)
            json_array_append_new(cleared, json_pack("{s:s,s:s}", "topic", ghosts->topic[i], "why", ghosts->why[i]));
        else
            printf("%s  %s\n", ghosts->topic[i], ghosts->why[i]);
}

static int purge_broker(const struct cli *cli, const struct ghost_hunt *hunt, json_t *cleared)
{
    char filter[GHOST_FILTERS][256], words[300] = "";
    const char *filters[GHOST_FILTERS] = {filter[0], filter[1]};
    struct mqtt_purge *purge;
    struct mqtt_received *all = NULL;
    struct ghosts ghosts = {0};
    int r = mqtt_purge_open(hunt->mqtt, &purge, words);
    if (r < 0)
        return cli_fail(cli, r == -EACCES ? CLI_NO : CLI_SILENT, hunt->mqtt->server, "%s", words);
    mqtt_ghost_filters(hunt, filter);
    r = mqtt_purge_list(purge, filters, GHOST_FILTERS, &all);
    if (r == 0) {
        find_ghosts(hunt, all, &ghosts);
        if (!cli->options.dry_run)
            r = mqtt_purge_clear(purge, ghosts.topic, ghosts.n);
    }
    mqtt_purge_close(purge);
    if (r == 0)
        tell(cli, &ghosts, cleared);
    for (struct mqtt_received *next; all; all = next) {
        next = all->next;
        free(all);
    }
    free(ghosts.topic);
    free(ghosts.why);
    if (r < 0)
        return cli_fail(cli, r == -EACCES ? CLI_NO : CLI_SILENT, hunt->mqtt->server,
                        r == -EACCES ? "the broker does not let us: read and write on our own topics are needed"
                                     : "the broker stopped answering");
    return CLI_DONE;
}

static int purge_all(const struct cli *cli, const struct config *config)
{
    json_t *cleared = json_array();
    int r = config->n_mqtt ? CLI_DONE : cli_fail(cli, CLI_NO, "mqtt", "the configuration names no broker");
    for (size_t i = 0; i < config->n_mqtt && r == CLI_DONE; i++) {
        struct ghost_hunt hunt = {.config = config,
                                  .mqtt = &config->mqtt[i],
                                  .prefix = cli->options.prefix ? cli->options.prefix : config->mqtt[i].prefix,
                                  .device = cli->n ? cli->word[0] : NULL};
        r = purge_broker(cli, &hunt, cleared);
    }
    if (r == CLI_DONE && cli->options.json) {
        json_t *answer = json_pack("{s:b,s:O}", "dry_run", cli->options.dry_run, "cleared", cleared);
        json_dumpf(answer, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(answer);
    }
    json_decref(cleared);
    return r;
}

int cmd_mqtt_purge(const struct cli *cli)
{
    struct option_list dirs = cli->options.config;
    if (!dirs.n)
        dirs.item[dirs.n++] = DEFAULT_DIR;
    if (cli->n && !id_valid(cli->word[0]))
        return cli_fail(cli, CLI_USAGE, cli->word[0], "not the id of a device");
    if (cli->options.prefix && strpbrk(cli->options.prefix, "+#"))
        return cli_fail(cli, CLI_USAGE, "--prefix", "a topic without + and #");
    struct diag *diag = diag_new();
    struct config *config = NULL;
    int r;
    if (config_load(dirs.item, dirs.n, cli_credentials(cli), PROFILES_USED, NULL, diag, &config) < 0)
        r = cli_fail_diag(cli, diag);
    else
        r = purge_all(cli, config);
    config_unref(config);
    diag_free(diag);
    return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_commands.h"
#include "daemon/probe_setup.h"
#include "daemon/probe_show.h"
#include "daemon/walk_run.h"
#include "daemon/data.h"
#include "daemon/plain_json.h"
#include "drivers/diag.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The profile that the file holds: its name is the file's. */
static const struct profile *find(const struct profile_set *set, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char stem[128];
    snprintf(stem, sizeof stem, "%.*s", (int)(strlen(name) - 5), name);
    return profile_find(set, stem);
}

/* The file, and of the known profiles all but its namesake: what it includes, and what it must be told apart from. */
static int load(const char *path, struct diag *diag, struct profile_set **ret)
{
    struct arena *arena = arena_new();
    const char **files = NULL, *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t n = 0, length = strlen(path);
    glob_t known;
    int r = 0;
    if (access(path, R_OK) < 0)
        diag_error(diag, (struct place){.file = path}, NULL, "%m");
    else if (length < 6 || strcmp(path + length - 5, ".yaml") != 0)
        diag_error(diag, (struct place){.file = path}, NULL, "expected a file NAME.yaml");
    if (diag_errors(diag)) {
        arena_free(arena);
        return -EINVAL;
    }
    files = arena_push(arena, files, &n, sizeof *files);
    files[0] = path;
    if (glob(data_path(arena, "profiles/*.yaml"), 0, NULL, &known) == 0)
        for (size_t i = 0; i < known.gl_pathc; i++) {
            if (!strcmp(strrchr(known.gl_pathv[i], '/') + 1, name))
                continue;
            files = arena_push(arena, files, &n, sizeof *files);
            files[n - 1] = known.gl_pathv[i];
        }
    /* another profile with a mistake is only said */
    struct diag *kept = diag_new();
    profile_set_load_sound(files, n, NULL, kept, ret);
    if (find(*ret, path)) {
        diag_print(kept, stderr);
    } else {
        profile_set_unref(*ret);
        *ret = NULL;
        r = profile_set_load(files, n, diag, ret);
    }
    diag_free(kept);
    globfree(&known);
    arena_free(arena);
    return r;
}

static int fail(const struct cli *cli, const struct diag *diag)
{
    return cli_fail_diag(cli, diag);
}

/* The exact objects of a plan, answered from the recording. */
static struct answer *replay(const struct snmp_plan *plan, const struct snmp_image *image)
{
    struct snmp_value *values = calloc(plan->n + 1, sizeof *values);
    struct answer **answers = calloc(plan->n_devices + 1, sizeof(struct answer *));
    if (!values || !answers)
        abort();
    for (size_t i = 0; i < plan->n; i++) {
        const struct snmp_value *value = snmp_image_get(image, plan->ask[i]);
        if (value)
            values[i] = *value;
    }
    for (size_t i = 0; i < plan->n_devices; i++)
        answers[i] = answer_new(plan->device[i].device, ANSWER_VALUES, plan->device[i].shape->n);
    snmp_plan_decode(plan, values, answers);
    struct answer *first = answers[0];
    for (size_t i = 1; i < plan->n_devices; i++)
        answer_free(answers[i]);
    free(values);
    free(answers);
    return first;
}

static int against(const struct cli *cli, struct profile_set *set, const struct profile *profile, size_t vectors)
{
    struct snmp_image *image = snmp_image_new();
    struct snmp_plan *plan = NULL;
    struct device_setup *setup = NULL;
    char words[300] = "";
    struct arena *arena = arena_new();
    const char *why = NULL;
    int r = walk_read(cli->options.against, image);
    if (r < 0)
        r = cli_fail(cli, CLI_NO, cli->options.against, "%s",
                     r == -ENODATA ? "holds no line OID|TAG|VALUE" : strerror(-r));
    else if (profile_is_modbus(profile) || profile_is_mqtt(profile))
        r = cli_fail(cli, CLI_USAGE, cli->word[0], "is for %s, a recording is of SNMP",
                     profile_is_mqtt(profile) ? "MQTT" : "Modbus");
    else if (profile_match_snmp(arena, set, image, &why) != profile)
        r = cli_fail(cli, CLI_UNKNOWN, cli->options.against, "the profile does not recognise it: %s",
                     why ? why : "no rule");
    else if (!(r = probe_setup(&cli->options, "recording", 0, set, words, &setup)) &&
             (r = snmp_plan_new(profile, setup, image, why, &plan)) < 0)
        r = cli_fail(cli, CLI_NO, cli->options.against, "no point of the profile is there: %s", strerror(-r));
    if (!r) {
        struct probe_result result = {
            .setup = setup, .shape = shape_ref(plan->device[0].shape), .values = replay(plan, image)};
        json_t *json = cli->options.json ? probe_json(&result) : NULL;
        if (json) {
            json_object_set_new(json, "vectors", json_integer((json_int_t)vectors));
            plain_json_put(stdout, json, 2);
            json_decref(json);
        } else {
            probe_print(&result, stdout);
        }
        probe_result_done(&result);
    }
    snmp_plan_free(plan);
    setup_unref(setup);
    arena_free(arena);
    snmp_image_free(image);
    return r;
}

int cmd_profile_check(const struct cli *cli)
{
    struct diag *diag = diag_new();
    struct profile_set *set = NULL;
    int r = CLI_DONE;
    const struct profile *profile = load(cli->word[0], diag, &set) < 0 ? NULL : find(set, cli->word[0]);
    if (!profile) {
        r = fail(cli, diag);
    } else {
        size_t vectors = profile_run_vectors(profile, diag);
        if (diag_errors(diag))
            r = fail(cli, diag);
        else if (cli->options.against)
            r = against(cli, set, profile, vectors);
        else if (cli->options.json)
            printf("{\"profile\": \"%s\", \"vectors\": %zu}\n", profile_name(profile), vectors);
        else
            printf("Profile %s (%s) is right; %zu test vectors ran.\n", profile_name(profile), profile_title(profile),
                   vectors);
        for (size_t i = 0; !r && diag_line(diag, i); i++)
            fprintf(stderr, "%s\n", diag_line(diag, i));
    }
    profile_set_unref(set);
    diag_free(diag);
    return r;
}

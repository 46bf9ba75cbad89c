/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rrd_migrate.h"

#include "daemon/rrd_file.h"
#include "daemon/state_dir.h"

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const outcomes[RRD_OUTCOME_COUNT] = {
    [RRD_AS_IT_WAS] = "is as it should be",
    [RRD_CREATED] = "made",
    [RRD_MIGRATED] = "migrated with its history",
    [RRD_REPLACED] = "begun anew",
};

/* Its sources stay what they are: only the daemon knows how often each is polled. */
static int migrate_one(const char *root, const char *path, const struct rrd_plan *archives, FILE *out)
{
    char full[PATH_MAX + RRD_PATH_MAX], words[RRD_WORDS] = "";
    struct rrd_head head;
    struct rrd_plan plan = *archives, got;
    enum rrd_outcome outcome;
    int64_t last, now = time(NULL);
    snprintf(full, sizeof full, "%s/%s", root, path);
    int r = rrd_head_read(full, &head, words);
    if (r < 0) {
        fprintf(out, "%s: left as it is: %s\n", path, words);
        return r;
    }
    memcpy(plan.ds, head.plan.ds, sizeof plan.ds);
    plan.n_ds = head.plan.n_ds;
    r = rrd_file_ready(root, path, &plan, now, now, &got, &last, &outcome, words);
    if (r < 0)
        fprintf(out, "%s\n", words);
    else
        fprintf(out, "%s: %s (%" PRIu64 " bytes)\n", path, outcomes[outcome], rrd_plan_bytes(&got, got.n_ds));
    return r;
}

static bool is_ours(const char *path)
{
    char device[ID_MAX + 1], part[PART_MAX], built[RRD_PATH_MAX];
    return sscanf(path, "%32[^/]/%47[^./].rrd", device, part) == 2 && rrd_plan_path(device, part, built) == 0 &&
           !strcmp(built, path);
}

int rrd_migrate(const char *state, const struct config *config, FILE *out)
{
    char words[240], root[PATH_MAX], pattern[PATH_MAX + 8];
    struct rrd_plan archives;
    glob_t found;
    int lock, failed = 0;
    int r = rrd_plan_archives(config->rrd_step_s, config->span, config->n_spans, &archives);
    if (r < 0)
        return r;
    if (access(state, F_OK) < 0) /* a name misspelt is not made */
        return -errno;
    r = state_dir_take(state, &lock, words, sizeof words);
    if (r < 0) {
        fprintf(out, "%s\n", words);
        return r;
    }
    snprintf(root, sizeof root, "%s/rrd", state);
    snprintf(pattern, sizeof pattern, "%s/*/*.rrd", root);
    unsigned swept = rrd_file_sweep(root);
    if (swept)
        fprintf(out, "%u unfinished files removed\n", swept);
    r = glob(pattern, 0, NULL, &found);
    for (size_t i = 0; r == 0 && i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i] + strlen(root) + 1;
        int one = is_ours(path) ? migrate_one(root, path, &archives, out) : 0;
        failed = failed ? failed : one;
    }
    if (r == 0)
        globfree(&found);
    close(lock);
    return r == 0 || r == GLOB_NOMATCH ? failed : -EIO;
}

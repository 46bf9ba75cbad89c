/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rrd_head.h"

#include <errno.h>
#include <fcntl.h>
#define RRD_EXPORT_DEPRECATED /* the layout of a file is public only so */
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct cursor {
    const uint8_t *at;
    size_t left;
    const char *why; /* latched: the first thing that is wrong */
};

static void take(struct cursor *c, void *ret, size_t n)
{
    if (n > c->left) {
        memset(ret, 0, n);
        c->why = c->why ? c->why : "it is cut off";
        return;
    }
    memcpy(ret, c->at, n);
    c->at += n;
    c->left -= n;
}

static void wrong(struct cursor *c, bool is, const char *why)
{
    if (is && !c->why)
        c->why = why;
}

static int take_ds(struct cursor *c, struct rrd_ds *ret)
{
    ds_def_t ds;
    take(c, &ds, sizeof ds);
    if (c->why)
        return 0;
    bool ended = memchr(ds.ds_nam, 0, sizeof ds.ds_nam) && memchr(ds.dst, 0, sizeof ds.dst);
    wrong(c, !ended, "a name in it has no end");
    if (!ended)
        return 0;
    *ret = (struct rrd_ds){quantity_parse(ds.ds_nam), (int64_t)ds.par[DS_mrhb_cnt].u_cnt};
    return ret->quantity == Q_NONE || strcmp(ds.dst, "GAUGE") != 0 ? -EMEDIUMTYPE : 0;
}

static int take_archive(struct cursor *c, struct rrd_archive *ret)
{
    rra_def_t rra;
    take(c, &rra, sizeof rra);
    wrong(c, !rra.pdp_cnt || !rra.row_cnt || rra.pdp_cnt > UINT32_MAX || rra.row_cnt > UINT32_MAX,
          "an archive in it has no length");
    if (c->why)
        return 0;
    for (int f = 0; f < RF_COUNT; f++)
        if (!strncmp(rra.cf_nam, rrd_function_names[f], sizeof rra.cf_nam)) {
            *ret = (struct rrd_archive){(enum rrd_function)f, rra.pdp_cnt, rra.row_cnt};
            return 0;
        }
    return -EMEDIUMTYPE;
}

static void take_start(struct cursor *c, struct rrd_plan *plan)
{
    stat_head_t start;
    wrong(c, c->left >= 4 && memcmp(c->at, RRD_COOKIE, 4) != 0, "it does not begin like an RRD file");
    take(c, &start, sizeof start);
    wrong(c, start.float_cookie < FLOAT_COOKIE || start.float_cookie > FLOAT_COOKIE,
          "it was written by another machine");
    wrong(c, !start.pdp_step || start.pdp_step > UINT32_MAX, "its step is 0");
    wrong(c, !start.ds_cnt || !start.rra_cnt, "it holds nothing");
    if (c->why)
        return;
    plan->step_s = (int64_t)start.pdp_step;
    plan->n_ds = start.ds_cnt;
    plan->n_archives = start.rra_cnt;
}

/* Values behind the head are any bits; the row pointers have to lie within their archives. */
static void check_rest(struct cursor *c, struct rrd_head *head, uint64_t size)
{
    live_head_t live;
    pdp_prep_t pdp;
    cdp_prep_t cdp;
    rra_ptr_t row;
    take(c, &live, sizeof live);
    head->last_s = live.last_up;
    wrong(c, live.last_up < 0, "its last update is not a time");
    for (size_t i = 0; i < head->plan.n_ds && !c->why; i++)
        take(c, &pdp, sizeof pdp);
    for (size_t i = 0; i < head->plan.n_ds * head->plan.n_archives && !c->why; i++)
        take(c, &cdp, sizeof cdp);
    for (size_t i = 0; i < head->plan.n_archives && !c->why; i++) {
        take(c, &row, sizeof row);
        wrong(c, row.cur_row >= head->plan.archive[i].rows, "a row pointer in it is wild");
    }
    wrong(c, size != rrd_plan_bytes(&head->plan, head->plan.n_ds), "its size is not that of its contents");
}

static int decode(struct cursor *c, uint64_t size, struct rrd_head *head)
{
    int r = 0;
    take_start(c, &head->plan);
    if (c->why)
        return -EBADMSG;
    if (head->plan.n_ds > Q_COUNT || head->plan.n_archives > RRD_ARCHIVES_MAX)
        r = -EMEDIUMTYPE;
    for (size_t i = 0; i < head->plan.n_ds && !r && !c->why; i++) {
        r = take_ds(c, &head->plan.ds[i]);
        for (size_t k = 0; k < i; k++)
            wrong(c, head->plan.ds[k].quantity == head->plan.ds[i].quantity, "two of its sources have one name");
    }
    for (size_t i = 0; i < head->plan.n_archives && !r && !c->why; i++)
        r = take_archive(c, &head->plan.archive[i]);
    if (!r)
        check_rest(c, head, size);
    if (c->why)
        return -EBADMSG;
    wrong(c, r < 0, "it is an RRD file, but not one of ours");
    return r;
}

/* The head of an ordinary part, and that of the greatest plan. */
static const size_t head_sizes[] = {16384, 128 + 232 * Q_COUNT + 128 * RRD_SPANS_MAX *RF_COUNT + 16 +
                                               80 * RRD_SPANS_MAX *RF_COUNT *Q_COUNT};

static int read_some(int fd, const struct stat *status, size_t size, struct rrd_head *ret, const char **ret_why)
{
    uint8_t *bytes = malloc(size);
    ssize_t n = bytes ? pread(fd, bytes, size, 0) : -1;
    int r = n < 0 ? -errno : 0;
    if (r >= 0) {
        struct cursor c = {bytes, (size_t)n, NULL};
        memset(ret, 0, sizeof *ret);
        r = decode(&c, (uint64_t)status->st_size, ret);
        *ret_why = c.why;
    }
    free(bytes);
    return r;
}

int rrd_head_read(const char *path, struct rrd_head *ret, char words[160])
{
    struct stat status;
    struct rrd_head head;
    const char *why = NULL;
    int r = 0, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status) < 0) {
        r = -errno;
    } else if (!S_ISREG(status.st_mode)) {
        r = -EMEDIUMTYPE;
        why = "it is not a file";
    } else {
        r = read_some(fd, &status, head_sizes[0], &head, &why);
        if (r == -EBADMSG && (size_t)status.st_size > head_sizes[0])
            r = read_some(fd, &status, head_sizes[1], &head, &why);
        if (!status.st_size)
            why = "it is empty";
    }
    if (fd >= 0)
        close(fd);
    if (r < 0) {
        snprintf(words, 160, "%s", why ? why : strerror(-r));
        return r;
    }
    head.sparse = status.st_blocks * 512 < status.st_size;
    *ret = head;
    return 0;
}

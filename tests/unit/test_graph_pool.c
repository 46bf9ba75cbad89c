/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pool of graphs and its children, graph_child: this program is its own child. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "graph_site.h"

#include "daemon/graph_child.h"
#include "daemon/graph_pool.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct graph_pool *new_pool(unsigned children, int64_t deadline_ms)
{
    struct graph_pool_options options = {
        .place = {graph_site.dirs, 1, graph_site.state}, .children = children, .deadline_ms = deadline_ms};
    struct graph_pool *pool;
    assert_int_equal(graph_pool_new(&options, &pool), 0);
    return pool;
}

static struct graph_request request_of(const char *what, const char *format)
{
    struct graph_words words = {.what = what, .scope = "r1", .from = "-1h", .format = format};
    struct graph_request request;
    char why[GRAPH_WORDS];
    assert_int_equal(graph_request_read(&words, (int64_t)time(NULL), &request, why), 0);
    return request;
}

static void expect_drawn(struct graph_pool *pool)
{
    struct graph_request request = request_of("power", "png");
    struct graph_answer answer;
    graph_pool_wait(pool, &request, &answer);
    if (answer.error)
        print_message("%s\n", answer.words);
    assert_int_equal(answer.error, 0);
    assert_string_equal(answer.type, "image/png");
    assert_memory_equal(answer.bytes, "\x89PNG", 4);
    graph_answer_done(&answer);
}

/* The processes that the pool has started. */
static size_t children_of(pid_t ret[8])
{
    size_t n = 0;
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    for (struct dirent *task; (task = readdir(tasks));) {
        char path[300];
        snprintf(path, sizeof path, "/proc/self/task/%s/children", task->d_name);
        FILE *f = task->d_name[0] == '.' ? NULL : fopen(path, "re");
        while (f && n < 8 && fscanf(f, "%d", &ret[n]) == 1)
            n++;
        if (f)
            fclose(f);
    }
    closedir(tasks);
    return n;
}

static void test_answers(void **state)
{
    (void)state;
    struct graph_pool *pool = new_pool(2, 0);
    struct graph_request request = request_of("powre", "svg");
    struct graph_answer answer;
    struct graph_pool_stats stats;
    expect_drawn(pool);
    graph_pool_wait(pool, &request, &answer);
    assert_int_equal(answer.error, -ENOENT);
    assert_string_equal(answer.words, "'powre': no graph and no point of this name");
    assert_null(answer.bytes);
    request = request_of("power", "json");
    graph_pool_wait(pool, &request, &answer);
    assert_int_equal(answer.error, 0);
    assert_true(answer.n > 100 && answer.bytes[0] == '{' && answer.bytes[answer.n - 2] == '}');
    graph_answer_done(&answer);
    graph_pool_renew(pool);
    expect_drawn(pool);
    graph_pool_stats(pool, &stats);
    assert_int_equal(stats.asked, 4);
    assert_int_equal(stats.drawn, 4);
    assert_int_equal(stats.died, 0);
    graph_pool_free(pool);
}

/* A device that is learnt after the start is there with the next request. */
static void test_learnt(void **state)
{
    (void)state;
    char from[200], to[200];
    struct graph_pool *pool = new_pool(1, 0);
    struct graph_request request = request_of("ac/total/active_power", "csv");
    struct graph_answer answer;
    graph_site_path(from, sizeof from, "devices/ac.json");
    graph_site_path(to, sizeof to, "devices/ac.later");
    assert_int_equal(rename(from, to), 0);
    graph_pool_wait(pool, &request, &answer);
    assert_int_equal(answer.error, -ENOENT);
    assert_int_equal(rename(to, from), 0);
    graph_pool_wait(pool, &request, &answer);
    assert_int_equal(answer.error, 0);
    graph_answer_done(&answer);
    graph_pool_free(pool);
}

static void test_death(void **state)
{
    (void)state;
    struct graph_pool *pool = new_pool(1, 0);
    struct graph_pool_stats stats;
    pid_t pid[8];
    expect_drawn(pool);
    assert_int_equal(children_of(pid), 1);
    kill(pid[0], SIGKILL);
    expect_drawn(pool); /* by another */
    graph_pool_stats(pool, &stats);
    assert_int_equal(stats.drawn, 2);
    graph_pool_free(pool);
    assert_int_equal(children_of(pid), 0);
}

static void test_late(void **state)
{
    (void)state;
    struct graph_pool *pool = new_pool(1, 60000);
    struct graph_pool_stats stats;
    pid_t pid[8];
    expect_drawn(pool);
    graph_pool_free(pool);
    /* a child that is stopped never answers: the deadline ends it, and the next one draws */
    pool = new_pool(1, 1);
    struct graph_request request = request_of("power", "svg");
    struct graph_answer answer;
    graph_pool_wait(pool, &request, &answer);
    assert_int_equal(answer.error, -ETIMEDOUT);
    assert_non_null(strstr(answer.words, "not drawn within"));
    graph_pool_stats(pool, &stats);
    assert_int_equal(stats.late, 1);
    graph_pool_free(pool);
    assert_int_equal(children_of(pid), 0);
}

struct tally {
    unsigned busy, ended, other;
};

static void on_done(void *context, struct graph_answer *answer)
{
    struct tally *tally = context;
    if (answer->error == -EBUSY)
        tally->busy++;
    else if (answer->error == -ECANCELED || answer->error == 0)
        __atomic_add_fetch(&tally->ended, 1, __ATOMIC_RELAXED);
    else
        __atomic_add_fetch(&tally->other, 1, __ATOMIC_RELAXED);
    graph_answer_done(answer);
}

/* More than the queue holds: the rest is refused at once, and everybody is answered when the pool ends. */
static void test_crowd(void **state)
{
    (void)state;
    struct graph_pool *pool = new_pool(1, 0);
    struct tally tally = {0};
    struct graph_request request = request_of("power", "svg");
    pid_t pid[8];
    expect_drawn(pool);
    assert_int_equal(children_of(pid), 1);
    kill(pid[0], SIGSTOP); /* nothing moves */
    for (unsigned i = 0; i < GRAPH_QUEUE + 10; i++)
        graph_pool_ask(pool, &request, on_done, &tally);
    graph_pool_free(pool);
    assert_true(tally.busy >= 9 && tally.busy <= 10); /* one may be with the child already */
    assert_int_equal(tally.ended, GRAPH_QUEUE + 10 - tally.busy);
    assert_int_equal(tally.other, 0);
}

static void test_wrong_configuration(void **state)
{
    (void)state;
    const char *dirs[] = {"/nonexistent"};
    struct graph_pool_options options = {.place = {dirs, 1, graph_site.state}};
    struct graph_pool *pool;
    struct graph_request request = request_of("power", "svg");
    struct graph_answer answer;
    assert_int_equal(graph_pool_new(&options, &pool), 0);
    for (int i = 0; i < 2; i++) {
        graph_pool_wait(pool, &request, &answer);
        assert_true(answer.error < 0);
        assert_string_equal(answer.words, "/nonexistent: cannot be read: No such file or directory");
    }
    graph_pool_free(pool);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "graph-child"))
        return graph_child_main(argc - 1, argv + 1);
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_answers), cmocka_unit_test(test_learnt),
                                       cmocka_unit_test(test_death),   cmocka_unit_test(test_late),
                                       cmocka_unit_test(test_crowd),   cmocka_unit_test(test_wrong_configuration)};
    return cmocka_run_group_tests_name("graph_pool", tests, graph_site_set_up, graph_site_tear_down);
}

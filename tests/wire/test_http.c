/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http, http_request, http_socket on real sockets: unix and TCP, many and slow clients, bodies that are too long,
 * requests that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/http.h"
#include "http_serve.h"
#include "http_world.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

static char directory[64], path[80], path2[80];
static struct world *world;
static struct http *http;
static atomic_int flushes;
static sd_event_source *flushing;
static bool flush_at_once;
static char asked[64];

static void view(void *self, struct http_view *ret)
{
    (void)self;
    *ret = world->view;
}

static int silence(void *self, const char *target, int64_t duration_us, const char *reason, char words[240])
{
    (void)self, (void)duration_us, (void)reason, (void)words;
    snprintf(asked, sizeof asked, "%s", target);
    return 0;
}

static int on_flushed(sd_event_source *source, uint64_t usec, void *user)
{
    (void)source, (void)usec;
    http_flushed(http, (uint64_t)(uintptr_t)user - 1); /* an older token: nobody waits for it */
    http_flushed(http, (uint64_t)(uintptr_t)user);
    return 0;
}

static void flush(void *self, uint64_t token)
{
    sd_event *loop = self;
    uint64_t now;
    atomic_fetch_add(&flushes, 1);
    if (flush_at_once) {
        http_flushed(http, token);
        return;
    }
    sd_event_now(loop, CLOCK_MONOTONIC, &now);
    flushing = sd_event_source_unref(flushing);
    sd_event_add_time(loop, &flushing, CLOCK_MONOTONIC, now + 50000, 1, on_flushed, (void *)(uintptr_t)token);
}

static struct http_service service = {.view = view, .silence = silence, .flush = flush};

static void open_http(sd_event *loop, void *user)
{
    char words[240] = "";
    struct http_config listen[] = {{.unix_path = path}, {.host = "127.0.0.1", .port = 0}};
    (void)user;
    service.self = loop;
    if (http_start(loop, 2, listen, &service, &http, words) < 0)
        fail_msg("%s", words);
}

static void close_http(void *user)
{
    (void)user;
    flushing = sd_event_source_disable_unref(flushing);
    http_stop(http);
    http = NULL;
}

static int setup(void **state)
{
    strcpy(directory, "/tmp/wattwacht-http-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    snprintf(path, sizeof path, "%s/api.sock", directory);
    snprintf(path2, sizeof path2, "%s/second.sock", directory);
    world = world_new();
    atomic_store(&flushes, 0);
    flush_at_once = false;
    *asked = '\0';
    *state = serve_start(open_http, close_http, NULL);
    return 0;
}

static int teardown(void **state)
{
    serve_stop(*state);
    world_free(world);
    assert_int_equal(access(path, F_OK), -1); /* the socket went with its listener */
    return rmdir(directory);
}

static int ask(bool unix_socket, const char *text, char *answer, size_t size)
{
    int fd = client_connect(unix_socket ? path : NULL, http_port(http, 1));
    assert_true(fd >= 0);
    client_ask(fd, text, strlen(text), answer, size);
    close(fd);
    return client_status(answer);
}

static void test_both_sockets(void **state)
{
    (void)state;
    char answer[20000];
    struct stat st;
    for (int u = 0; u < 2; u++) {
        assert_int_equal(ask(u, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer), 200);
        assert_non_null(strstr(answer, "\r\n\r\nok\n"));
        assert_int_equal(ask(u, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer), 200);
        assert_non_null(strstr(answer, "application/openmetrics-text; version=1.0.0; charset=utf-8"));
        assert_string_equal(answer + strlen(answer) - 6, "# EOF\n");
        assert_int_equal(ask(u, "GET /api/v1/points?match=ups%2A HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer),
                         200);
        assert_non_null(strstr(answer, "ups-1/total/active_power"));
        assert_null(strstr(answer, "pdu-a1"));
        assert_int_equal(ask(u, "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer), 404);
        assert_int_equal(ask(u, "PUT /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", answer, sizeof answer),
                         405);
        assert_non_null(strstr(answer, "Allow: GET, HEAD\r\n"));
    }
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);
}

static void test_post(void **state)
{
    (void)state;
    static const char request[] = "POST /api/v1/silence HTTP/1.1\r\nHost: x\r\nContent-Length: 52\r\n\r\n"
                                  "{\"target\": \"ups-1\", \"duration_s\": 60, \"reason\": \"x\"}";
    char answer[2000];
    assert_int_equal(ask(false, request, answer, sizeof answer), 403);
    assert_string_equal(asked, "");
    assert_int_equal(ask(true, request, answer, sizeof answer), 200);
    assert_string_equal(asked, "ups-1");
}

/* One connection, several requests, one of them in pieces. */
static void test_keep_alive(void **state)
{
    (void)state;
    char answer[4000];
    int fd = client_connect(path, 0);
    for (int i = 0; i < 20; i++) {
        client_ask(fd, "GET /api/v1/alerts HTTP/1.1\r\nHost: x\r\n\r\n", 40, answer, sizeof answer);
        assert_int_equal(client_status(answer), 200);
    }
    for (const char *p = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r"; *p; p++)
        assert_int_equal(send(fd, p, 1, 0), 1);
    client_ask(fd, "\n", 1, answer, sizeof answer);
    assert_int_equal(client_status(answer), 200);
    close(fd);
}

static void test_too_long(void **state)
{
    (void)state;
    static const char chunked[] = "POST /api/v1/silence HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    static char big[1500000];
    char answer[4000];
    assert_int_equal(
        ask(true, "POST /api/v1/silence HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n", answer, sizeof answer),
        413);
    assert_int_equal(ask(true,
                         "POST /api/v1/silence HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
                         answer, sizeof answer),
                     413);
    /* without a length said before: read, dropped and refused */
    int n = sprintf(big, "%s%x\r\n", chunked, 1400000);
    memset(big + n, ' ', 1400000);
    strcpy(big + n + 1400000, "\r\n0\r\n\r\n");
    assert_int_equal(ask(true, big, answer, sizeof answer), 413);
    /* a head over the connection's memory */
    strcpy(big, "GET /healthz HTTP/1.1\r\nX: ");
    memset(big + 26, 'x', 100000);
    strcpy(big + 100026, "\r\nHost: x\r\n\r\n");
    assert_int_equal(ask(false, big, answer, sizeof answer), 431);
    assert_int_equal(ask(false, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer), 200);
}

/* Two readings of where a request ends must not differ between us and a proxy: one answer, then the end. */
static void test_no_smuggling(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "POST /api/v1/flush HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
        "0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 35\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /api/v1/flush HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 35\r\n\r\n"
        "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        char answer[4000];
        int fd = client_connect(path, 0);
        size_t n = client_ask(fd, requests[i], strlen(requests[i]), answer, sizeof answer);
        assert_int_equal(client_status(answer), 400);
        assert_null(strstr(answer + 1, "HTTP/1.1"));
        assert_int_equal(recv(fd, answer + n, 1, 0) > 0, 0); /* closed */
        close(fd);
    }
}

static void test_many(void **state)
{
    (void)state;
    int fds[60];
    char answer[20000];
    for (int i = 0; i < 60; i++) {
        fds[i] = client_connect(i < 30 ? NULL : path, http_port(http, 1));
        assert_true(fds[i] >= 0);
        assert_true(send(fds[i], "GET /metrics HTTP/1.1\r\nHost", 27, 0) == 27); /* and waits: nobody else must */
    }
    for (int i = 59; i >= 0; i--) {
        client_ask(fds[i], ": x\r\n\r\n", 7, answer, sizeof answer);
        assert_int_equal(client_status(answer), 200);
        assert_string_equal(answer + strlen(answer) - 6, "# EOF\n");
        close(fds[i]);
    }
}

/* A client that does not read keeps nobody waiting, even with an answer larger than its socket takes. */
static void test_stalled_reader(void **state)
{
    (void)state;
    for (int i = 0; i < 5000; i++) {
        char name[64], answer[1];
        (void)answer;
        snprintf(name, sizeof name, "pdu-a1/outlet-%05d/active_power", i);
        world_point(world, name, 0, Q_ACTIVE_POWER, QL_GOOD, i);
    }
    int stalled = client_connect(path, 0), small = 4096;
    setsockopt(stalled, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    assert_true(send(stalled, "GET /api/v1/points HTTP/1.1\r\nHost: x\r\n\r\n", 40, 0) == 40);
    char *answer = malloc(4000000);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(ask(i % 2, "GET /api/v1/points HTTP/1.1\r\nHost: x\r\n\r\n", answer, 4000000), 200);
        assert_string_equal(answer + strlen(answer) - 2, "]\n");
    }
    client_ask(stalled, "", 0, answer, 4000000); /* and in the end it has all of it */
    assert_string_equal(answer + strlen(answer) - 2, "]\n");
    close(stalled);
    free(answer);
}

static void test_flush(void **state)
{
    (void)state;
    static const char request[] = "POST /api/v1/flush HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    char answer[2000];
    int waiting = client_connect(path, 0), left = client_connect(path, 0);
    assert_true(send(waiting, request, sizeof request - 1, 0) > 0);
    assert_true(send(left, request, sizeof request - 1, 0) > 0);
    close(left); /* does not wait for its answer */
    assert_int_equal(ask(true, request, answer, sizeof answer), 200);
    assert_non_null(strstr(answer, "\"flushed\": true"));
    client_ask(waiting, "", 0, answer, sizeof answer);
    assert_int_equal(client_status(answer), 200);
    close(waiting);
    assert_int_equal(ask(true, request, answer, sizeof answer), 200); /* fresh: no second one */
    assert_int_equal(atomic_load(&flushes), 1);
}

static void test_flush_at_once(void **state)
{
    (void)state;
    char answer[2000];
    flush_at_once = true;
    assert_int_equal(
        ask(true, "POST /api/v1/flush HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", answer, sizeof answer), 200);
}

static void test_stop_while_waiting(void **state)
{
    static const char request[] = "POST /api/v1/flush HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    char answer[2000];
    int fd = client_connect(path, 0);
    assert_true(send(fd, request, sizeof request - 1, 0) > 0);
    serve_stop(*state); /* without a panic of the server */
    client_ask(fd, "", 0, answer, sizeof answer);
    close(fd);
    *state = serve_start(open_http, close_http, NULL);
}

/* Lines that are no requests, from a fixed seed: whatever comes back, the next client is served. */
static void test_nonsense(void **state)
{
    (void)state;
    static const char *const seeds[] = {"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
                                        "GET /api/v1/points?match=%00%ff&a=b HTTP/1.1\r\nHost: x\r\n\r\n",
                                        "POST /api/v1/silence HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n{}\n",
                                        "GET //..%2f..%2fetc/passwd HTTP/9.9\r\nHost: x\r\n\r\n",
                                        "\r\n\r\n\r\n",
                                        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"};
    struct timeval patience = {.tv_usec = 20000};
    unsigned random = 20261122;
    char text[300], answer[20000];
    for (int i = 0; i < 400; i++) {
        size_t n = strlen(seeds[i % 6]);
        memcpy(text, seeds[i % 6], n);
        for (int k = 0; k < i % 5; k++) {
            random = random * 1664525u + 1013904223u;
            text[(random >> 8) % n] = (char)(random >> 24);
        }
        int fd = client_connect(i % 2 ? path : NULL, http_port(http, 1));
        assert_true(fd >= 0);
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience); /* half a request has no answer */
        assert_true(send(fd, text, n, MSG_NOSIGNAL) > 0);
        client_ask(fd, "", 0, answer, sizeof answer);
        int status = client_status(answer);
        assert_true(status == 0 || (status >= 200 && status < 600));
        close(fd);
    }
    assert_int_equal(ask(true, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", answer, sizeof answer), 200);
}

struct relisten {
    const struct http_config *listen;
    size_t n;
    int r;
    char words[240];
};

static void relisten(sd_event *loop, void *user)
{
    struct relisten *again = user;
    char words[240];
    const struct http_config first[] = {{.unix_path = path}};
    (void)loop;
    assert_int_equal(http_start(loop, 1, first, &service, &http, words), 0);
    again->r = http_listen(http, again->n, again->listen, again->words);
}

static void test_listeners_change(void **state)
{
    struct http_config both[] = {{.unix_path = path2}, {.unix_path = path}},
                       bad[] = {{.unix_path = path2}, {.host = "no.such.host", .port = 1}};
    struct relisten good = {both, 2, -1, ""}, wrong = {bad, 2, 0, ""};
    serve_stop(*state);
    *state = serve_start(relisten, close_http, &good);
    assert_int_equal(good.r, 0);
    int fd = client_connect(path, 0), fd2 = client_connect(path2, 0);
    assert_true(fd >= 0 && fd2 >= 0);
    close(fd);
    close(fd2);
    serve_stop(*state);
    *state = serve_start(relisten, close_http, &wrong);
    assert_int_equal(wrong.r, -EINVAL);
    assert_string_equal(wrong.words, "no.such.host: expected an address as a number, localhost or *");
    fd = client_connect(path, 0); /* what was there goes on */
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(client_connect(path2, 0), -1);
}

static void test_path_taken(void **state)
{
    (void)state;
    char words[240] = "";
    struct http *second = NULL;
    sd_event *loop;
    assert_true(sd_event_new(&loop) >= 0);
    assert_int_equal(http_start(loop, 1, &(struct http_config){.unix_path = path}, &service, &second, words),
                     -EADDRINUSE);
    assert_non_null(strstr(words, "another program listens there"));
    assert_int_equal(access(path, F_OK), 0);
    /* left by a daemon that was killed */
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, path2);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
    assert_int_equal(http_start(loop, 1, &(struct http_config){.unix_path = path2}, &service, &second, words), 0);
    http_stop(second);
    /* a file of somebody's */
    FILE *file = fopen(path2, "w");
    fclose(file);
    assert_int_equal(http_start(loop, 1, &(struct http_config){.unix_path = path2}, &service, &second, words), -EEXIST);
    assert_int_equal(unlink(path2), 0);
    sd_event_unref(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_both_sockets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_post, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keep_alive, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_long, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_smuggling, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stalled_reader, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flush, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flush_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stop_while_waiting, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nonsense, setup, teardown),
        cmocka_unit_test_setup_teardown(test_listeners_change, setup, teardown),
        cmocka_unit_test_setup_teardown(test_path_taken, setup, teardown),
    };
    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}

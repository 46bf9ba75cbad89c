/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_listener: a client that sends byte after byte is cut at the deadline, and nobody waits for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/http_listener.h"
#include "daemon/http_socket.h"
#include "http_serve.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char path[64];
static struct listener *listener;

static enum MHD_Result handle(void *user, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *bytes, size_t *n, void **context)
{
    (void)user, (void)url, (void)method, (void)version, (void)bytes, (void)n, (void)context;
    struct MHD_Response *response = MHD_create_response_from_buffer(2, (void *)"ok", MHD_RESPMEM_PERSISTENT);
    enum MHD_Result r = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return r;
}

static void completed(void *user, struct MHD_Connection *connection, void **context,
                      enum MHD_RequestTerminationCode code)
{
    (void)user, (void)context, (void)code;
    listener_renew(connection);
}

static void open_listener(sd_event *loop, void *user)
{
    char words[240];
    int fd;
    (void)user;
    assert_int_equal(http_socket_unix(path, &fd, words), 0);
    const struct listener_limits limits = {.request_us = 300000};
    assert_int_equal(listener_open(loop, fd, &limits, handle, completed, NULL, &listener), 0);
}

static void close_listener(void *user)
{
    (void)user;
    listener_close(listener);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void test_trickle(void **state)
{
    (void)state;
    char answer[1000];
    strcpy(path, "/tmp/wattwacht-listener-XXXXXX");
    int file = mkstemp(path);
    close(file);
    unlink(path);
    struct serve *serve = serve_start(open_listener, close_listener, NULL);
    int slow = client_connect(path, 0);
    double begin = now(), slowest = 0, cut = 0;
    while (cut <= 0 && now() - begin < 10) {
        struct pollfd end = {.fd = slow, .events = POLLIN};
        if (send(slow, "G", 1, MSG_NOSIGNAL) < 0 || poll(&end, 1, 20) > 0)
            cut = now() - begin;
        double asked = now();
        int other = client_connect(path, 0);
        client_ask(other, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27, answer, sizeof answer);
        close(other);
        assert_int_equal(client_status(answer), 200);
        if (now() - asked > slowest)
            slowest = now() - asked;
    }
    print_message("  cut after %.2f s, slowest of the others %.4f s\n", cut, slowest);
    assert_true(cut >= 0.29 && cut < 3); /* deadlines are looked at at each turn, at least each second */
    assert_true(slowest < 1);
    close(slow);
    serve_stop(serve);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_trickle)};
    return cmocka_run_group_tests_name("http_listener", tests, NULL, NULL);
}

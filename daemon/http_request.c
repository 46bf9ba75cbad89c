/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/http_request.h"

#include "daemon/http_call.h"
#include "daemon/http_listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

#define FLUSH_WAIT_US  (10 * 1000000ull) /* then 503: the disk has trouble of its own */
#define FLUSH_PAUSE_US (2 * 1000000ull)  /* files flushed less long ago are fresh enough */

/* One request. One that waits for a flush is suspended and linked. */
struct request {
    struct http_call call;
    const struct entry *entry;
    struct MHD_Connection *connection;
    struct request *next;
    char *body, *text;
    size_t n_text;
    bool waits;
};

struct requests {
    sd_event *loop;
    struct http_service service; /* a copy */
    void (*turn)(void *user);
    void *user;
    struct request *waiting;
    sd_event_source *flush_timer;
    uint64_t token, flushed_us;
    bool flushing;
};

static uint64_t now_us(const struct requests *requests)
{
    uint64_t now = 0;
    sd_event_now(requests->loop, CLOCK_MONOTONIC, &now);
    return now;
}

static const char *argument(void *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result on_header(void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct http_call *call = user;
    (void)kind;
    bool length = !strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (!length && strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) != 0)
        return MHD_YES;
    call->lengths++;
    call->n_body = length ? strtoul(value, NULL, 10) : 1;
    return MHD_YES;
}

static struct request *request_new(const struct entry *entry, struct MHD_Connection *connection, const char *path,
                                   const char *method)
{
    struct request *request = calloc(1, sizeof *request);
    if (!request)
        return NULL;
    request->entry = entry;
    request->connection = connection;
    request->call = (struct http_call){.service = &entry->requests->service,
                                       .method = method,
                                       .path = path,
                                       .argument = argument,
                                       .context = connection,
                                       .local = entry->local};
    request->call.out = open_memstream(&request->text, &request->n_text);
    if (!request->call.out) {
        free(request);
        return NULL;
    }
    MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, &request->call);
    return request;
}

static void request_free(struct request *request)
{
    if (request->call.out)
        fclose(request->call.out);
    free(request->text);
    free(request->body);
    free(request);
}

static void unlink_waiting(struct requests *requests, struct request *request)
{
    for (struct request **p = &requests->waiting; *p; p = &(*p)->next)
        if (*p == request) {
            *p = request->next;
            return;
        }
}

void requests_completed(void *user, struct MHD_Connection *connection, void **context,
                        enum MHD_RequestTerminationCode code)
{
    const struct entry *entry = user;
    struct request *request = *context;
    (void)code;
    listener_renew(connection);
    if (!request)
        return;
    unlink_waiting(entry->requests, request);
    request_free(request);
    *context = NULL;
}

static enum MHD_Result answer(struct request *request)
{
    struct http_call *call = &request->call;
    bool failed = ferror(call->out) != 0;
    failed |= fclose(call->out) != 0;
    call->out = NULL;
    if (failed)
        return MHD_NO;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(request->n_text, request->text, MHD_RESPMEM_MUST_FREE);
    if (!response)
        return MHD_NO;
    request->text = NULL;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, call->type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (call->allow)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, call->allow);
    if (call->close)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    enum MHD_Result r = MHD_queue_response(request->connection, call->status, response);
    MHD_destroy_response(response);
    return r;
}

/* Everybody who waits gets the answer. The list is taken first: turning a listener ends requests. */
void requests_release(struct requests *requests, bool done)
{
    struct request *waiting = requests->waiting;
    requests->waiting = NULL;
    requests->flushing = false;
    sd_event_source_set_enabled(requests->flush_timer, SD_EVENT_OFF);
    for (struct request *r = waiting, *next; r; r = next) {
        next = r->next;
        r->waits = false;
        http_call_flushed(&r->call, done);
        MHD_resume_connection(r->connection);
    }
    if (waiting)
        requests->turn(requests->user); /* resumed connections move at the next turn only */
}

static int on_flush_late(sd_event_source *source, uint64_t usec, void *user)
{
    struct requests *requests = user;
    (void)source, (void)usec;
    requests->token++; /* an answer that comes all the same is nobody's */
    requests_release(requests, false);
    return 0;
}

void requests_flushed(struct requests *requests, uint64_t token)
{
    if (!requests->flushing || token != requests->token)
        return;
    requests->flushed_us = now_us(requests);
    requests_release(requests, true);
}

/* True when there is nothing to wait for: the files are fresh. */
static bool begin_flush(struct requests *requests)
{
    if (requests->flushing)
        return false;
    if (requests->flushed_us && now_us(requests) - requests->flushed_us < FLUSH_PAUSE_US)
        return true;
    requests->flushing = true;
    requests->token++;
    sd_event_source_set_time(requests->flush_timer, now_us(requests) + FLUSH_WAIT_US);
    sd_event_source_set_enabled(requests->flush_timer, SD_EVENT_ONESHOT);
    requests->service.flush(requests->service.self, requests->token);
    return !requests->flushing;
}

static enum MHD_Result run(struct request *request)
{
    struct requests *requests = request->entry->requests;
    http_call_run(&request->call);
    if (!request->call.wants_flush)
        return answer(request);
    if (begin_flush(requests)) {
        http_call_flushed(&request->call, true);
        return answer(request);
    }
    request->waits = true;
    request->next = requests->waiting;
    requests->waiting = request;
    MHD_suspend_connection(request->connection); /* without it the server would call again and again */
    return MHD_YES;
}

/* A piece of the body. What is too much is read and dropped: an answer can only follow the whole request. */
static enum MHD_Result take_body(struct request *request, const char *bytes, size_t n)
{
    struct http_call *call = &request->call;
    size_t had = call->n_body;
    call->n_body = had > HTTP_BODY_MAX ? had : had + n;
    if (call->n_body > HTTP_BODY_MAX)
        return MHD_YES;
    char *body = realloc(request->body, call->n_body);
    if (!body)
        return MHD_NO;
    memcpy(body + had, bytes, n);
    call->body = request->body = body;
    return MHD_YES;
}

enum MHD_Result requests_handle(void *user, struct MHD_Connection *connection, const char *path, const char *method,
                                const char *version, const char *bytes, size_t *n, void **context)
{
    struct request *request = *context;
    (void)version;
    if (!request) {
        request = *context = request_new(user, connection, path, method);
        if (!request)
            return MHD_NO;
        if (http_call_refused(&request->call))
            return answer(request);
        request->call.n_body = 0; /* from here on what came, not what was announced */
        return MHD_YES;
    }
    if (*n > 0) {
        enum MHD_Result r = take_body(request, bytes, *n);
        *n = 0;
        return r;
    }
    if (request->waits)
        return MHD_YES;
    return request->call.wants_flush ? answer(request) : run(request);
}

int requests_new(sd_event *loop, const struct http_service *service, void (*turn)(void *user), void *user,
                 struct requests **ret)
{
    struct requests *requests = calloc(1, sizeof *requests);
    if (!requests)
        return -ENOMEM;
    *requests = (struct requests){.loop = sd_event_ref(loop), .service = *service, .turn = turn, .user = user};
    int r = sd_event_add_time(loop, &requests->flush_timer, CLOCK_MONOTONIC, 0, 10000, on_flush_late, requests);
    if (r >= 0)
        r = sd_event_source_set_enabled(requests->flush_timer, SD_EVENT_OFF);
    if (r < 0) {
        requests_free(requests);
        return r;
    }
    *ret = requests;
    return 0;
}

void requests_free(struct requests *requests)
{
    if (!requests)
        return;
    sd_event_source_disable_unref(requests->flush_timer);
    sd_event_unref(requests->loop);
    free(requests);
}

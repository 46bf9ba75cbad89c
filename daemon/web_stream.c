/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_stream.h"

#include "daemon/http_listener.h"
#include "daemon/web_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 16384

/* A message for all who watch; counted, since a slow one may hold an older. */
struct message {
    unsigned refs;
    size_t n;
    char *text;
};

struct channel {
    struct channel *next;
    const struct web_page *page;
    char id[ID_MAX + 1];
    enum speech_language language;
    uint64_t turn;
    char print[STREAM_PRINT];
    json_t *values;              /* by key */
    struct message *all, *delta; /* of this turn; all is made at need */
    unsigned viewers;
};

struct viewer {
    struct viewer *next, **place;
    struct streams *streams;
    struct channel *channel;
    struct MHD_Connection *connection;
    uint64_t turn;           /* seen; 0: none yet */
    struct message *message; /* being sent */
    size_t sent;
    bool suspended;
};

struct streams {
    const struct web_site *site;
    struct channel *channel;
    struct viewer *viewer;
    unsigned n;
    bool ending;
};

static struct message *message_new(const char *print, const json_t *data)
{
    struct message *message = calloc(1, sizeof *message);
    char *text = json_dumps(data, JSON_COMPACT | JSON_ENCODE_ANY);
    if (!message || !text)
        abort();
    int n = asprintf(&message->text, "id: %s\nevent: values\ndata: %s\n\n", print, text);
    if (n < 0)
        abort();
    free(text);
    message->n = (size_t)n;
    message->refs = 1;
    return message;
}

static void message_drop(struct message *message)
{
    if (!message || --message->refs)
        return;
    free(message->text);
    free(message);
}

static void channel_free(struct channel *channel)
{
    json_decref(channel->values);
    message_drop(channel->all);
    message_drop(channel->delta);
    free(channel);
}

/* What is sent of a value; its key is the member's name. */
static json_t *told(const json_t *value)
{
    static const char *const members[] = {"v", "u", "s", "w"};
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_t *member = json_object_get(value, members[i]);
        if (member)
            json_object_set(object, members[i], member);
    }
    return object;
}

static json_t *changed(const json_t *before, const json_t *now)
{
    json_t *delta = json_object(), *value;
    const char *key;
    json_object_foreach((json_t *)now, key, value)
    {
        if (!json_equal(json_object_get(before, key), value))
            json_object_set_new(delta, key, told(value));
    }
    return delta;
}

/* A page as all its viewers have it, whatever each has chosen in it. */
static json_t *view_of(const struct web_site *site, const struct web_page *page, const char *id,
                       enum speech_language language, char print[STREAM_PRINT])
{
    struct web_world world = web_site_world(site, language, -1);
    struct web_query query = {0};
    json_t *view = json_object();
    snprintf(query.id, sizeof query.id, "%s", id);
    page->view(&world, &query, view);
    web_page_frame(&world, page, &query, view);
    snprintf(print, STREAM_PRINT, "%016" PRIx64, web_page_print(view));
    return view;
}

void streams_print(const struct web_site *site, const struct web_page *page, const char *id,
                   enum speech_language language, char ret[STREAM_PRINT])
{
    json_decref(view_of(site, page, id, language, ret));
}

static void channel_turn(const struct streams *streams, struct channel *channel)
{
    json_t *view = view_of(streams->site, channel->page, channel->id, channel->language, channel->print);
    json_t *values = json_object();
    web_page_collect(view, values);
    json_decref(view);
    json_t *delta = changed(channel->values, values);
    channel->turn++;
    message_drop(channel->all);
    message_drop(channel->delta);
    channel->all = NULL;
    channel->delta = message_new(channel->print, delta);
    json_decref(delta);
    json_decref(channel->values);
    channel->values = values;
}

static struct channel *channel_get(struct streams *streams, const struct web_page *page, const struct web_query *query,
                                   enum speech_language language)
{
    for (struct channel *c = streams->channel; c; c = c->next)
        if (c->page == page && c->language == language && !strcmp(c->id, query->id))
            return c;
    struct channel *channel = calloc(1, sizeof *channel);
    if (!channel)
        abort();
    *channel = (struct channel){.next = streams->channel, .page = page, .language = language};
    snprintf(channel->id, sizeof channel->id, "%s", query->id);
    streams->channel = channel;
    channel_turn(streams, channel);
    return channel;
}

static void channel_leave(struct streams *streams, struct channel *channel)
{
    if (--channel->viewers)
        return;
    for (struct channel **p = &streams->channel; *p; p = &(*p)->next)
        if (*p == channel) {
            *p = channel->next;
            break;
        }
    channel_free(channel);
}

static struct message *all_of(struct channel *channel)
{
    if (channel->all)
        return channel->all;
    json_t *nothing = json_object(), *all = changed(nothing, channel->values);
    channel->all = message_new(channel->print, all);
    json_decref(all);
    json_decref(nothing);
    return channel->all;
}

/* The next message of a viewer, if there is one. */
static void pick(struct viewer *viewer)
{
    struct channel *channel = viewer->channel;
    if (viewer->turn == channel->turn)
        return;
    viewer->message = viewer->turn + 1 == channel->turn && viewer->turn ? channel->delta : all_of(channel);
    viewer->message->refs++;
    viewer->sent = 0;
    viewer->turn = channel->turn;
}

static ssize_t on_read(void *user, uint64_t position, char *buffer, size_t size)
{
    struct viewer *viewer = user;
    (void)position;
    if (viewer->streams->ending)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (!viewer->message)
        pick(viewer);
    if (!viewer->message) {
        viewer->suspended = true;
        MHD_suspend_connection(viewer->connection);
        return 0;
    }
    size_t left = viewer->message->n - viewer->sent, n = left < size ? left : size;
    memcpy(buffer, viewer->message->text + viewer->sent, n);
    viewer->sent += n;
    if (viewer->sent == viewer->message->n) {
        message_drop(viewer->message);
        viewer->message = NULL;
    }
    return (ssize_t)n;
}

static void on_free(void *user)
{
    struct viewer *viewer = user;
    if ((*viewer->place = viewer->next))
        viewer->next->place = viewer->place;
    viewer->streams->n--;
    message_drop(viewer->message);
    channel_leave(viewer->streams, viewer->channel);
    free(viewer);
}

struct MHD_Response *streams_open(struct streams *streams, struct MHD_Connection *connection,
                                  const struct web_query *query, enum speech_language language)
{
    struct web_query of = {0};
    const struct web_page *page = web_page_find(query->page, &of);
    struct web_world world = web_site_world(streams->site, language, -1);
    if (!page || streams->n >= STREAM_VIEWERS || streams->ending)
        return NULL;
    json_t *view = json_object();
    int r = page->view(&world, &of, view); /* is there such a room? */
    json_decref(view);
    struct viewer *viewer = r < 0 ? NULL : calloc(1, sizeof *viewer);
    if (!viewer)
        return NULL;
    *viewer = (struct viewer){.next = streams->viewer,
                              .place = &streams->viewer,
                              .streams = streams,
                              .channel = channel_get(streams, page, &of, language),
                              .connection = connection};
    viewer->channel->viewers++;
    if (viewer->next)
        viewer->next->place = &viewer->next;
    streams->viewer = viewer;
    streams->n++;
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_read, viewer, on_free);
    if (!response) {
        on_free(viewer);
        return NULL;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(response, "X-Accel-Buffering", "no"); /* nginx passes each event on */
    listener_hold(connection);
    return response;
}

static void resume_all(struct streams *streams)
{
    bool any = false;
    for (struct viewer *v = streams->viewer; v; v = v->next)
        if (v->suspended) {
            v->suspended = false;
            any = true;
            MHD_resume_connection(v->connection);
        }
    if (any)
        streams->site->turn(streams->site->user);
}

void streams_turn(struct streams *streams)
{
    for (struct channel *c = streams->channel; c; c = c->next)
        channel_turn(streams, c);
    resume_all(streams);
}

void streams_end(struct streams *streams)
{
    streams->ending = true;
    resume_all(streams);
}

struct streams *streams_new(const struct web_site *site)
{
    struct streams *streams = calloc(1, sizeof *streams);
    if (!streams)
        abort();
    streams->site = site;
    return streams;
}

void streams_free(struct streams *streams)
{
    free(streams);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mosquitto of the test's own on a free loopback port, and a subscriber that sees what it passes on.
 *
 * Shape: user `wattwacht`, password `geheim`, may write and read below `wattwacht/` and `homeassistant/`; user
 * `reader`, password `lezer`, reads all and plays Home Assistant. The subscriber keeps the last message of each topic,
 * and counts all of them. Errors: a broker that does not start ends the test.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct sd_event sd_event;
typedef struct sd_event_source sd_event_source;

struct broker {
    char dir[64];
    uint16_t port;
    bool tls;
    pid_t pid;
    int err; /* its log */
};

void broker_prepare(struct broker *broker, bool tls); /* directory, port, users; with tls also certificates */
void broker_configure(const struct broker *broker, const char *line); /* before its start: a line more */
void broker_certify(const struct broker *broker, const char *name); /* before its start: another certificate of ours */
void broker_start(struct broker *broker);                           /* returns when it listens */
void broker_signal(const struct broker *broker, int signal);
void broker_stop(struct broker *broker, int signal); /* and waits for its end */
void broker_done(struct broker *broker);

#define HEARD_TOPIC 256

struct heard {
    char topic[HEARD_TOPIC], payload[32768];
    int qos;
    bool retained; /* came from the broker's store */
    unsigned count;
};

struct subscriber {
    pid_t pid;
    int fd;
    sd_event_source *source;
    char line[65536];
    size_t n_line, n;
    struct heard *heard;
};

void subscriber_start(struct subscriber *subscriber, sd_event *loop, const struct broker *broker);
/* Publishes as `reader`; text NULL: clears what is retained. */
void broker_publish(const struct broker *broker, const char *topic, const char *text, bool retained);
void subscriber_stop(struct subscriber *subscriber);
/* NULL: never heard of. */
const struct heard *subscriber_heard(const struct subscriber *subscriber, const char *topic);

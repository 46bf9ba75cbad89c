/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside mqtt_wire: what the loop and the wire's thread share, and the thread.
 *
 * Shape: next_work waits under the lock for one of few kinds of work, which is then done without it.
 * Owner: two references, the loop's and the thread's; the last frees.
 * Threads: as marked; lock is never held in a call to the library, which calls back with its own lock held.
 */
#pragma once
#include "drivers/arena.h"
#include "mqtt_state.h"
#include "mqtt_will.h"
#include "mqtt_window.h"

#include <pthread.h>
#include <stdatomic.h>

#define MQTT_RETRY_MIN INT64_C(1000000)

/* What came and the loop has not taken: a flood of commands must not fill the memory. */
#define MQTT_RECEIVED_MAX   1000
#define MQTT_RECEIVED_BYTES (4u << 20)

struct mqtt_large {
    size_t bytes;
    char topic[MQTT_TOPIC_MAX];
};

struct mqtt_wire {
    atomic_uint refs;
    struct arena *arena;
    struct mqtt_server server;
    struct mqtt_link_setup setup;
    bool will_at_end;
    int fd, stop; /* towards the loop; towards a probe that waits */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    /* under lock */
    struct mqtt_outbox *outbox;
    struct mqtt_window window;
    enum mqtt_state state;
    struct mqtt_received *received, **last_received;
    size_t n_received, bytes_received;
    struct mqtt_will next_will;
    bool will_ready;
    bool handing; /* a thread hands over what it has taken */
    bool gathers; /* the thread waits until gather_us, and sends then what states there are */
    int64_t gather_us;
    bool closing, again, connected, failed, lost, ended;
    struct mqtt_cause cause;
    char words[640];
    uint64_t connects, ignored, kept_back;
    size_t packet_max;      /* as the broker says, or was found out; 0: none is known */
    struct mqtt_large sent; /* the largest of this connection */
    uint64_t attempts;      /* CONNECT packets before this one */
    int64_t progress_us;    /* when a message last got through */
    /* the thread's own */
    struct mqtt_link *link;
    struct mqtt_will will;
    struct mqtt_large suspect; /* the largest of connections that ended soon after */
    unsigned suspected;        /* how many in a row */
    size_t learnt_max;
    int64_t learnt_us;
    int64_t begun_us, connected_us, retry_us, next_us;
};

int64_t mqtt_thread_now_us(void);
void mqtt_thread_lock(struct mqtt_wire *wire);
void mqtt_thread_unlock(struct mqtt_wire *wire);
/* Under lock: waits for wake, at most until then. */
void mqtt_thread_wait(struct mqtt_wire *wire, int64_t deadline_us);
void mqtt_thread_note(struct mqtt_wire *wire, bool *flag); /* sets a flag and wakes */
void *mqtt_thread_run(void *wire);
/* In mqtt_send.c. Under lock: something waits and has room. */
bool mqtt_send_ready(const struct mqtt_wire *wire);
/* Hands over what has room. */
void mqtt_send_round(struct mqtt_wire *wire, struct mqtt_link *link);
extern const struct mqtt_link_calls mqtt_send_calls;
void mqtt_thread_unref(struct mqtt_wire *wire);

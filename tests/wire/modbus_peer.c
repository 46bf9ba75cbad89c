/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/wire/modbus_peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS 16
#define SCRIPT  64

struct client {
    int fd; /* -1: free */
    size_t n;
    uint8_t bytes[512];
};

struct peer {
    pthread_t thread;
    pthread_mutex_t lock; /* of the registers, the script and the counts */
    int listening, stop;
    unsigned port;
    bool rtu, serial;
    struct client client[CLIENTS];
    peer_register *registers;
    peer_refusal *refusal;
    void *arg;
    const char *const *ident;
    size_t n_ident;
    struct peer_act act[SCRIPT];
    size_t n_acts, next_act;
    struct peer_counts counts;
};

struct question {
    unsigned transaction, unit, function, address, count;
};

static unsigned crc_of(const uint8_t *bytes, size_t n)
{
    unsigned crc = 0xFFFF;

    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1;
    }
    return crc;
}

static void pause_ms(const struct peer *peer, int ms)
{
    struct pollfd stop = {.fd = peer->stop, .events = POLLIN};

    poll(&stop, 1, ms);
}

static void drop_client(struct peer *peer, struct client *client)
{
    if (peer->serial)
        return;
    close(client->fd);
    client->fd = -1;
    client->n = 0;
    pthread_mutex_lock(&peer->lock);
    peer->counts.open--;
    pthread_mutex_unlock(&peer->lock);
}

static void send_bytes(const struct peer *peer, int fd, const uint8_t *bytes, size_t n)
{
    ssize_t sent = peer->serial ? write(fd, bytes, n) : send(fd, bytes, n, MSG_NOSIGNAL);
    (void)sent; /* the master may have gone */
}

/* Application Protocol V1.1b3 section 6.21: here address holds MEI type and level, count the object. */
static size_t pdu_of_ident(const struct peer *peer, const struct question *q, uint8_t *ret)
{
    unsigned object = q->count >> 8;
    if (object >= peer->n_ident) {
        ret[1] |= 0x80;
        ret[2] = 1;
        return 3;
    }
    bool more = object + 1 < peer->n_ident;
    size_t n = strlen(peer->ident[object]);
    const uint8_t head[] = {14, (uint8_t)q->address, 0x82,      more ? 0xFF : 0, (uint8_t)(more ? object + 1 : 0),
                            1,  (uint8_t)object,     (uint8_t)n};
    memcpy(ret + 2, head, sizeof(head));
    memcpy(ret + 2 + sizeof(head), peer->ident[object], n);
    return 2 + sizeof(head) + n;
}

/* Unit, function and data. */
static size_t pdu(struct peer *peer, const struct question *q, struct peer_act act, uint8_t *ret)
{
    unsigned count = act.act == PEER_TOO_SHORT ? q->count - 1 : q->count;
    size_t n = 3;

    ret[0] = (uint8_t)(q->unit + (act.act == PEER_OTHER_UNIT));
    ret[1] = (uint8_t)(act.act == PEER_OTHER_FUNCTION ? 7 - q->function : q->function);
    if (act.act == PEER_EXCEPTION) {
        ret[1] |= 0x80;
        ret[2] = (uint8_t)act.code;
        return 3;
    }
    if (q->function == 43)
        return pdu_of_ident(peer, q, ret);
    bool bits = q->function < 3;
    ret[2] = (uint8_t)(bits ? (count + 7) / 8 : 2 * count);
    memset(ret + 3, 0, ret[2]);
    for (unsigned i = 0; i < count; i++) {
        unsigned value = peer->registers ? peer->registers(peer->arg, q->unit, q->function, q->address + i) : 0;
        if (bits) {
            ret[3 + i / 8] |= (uint8_t)((value & 1) << i % 8);
        } else {
            ret[n++] = (uint8_t)(value >> 8);
            ret[n++] = (uint8_t)value;
        }
    }
    return 3U + ret[2];
}

static size_t frame(struct peer *peer, const struct question *q, struct peer_act act, uint8_t *ret)
{
    if (peer->rtu) {
        size_t n = pdu(peer, q, act, ret);
        unsigned crc = crc_of(ret, n) ^ (act.act == PEER_BAD_CRC);
        ret[n] = (uint8_t)crc;
        ret[n + 1] = (uint8_t)(crc >> 8);
        return n + 2;
    }
    size_t n = pdu(peer, q, act, ret + 6);
    unsigned transaction = q->transaction + (act.act == PEER_OTHER_ID);
    ret[0] = (uint8_t)(transaction >> 8);
    ret[1] = (uint8_t)transaction;
    ret[2] = 0;
    ret[3] = act.act == PEER_PROTOCOL;
    ret[4] = (uint8_t)(n >> 8);
    ret[5] = (uint8_t)n;
    return n + 6;
}

static struct peer_act next_act(struct peer *peer, const struct question *q)
{
    struct peer_act act = {.act = PEER_RIGHT};

    pthread_mutex_lock(&peer->lock);
    peer->counts.questions++;
    peer->counts.function[q->function & 0xFF]++;
    peer->counts.unit[q->unit & 0xFF]++;
    if (q->count > peer->counts.longest)
        peer->counts.longest = q->count;
    int refusal = peer->refusal ? peer->refusal(peer->arg, q->unit, q->function, q->address, q->count) : -1;
    if (refusal == PEER_MUTE)
        act.act = PEER_SILENT;
    else if (refusal >= 0)
        act = (struct peer_act){.act = PEER_EXCEPTION, .code = refusal};
    if (refusal < 0 && peer->next_act < peer->n_acts)
        act = peer->act[peer->next_act++];
    pthread_mutex_unlock(&peer->lock);
    return act;
}

static void send_slowly(const struct peer *peer, int fd, const uint8_t *bytes, size_t n, int ms)
{
    for (size_t i = 0; i < n; i++) {
        send_bytes(peer, fd, bytes + i, 1);
        pause_ms(peer, ms);
    }
}

static void answer(struct peer *peer, struct client *client, const struct question *q)
{
    static const uint8_t junk[2] = {0x55, 0xAA};
    struct peer_act act = next_act(peer, q);
    uint8_t bytes[600];

    pthread_mutex_lock(&peer->lock);
    size_t n = frame(peer, q, act, bytes);
    pthread_mutex_unlock(&peer->lock);
    switch (act.act) {
    case PEER_SILENT: return;
    case PEER_SLOW: send_slowly(peer, client->fd, bytes, n, act.ms); return;
    case PEER_HALF:
    case PEER_CUT: n /= 2; break;
    case PEER_LATE: pause_ms(peer, act.ms); break;
    case PEER_CLOSE: n = 0; break;
    case PEER_TWICE:
        memcpy(bytes + n, bytes, n);
        n *= 2;
        break;
    case PEER_SURPLUS:
        memcpy(bytes + n, junk, sizeof(junk));
        n += sizeof(junk);
        break;
    case PEER_RIGHT:
    case PEER_DONE:
    case PEER_OTHER_ID:
    case PEER_OTHER_UNIT:
    case PEER_OTHER_FUNCTION:
    case PEER_PROTOCOL:
    case PEER_TOO_SHORT:
    case PEER_BAD_CRC:
    case PEER_EXCEPTION: break;
    }
    if (n > 0)
        send_bytes(peer, client->fd, bytes, n);
    if (act.act == PEER_CUT || act.act == PEER_CLOSE || act.act == PEER_DONE)
        drop_client(peer, client);
}

static unsigned word_at(const uint8_t *bytes)
{
    return (unsigned)(bytes[0] << 8 | bytes[1]);
}

/* Every question of a master that only reads has one length, but function 43 is a byte shorter. */
static size_t question_size(const struct peer *peer, const struct client *client)
{
    size_t size = peer->rtu ? 8 : 12, function = peer->rtu ? 1 : 7;

    return client->n > function && client->bytes[function] == 43 ? size - 1 : size;
}

static void take_questions(struct peer *peer, struct client *client)
{
    size_t size;

    while (client->fd >= 0 && client->n >= (size = question_size(peer, client))) {
        const uint8_t *at = client->bytes + (peer->rtu ? 0 : 6);
        struct question q = {.transaction = peer->rtu ? 0 : word_at(client->bytes),
                             .unit = at[0],
                             .function = at[1],
                             .address = word_at(at + 2),
                             .count = word_at(at + 4)};
        client->n -= size;
        memmove(client->bytes, client->bytes + size, client->n);
        answer(peer, client, &q);
    }
}

static void accept_client(struct peer *peer)
{
    int fd = accept4(peer->listening, NULL, NULL, SOCK_CLOEXEC);
    int on = 1;

    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    for (size_t i = 0; i < CLIENTS; i++) {
        if (peer->client[i].fd >= 0)
            continue;
        peer->client[i] = (struct client){.fd = fd};
        pthread_mutex_lock(&peer->lock);
        peer->counts.connections++;
        peer->counts.open++;
        pthread_mutex_unlock(&peer->lock);
        return;
    }
    close(fd);
}

static void read_client(struct peer *peer, struct client *client)
{
    ssize_t n = read(client->fd, client->bytes + client->n, sizeof(client->bytes) - client->n);

    if (n <= 0) {
        /* A pty whose other side is closed reads as an error until it is opened again. */
        if (peer->serial)
            pause_ms(peer, 5);
        else
            drop_client(peer, client);
        return;
    }
    client->n += (size_t)n;
    take_questions(peer, client);
}

static void *run(void *arg)
{
    struct peer *peer = arg;

    for (;;) {
        struct pollfd fds[CLIENTS + 2] = {{.fd = peer->stop, .events = POLLIN},
                                          {.fd = peer->listening, .events = POLLIN}};
        for (size_t i = 0; i < CLIENTS; i++)
            fds[i + 2] = (struct pollfd){.fd = peer->client[i].fd, .events = POLLIN};
        poll(fds, CLIENTS + 2, -1);
        if (fds[0].revents)
            return NULL;
        if (fds[1].revents)
            accept_client(peer);
        for (size_t i = 0; i < CLIENTS; i++) {
            if (fds[i + 2].fd >= 0 && fds[i + 2].revents)
                read_client(peer, &peer->client[i]);
        }
    }
}

static struct peer *start(struct peer *peer)
{
    pthread_mutex_init(&peer->lock, NULL);
    peer->stop = eventfd(0, EFD_CLOEXEC);
    if (pthread_create(&peer->thread, NULL, run, peer) != 0)
        abort();
    return peer;
}

static struct peer *fresh(void)
{
    struct peer *peer = calloc(1, sizeof(*peer));

    if (!peer)
        abort();
    peer->listening = -1;
    for (size_t i = 0; i < CLIENTS; i++)
        peer->client[i].fd = -1;
    return peer;
}

struct peer *peer_tcp(bool rtu, bool ipv6)
{
    struct peer *peer = fresh();
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    socklen_t size = ipv6 ? sizeof(v6) : sizeof(v4);
    struct sockaddr *name = ipv6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;

    peer->rtu = rtu;
    peer->listening = socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (peer->listening < 0 || bind(peer->listening, name, size) < 0 || listen(peer->listening, 16) < 0) {
        if (peer->listening >= 0)
            close(peer->listening);
        free(peer);
        return NULL;
    }
    getsockname(peer->listening, name, &size);
    peer->port = ntohs(ipv6 ? v6.sin6_port : v4.sin_port);
    return start(peer);
}

struct peer *peer_serial(int fd)
{
    struct peer *peer = fresh();

    peer->rtu = peer->serial = true;
    peer->client[0].fd = fd;
    return start(peer);
}

void peer_free(struct peer *peer)
{
    if (!peer)
        return;
    eventfd_write(peer->stop, 1);
    pthread_join(peer->thread, NULL);
    for (size_t i = 0; i < CLIENTS; i++) {
        if (peer->client[i].fd >= 0)
            close(peer->client[i].fd);
    }
    if (peer->listening >= 0)
        close(peer->listening);
    close(peer->stop);
    pthread_mutex_destroy(&peer->lock);
    free(peer);
}

unsigned peer_port(const struct peer *peer)
{
    return peer->port;
}

void peer_registers(struct peer *peer, peer_register *registers, peer_refusal *refusal, void *arg)
{
    pthread_mutex_lock(&peer->lock);
    peer->registers = registers;
    peer->refusal = refusal;
    peer->arg = arg;
    pthread_mutex_unlock(&peer->lock);
}

void peer_ident(struct peer *peer, const char *const *object, size_t n)
{
    pthread_mutex_lock(&peer->lock);
    peer->ident = object;
    peer->n_ident = n;
    pthread_mutex_unlock(&peer->lock);
}

void peer_script(struct peer *peer, const struct peer_act *act, size_t n)
{
    pthread_mutex_lock(&peer->lock);
    memcpy(peer->act, act, n * sizeof(*act));
    peer->n_acts = n;
    peer->next_act = 0;
    pthread_mutex_unlock(&peer->lock);
}

struct peer_counts peer_counts(struct peer *peer)
{
    pthread_mutex_lock(&peer->lock);
    struct peer_counts counts = peer->counts;
    pthread_mutex_unlock(&peer->lock);
    return counts;
}

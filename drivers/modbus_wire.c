/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_wire.h"

#include "modbus_dial.h"
#include "modbus_rtu.h"
#include "modbus_tcp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A gateway that is down is tried again at least this often. */
#define RECONNECT_MAX_US 30000000
/* Who knows function 43 answers at once; some that do not are silent. */
#define IDENT_US 700000

struct modbus_wire {
    const struct modbus_stop *stop;
    enum transport transport;
    int fd;        /* Modbus TCP; -1: none */
    modbus_t *rtu; /* NULL: none */
    uint16_t transaction;
    bool proven; /* an answer came over this connection */
    int64_t last_us, gap_us;
    int64_t quiet_us;
    int64_t rest_us; /* not to be used before */
    int64_t down_us; /* no connection to be tried before; questions fail at once */
    unsigned failures;
    enum modbus_outcome down;
    char down_words[160];
    bool late; /* an answer may still come */
    struct modbus_ask suspect;
};

struct modbus_wire *modbus_wire_new(const struct modbus_stop *stop)
{
    struct modbus_wire *wire = calloc(1, sizeof(*wire));

    if (!wire)
        return NULL;
    wire->stop = stop;
    wire->fd = -1;
    return wire;
}

bool modbus_wire_is_open(const struct modbus_wire *wire)
{
    return wire->fd >= 0 || wire->rtu;
}

static void hang_up(struct modbus_wire *wire)
{
    if (wire->fd >= 0)
        close(wire->fd);
    modbus_rtu_close(wire->rtu);
    wire->fd = -1;
    wire->rtu = NULL;
    wire->proven = false;
}

void modbus_wire_free(struct modbus_wire *wire)
{
    if (!wire)
        return;
    hang_up(wire);
    free(wire);
}

void modbus_wire_quiet(struct modbus_wire *wire, int64_t quiet_us)
{
    wire->quiet_us = quiet_us;
}

int64_t modbus_wire_rests(const struct modbus_wire *wire)
{
    return wire->rest_us;
}

const struct modbus_ask *modbus_wire_suspect(const struct modbus_wire *wire)
{
    return wire->late && wire->transport != TR_TCP ? &wire->suspect : NULL;
}

void modbus_wire_hang_up(struct modbus_wire *wire, int64_t reconnect_us)
{
    if (!modbus_wire_is_open(wire))
        return;
    hang_up(wire);
    wire->rest_us = modbus_wait_now() + reconnect_us;
}

static int open_line(struct modbus_wire *wire, const struct device_setup *setup, const char **ret_why)
{
    const struct address *address = &setup->address;
    int fd;

    wire->transport = address->transport;
    /* The bus behind a converter needs its silence too; what follows an answer then lies waiting before a question. */
    wire->gap_us = address->transport == TR_TCP ? 0 : modbus_rtu_gap(address->baud);
    if (address->transport == TR_SERIAL)
        return modbus_rtu_open(address, &wire->rtu, ret_why);
    int rc = modbus_dial(address, setup->names_resolve, setup->timeout_us, wire->stop, &fd, ret_why);
    if (rc < 0)
        return rc;
    if (address->transport == TR_RTU_TCP)
        return modbus_rtu_wrap(fd, &wire->rtu, ret_why);
    wire->fd = modbus_wait_raise(fd);
    return 0;
}

/* Each failure doubles the time until the next try. */
static void back_off(struct modbus_wire *wire, const struct device_setup *setup)
{
    int64_t wait = setup->modbus.reconnect_us > 0 ? setup->modbus.reconnect_us : 1000;

    for (unsigned i = 0; i < wire->failures && wait < RECONNECT_MAX_US; i++)
        wait *= 2;
    if (wait > RECONNECT_MAX_US && setup->modbus.reconnect_us < RECONNECT_MAX_US)
        wait = RECONNECT_MAX_US;
    wire->failures++;
    wire->down_us = modbus_wait_now() + wait;
}

static void down(struct modbus_wire *wire, const struct device_setup *setup, int rc, const char *why)
{
    hang_up(wire);
    wire->down = rc == -ENOENT && setup->address.transport != TR_SERIAL ? MO_NAME : MO_DOWN;
    snprintf(wire->down_words, sizeof(wire->down_words), "%.76s: %.80s", setup->address.text, why);
    back_off(wire, setup);
}

static enum modbus_outcome ensure_open(struct modbus_wire *wire, const struct device_setup *setup)
{
    const char *why = "no connection";

    if (modbus_wire_is_open(wire))
        return MO_OK;
    if (modbus_wait_now() < wire->down_us)
        return wire->down;
    int rc = open_line(wire, setup, &why);
    if (rc == 0)
        return MO_OK;
    if (rc == -ECANCELED)
        return MO_CANCELLED;
    down(wire, setup, rc, why);
    return wire->down;
}

static int rtu_idle(const struct modbus_wire *wire)
{
    int waiting = 0;

    if (wire->transport == TR_RTU_TCP)
        return modbus_tcp_idle(modbus_get_socket(wire->rtu));
    if (ioctl(modbus_get_socket(wire->rtu), FIONREAD, &waiting) < 0)
        return -errno;
    if (waiting > 0)
        modbus_rtu_flush(wire->rtu);
    return 0;
}

/* Registers, or an identification: then pdu is the question and answer holds what came. */
struct question {
    struct modbus_ask ask; /* of an identification only the unit */
    uint16_t *registers;
    const uint8_t *pdu;
    uint8_t *answer;
    size_t *answer_n;
    int64_t bound_us;
};

static int exchange(struct modbus_wire *wire, const struct question *q, const char **ret_why)
{
    uint8_t unit = q->ask.unit;

    if (wire->fd >= 0) {
        uint16_t id = ++wire->transaction;
        return q->pdu ? modbus_tcp_ask_pdu(wire->fd, unit, id, q->pdu, MODBUS_IDENT_ASK, q->bound_us, wire->stop,
                                           q->answer, q->answer_n, ret_why)
                      : modbus_tcp_ask(wire->fd, q->ask, id, q->bound_us, wire->stop, q->registers, ret_why);
    }
    int rc = rtu_idle(wire);
    if (rc < 0)
        return rc;
    return q->pdu ? modbus_rtu_ask_ident(wire->rtu, unit, q->pdu, q->bound_us, q->answer, q->answer_n, ret_why)
                  : modbus_rtu_ask(wire->rtu, q->ask, q->bound_us, q->registers, ret_why);
}

/* After an error nothing that comes next can be trusted. */
static void give_up(struct modbus_wire *wire, const struct device_setup *setup, struct modbus_ask ask)
{
    int64_t now = modbus_wait_now();

    if (wire->transport == TR_SERIAL) {
        wire->rest_us = now + wire->quiet_us;
    } else {
        hang_up(wire);
        wire->rest_us = now + setup->modbus.reconnect_us;
    }
    wire->suspect = ask;
    wire->late = true;
}

static enum modbus_outcome of_exception(int code)
{
    if (code <= 3)
        return MO_REFUSED;
    if (code == 5 || code == 6)
        return MO_BUSY;
    return code == 0x0A || code == 0x0B ? MO_ABSENT : MO_EXCEPTION;
}

static const char *exception_words(int code)
{
    /* Application Protocol V1.1b3, section 7. */
    static const char *const words[] = {[1] = "illegal function",
                                        [2] = "illegal data address",
                                        [3] = "illegal data value",
                                        [4] = "device failure",
                                        [5] = "acknowledge",
                                        [6] = "device busy",
                                        [8] = "memory parity",
                                        [10] = "gateway path unavailable",
                                        [11] = "gateway target does not respond"};

    if (code > 0 && (size_t)code < sizeof(words) / sizeof(words[0]) && words[code])
        return words[code];
    return "unknown";
}

static void say(struct modbus_result *result, const struct device_setup *setup, struct modbus_ask ask, const char *what)
{
    static const char *const space[] = {
        [MF_COILS] = "coil", [MF_DISCRETE] = "discrete", [MF_HOLDING] = "holding", [MF_INPUT] = "input"};

    if (!space[ask.function])
        snprintf(result->words, sizeof(result->words), "unit %u at %.60s, identification: %.70s", ask.unit,
                 setup->address.text, what);
    else
        snprintf(result->words, sizeof(result->words), "unit %u at %.60s, %s:%u: %.70s", ask.unit, setup->address.text,
                 space[ask.function], ask.address, what);
}

static void answered(struct modbus_wire *wire, const struct device_setup *setup, struct modbus_ask ask, int code,
                     struct modbus_result *result)
{
    char what[64];

    wire->proven = true;
    wire->late = false;
    wire->failures = 0;
    result->outcome = code == 0 ? MO_OK : of_exception(code);
    if (code == 0)
        return;
    snprintf(what, sizeof(what), "exception %d (%s)", code, exception_words(code));
    say(result, setup, ask, what);
}

static void failed(struct modbus_wire *wire, const struct device_setup *setup, struct modbus_ask ask, int rc,
                   const char *why, struct modbus_result *result)
{
    char what[64];

    if (rc == -ETIMEDOUT) {
        snprintf(what, sizeof(what), "no answer within %g s", (double)setup->timeout_us / 1e6);
        result->outcome = MO_SILENT;
        say(result, setup, ask, what);
        give_up(wire, setup, ask);
    } else if (rc == -EBADMSG || rc == -ESTALE) {
        result->outcome = MO_GARBLED;
        say(result, setup, ask, rc == -EBADMSG ? why : "bytes that nobody asked for");
        give_up(wire, setup, ask);
    } else if (rc == -EINVAL) {
        result->outcome = MO_EXCEPTION; /* not sent: the connection is as good as before */
        say(result, setup, ask, why);
    } else if (rc == -ECANCELED) {
        result->outcome = MO_CANCELLED;
        give_up(wire, setup, ask);
    } else {
        down(wire, setup, -EIO, rc == -ECONNRESET ? "the connection was closed" : strerrordesc_np(-rc));
        result->outcome = wire->down;
        memcpy(result->words, wire->down_words, sizeof(result->words));
    }
}

static int keep_pause(struct modbus_wire *wire, int64_t pause_us)
{
    int64_t until = wire->last_us + (pause_us > wire->gap_us ? pause_us : wire->gap_us);

    if (until < wire->rest_us)
        until = wire->rest_us;
    int rc = 0;
    if (modbus_wait_now() < until)
        rc = modbus_wait(wire->stop, -1, 0, until);
    /* What came while the line was quiet is the answer that was given up. */
    if (rc == 0 && wire->late && wire->rtu && wire->transport == TR_SERIAL)
        modbus_rtu_flush(wire->rtu);
    return rc;
}

static struct modbus_result converse(struct modbus_wire *wire, const struct device_setup *setup,
                                     const struct question *question, int64_t pause_us)
{
    struct modbus_result result = {.outcome = MO_CANCELLED};
    const char *why = "cannot be asked";
    int rc = -EINVAL;

    if (keep_pause(wire, pause_us) < 0)
        return result;
    for (int attempt = 0; attempt < 2; attempt++) {
        result.outcome = ensure_open(wire, setup);
        if (result.outcome != MO_OK) {
            memcpy(result.words, wire->down_words, sizeof(result.words));
            return result;
        }
        bool proven = wire->proven;
        int64_t begun = modbus_wait_now();
        rc = exchange(wire, question, &why);
        wire->last_us = modbus_wait_now();
        result.took_us = wire->last_us - begun;
        /* Gateways close what is idle after 30 to 120 s; and nothing was sent where bytes lay waiting. */
        if (rc != -ESTALE && !(rc == -ECONNRESET && proven))
            break;
        hang_up(wire);
    }
    if (rc >= 0)
        answered(wire, setup, question->ask, rc, &result);
    else
        failed(wire, setup, question->ask, rc, why, &result);
    return result;
}

struct modbus_result modbus_wire_read(struct modbus_wire *wire, const struct device_setup *setup, struct modbus_ask ask,
                                      int64_t pause_us, uint16_t *ret)
{
    const struct question question = {.ask = ask, .registers = ret, .bound_us = setup->timeout_us};

    if (!modbus_mbap_valid(ask)) {
        struct modbus_result result = {.outcome = MO_EXCEPTION};
        failed(wire, setup, ask, -EINVAL, "no such registers", &result);
        return result;
    }
    return converse(wire, setup, &question, pause_us);
}

struct modbus_result modbus_wire_identify(struct modbus_wire *wire, const struct device_setup *setup, int64_t pause_us,
                                          struct modbus_ident *ret)
{
    uint8_t ask[MODBUS_IDENT_ASK], answer[MODBUS_MBAP_MAX];
    size_t n = 0;
    const struct question question = {.ask = {.unit = (uint8_t)setup->modbus.unit},
                                      .pdu = ask,
                                      .answer = answer,
                                      .answer_n = &n,
                                      .bound_us = setup->timeout_us < IDENT_US ? setup->timeout_us : IDENT_US};
    struct modbus_result result = {.outcome = MO_GARBLED};
    int next = 0;

    for (enum modbus_level level = ML_REGULAR; level >= ML_BASIC; level--) {
        for (int round = 0; round < MODBUS_IDENT_OBJECTS; round++) {
            modbus_ident_encode(level, (uint8_t)next, ask);
            result = converse(wire, setup, &question, pause_us);
            if (result.outcome != MO_OK)
                break;
            int rc = modbus_ident_decode(ret, answer, n);
            if (rc <= next)
                return result; /* all of it, or nothing that can be used */
            next = rc;
        }
        if (result.outcome != MO_REFUSED || ret->known)
            break;
    }
    return result;
}

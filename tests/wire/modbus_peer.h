/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Modbus device made of raw sockets and a script: it does to its master what devices and gateways do. Shares no code
 * with the driver.
 *
 * Shape: each question takes the next act of the script; when the script is over, the answers are right.
 * Threads: one of its own; all functions may be called from another.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum peer_do {
    PEER_RIGHT,
    PEER_SILENT,
    PEER_LATE,     /* right, but after .ms */
    PEER_SLOW,     /* right, a byte every .ms */
    PEER_CUT,      /* half of the answer, then the connection closes; serial: half only */
    PEER_HALF,     /* half of the answer, and no more */
    PEER_CLOSE,    /* no answer, the connection closes */
    PEER_DONE,     /* right, then the connection closes, as a gateway does when idle */
    PEER_OTHER_ID, /* transaction + 1 */
    PEER_OTHER_UNIT,
    PEER_OTHER_FUNCTION,
    PEER_PROTOCOL,  /* protocol id 1 */
    PEER_TOO_SHORT, /* one register less, by its byte count too */
    PEER_TWICE,     /* the right answer two times */
    PEER_SURPLUS,   /* right, and two bytes more */
    PEER_BAD_CRC,   /* RTU */
    PEER_EXCEPTION  /* .code */
};

struct peer_act {
    enum peer_do act;
    int ms, code;
};

struct peer_counts {
    unsigned questions, connections, open;
    unsigned function[256];
    unsigned unit[256];
    unsigned longest; /* registers in one question */
};

struct peer;
typedef uint16_t peer_register(void *arg, unsigned unit, unsigned function, unsigned address);
/* -1: answered; else the exception, or PEER_MUTE for none. */
typedef int peer_refusal(void *arg, unsigned unit, unsigned function, unsigned address, unsigned count);
#define PEER_MUTE 1000

struct peer *peer_tcp(bool rtu, bool ipv6);
struct peer *peer_serial(int fd); /* takes fd: the master side of a pty */
void peer_free(struct peer *peer);
unsigned peer_port(const struct peer *peer);
void peer_registers(struct peer *peer, peer_register *registers, peer_refusal *refusal, void *arg);
/* What it answers to function 43, one object in an answer; without: exception 1. */
void peer_ident(struct peer *peer, const char *const *object, size_t n);
void peer_script(struct peer *peer, const struct peer_act *act, size_t n);
struct peer_counts peer_counts(struct peer *peer);

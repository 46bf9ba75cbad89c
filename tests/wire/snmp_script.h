/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An SNMP agent for tests that misbehaves on command: its replies are put together byte by byte, without the library
 * that is tested.
 *
 * Shape: objects in ascending order; v1 and v2c GET, GETNEXT and GETBULK; anything else is counted as a write.
 * Source: RFC 1157, RFC 3416; X.690 for the encoding.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

enum {
    TAG_INTEGER = 0x02,
    TAG_TEXT = 0x04,
    TAG_NULL = 0x05,
    TAG_OID = 0x06,
    TAG_COUNTER = 0x41,
    TAG_GAUGE = 0x42,
    TAG_TICKS = 0x43
};

enum script_fault {
    SF_NONE,
    SF_SILENT,
    SF_LATE,
    SF_CUT,
    SF_WRONG_ID,
    SF_WRONG_OID,
    SF_WRONG_COUNT,
    SF_WRONG_VERSION,
    SF_WRONG_TYPE,
    SF_NO_BINDS,
    SF_GARBAGE,
    SF_ENDLESS,
    SF_RISING,
    SF_FORGED,
    SF_GENERR,
    SF_NO_BULK,
    SF_FORBIDDEN
};

struct script_object {
    char oid[80];
    uint8_t tag;
    long number;
    char text[64];
    bool poison; /* an answer with it cannot be decoded */
    bool mute;   /* no answer to a request with it */
};

struct script {
    sd_event *loop;
    sd_event_source *io, *timer;
    int fd, forger;
    uint16_t port;
    bool v6;
    enum script_fault fault;
    unsigned left;    /* replies that the fault is for; 0: all */
    unsigned too_big; /* above so many varbinds: tooBig */
    unsigned silent_above;
    bool only_v1; /* silent to any other version */
    int64_t late_us;
    int64_t uptime_offset;                  /* ticks */
    unsigned requests, bulks, writes, most; /* most: varbinds in a GET */
    int64_t asked_us;                       /* when the last request came, CLOCK_MONOTONIC */
    size_t n;
    struct script_object object[400];
    uint8_t held[65536];
    size_t held_n;
    uint8_t from[128]; /* sockaddr of the last request */
    unsigned from_n;
};

struct script *script_new(sd_event *loop, bool v6);
void script_free(struct script *script);
struct script_object *script_add(struct script *script, const char *oid, uint8_t tag, long number, const char *text);
struct script_object *script_find(struct script *script, const char *oid);
void script_remove(struct script *script, const char *oid);
/* The objects of the profile test-pdu: system group, one device row, `outlets` rows. */
void script_add_pdu(struct script *script, const char *object_id, unsigned outlets);
/* Stops listening: the port is closed; and back on the same port. */
void script_close(struct script *script);
void script_open(struct script *script);

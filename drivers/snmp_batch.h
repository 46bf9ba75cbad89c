/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of a plan's objects go into which request, and what an agent has taught about that. Pure.
 *
 * Shape: each poll: begin, then next until it gives none; what went wrong is told and rewinds where it must. Objects
 *        that were missing three times are asked again only in polls that begin with `rare`; an object that makes the
 *        agent fall silent is shunned until the plan is made anew.
 * Owner: indexes are those of plan->ask; the state outlives a poll and is carried over to the next plan by name.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Objects in one request, where the profile says no other; and bytes of varbinds, so that question and answer stay
 * within one Ethernet frame, with 170 bytes for IP, UDP and the head of an SNMPv3 message. */
#define SNMP_BATCH_DEFAULT 64
#define SNMP_BATCH_BYTES   1330

struct snmp_batch {
    size_t n;
    uint8_t *object;     /* flags and count of misses */
    uint16_t *cost;      /* bytes of each as a varbind; 0: does not count */
    unsigned limit;      /* varbinds a request */
    unsigned before;     /* the limit before the search for one bad object began; 0: none on */
    unsigned unreadable; /* replies in a row that could not be decoded */
    size_t at;
    bool rare, rare_pass;
};

int snmp_batch_init(struct snmp_batch *batch, size_t n, unsigned limit);
void snmp_batch_done(struct snmp_batch *batch);
void snmp_batch_begin(struct snmp_batch *batch, bool rare);
/* The next objects to ask for; 0: the poll is complete. */
size_t snmp_batch_next(struct snmp_batch *batch, uint32_t *index, size_t room);
void snmp_batch_present(struct snmp_batch *batch, uint32_t i);
/* True when this miss makes it absent. */
bool snmp_batch_missing(struct snmp_batch *batch, uint32_t i);
/* The agent's error names object i: left out of this poll, a miss; the rest is asked again. */
bool snmp_batch_refused(struct snmp_batch *batch, const uint32_t *index, uint32_t i);
/* The answer does not fit: fewer from now on, asked again at once. */
void snmp_batch_too_big(struct snmp_batch *batch, const uint32_t *index, size_t n);
/* No answer to these objects from an agent that answers otherwise, or one that cannot be decoded. Fewer from the next
 * request on, until one object alone is found guilty and shunned. */
void snmp_batch_lost(struct snmp_batch *batch, const uint32_t *index, size_t n, bool unreadable);
/* A poll was answered in full. */
void snmp_batch_complete(struct snmp_batch *batch);
bool snmp_batch_shunned(const struct snmp_batch *batch, uint32_t i);
void snmp_batch_shun(struct snmp_batch *batch, uint32_t i);

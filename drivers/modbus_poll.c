/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_poll.h"

#include "modbus_plan.h"
#include "profile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEARN_ROUNDS 200 /* a SunSpec walk takes one or two rounds a model */
#define BUSY_MAX     32
#define SILENCES     3                          /* in a row, after which the device is learnt anew */
#define REFUSED_US   (INT64_C(86400) * 1000000) /* after which refused blocks are asked again */

struct modbus_poll {
    const struct device_setup *setup;
    struct arena *arena; /* the rule that matched, in words */
    const struct profile *profile;
    const char *why;
    struct modbus_ident ident; /* function 43; asked only where registers do not say enough */
    bool asked;
    struct modbus_plan *plan;
    struct modbus_image *learnt; /* what is read once */
    struct modbus_image *image;  /* of the running poll */
    bool ready, refused;
    int64_t learnt_us;
    struct shape *shape; /* as last told */
    unsigned silences;
    /* of the running poll */
    struct modbus_wire *wire;
    int64_t spent_us;
    size_t got; /* blocks answered with values */
    bool heard; /* the unit answered, if only to say no */
    struct modbus_result last;
};

struct modbus_poll *modbus_poll_new(const struct device_setup *setup)
{
    struct modbus_poll *poll = calloc(1, sizeof(*poll));

    if (!poll)
        return NULL;
    poll->setup = setup;
    poll->arena = arena_new();
    poll->learnt = modbus_image_new();
    poll->image = modbus_image_new();
    return poll;
}

static void forget(struct modbus_poll *poll)
{
    modbus_plan_free(poll->plan);
    poll->plan = NULL;
    poll->ready = poll->refused = poll->asked = poll->ident.known = false;
    modbus_image_clear(poll->learnt);
}

void modbus_poll_free(struct modbus_poll *poll)
{
    if (!poll)
        return;
    forget(poll);
    modbus_image_free(poll->learnt);
    modbus_image_free(poll->image);
    shape_unref(poll->shape);
    arena_free(poll->arena);
    free(poll);
}

static enum fault fault_of(enum modbus_outcome outcome)
{
    switch (outcome) {
    case MO_OK:
    case MO_CANCELLED: return FAULT_NONE;
    case MO_REFUSED:
    case MO_BUSY:
    case MO_EXCEPTION:
    case MO_GARBLED: return FAULT_PROTOCOL;
    case MO_ABSENT:
    case MO_SILENT: return FAULT_SILENT;
    case MO_DOWN: return FAULT_GATEWAY;
    case MO_NAME: return FAULT_NAME;
    }
    return FAULT_NONE;
}

static struct answer *fail(const struct modbus_poll *poll)
{
    return answer_failed(poll->setup->number, fault_of(poll->last.outcome), "%s", poll->last.words);
}

static struct answer *fail_as(struct modbus_poll *poll, enum fault fault, const char *words)
{
    poll->last.outcome = MO_EXCEPTION;
    return answer_failed(poll->setup->number, fault, "%s", words);
}

static struct modbus_ask ask_for(const struct modbus_poll *poll, struct modbus_block block)
{
    static const enum modbus_function function[] = {
        [MS_HOLDING] = MF_HOLDING, [MS_INPUT] = MF_INPUT, [MS_COIL] = MF_COILS, [MS_DISCRETE] = MF_DISCRETE};

    return (struct modbus_ask){.unit = (uint8_t)poll->setup->modbus.unit,
                               .function = function[block.space],
                               .address = block.address,
                               .count = block.count};
}

/* Twice the period, and four answers at least: a slow unit may not hold the line for ever. */
static bool overspent(const struct modbus_poll *poll)
{
    int64_t budget = 2 * poll->setup->every_us;
    if (budget < 4 * poll->setup->timeout_us)
        budget = 4 * poll->setup->timeout_us;
    return poll->spent_us > budget;
}

static bool is_answer(enum modbus_outcome outcome)
{
    return outcome == MO_OK || outcome == MO_REFUSED || outcome == MO_BUSY || outcome == MO_EXCEPTION;
}

static enum modbus_outcome read_block(struct modbus_poll *poll, struct modbus_block block, struct modbus_image *into)
{
    uint16_t registers[MODBUS_BITS_MAX];
    int64_t pause = poll->setup->modbus.pause_us;

    if (poll->plan && poll->plan->pause_us > pause)
        pause = poll->plan->pause_us;
    if (overspent(poll)) {
        poll->last = (struct modbus_result){.outcome = MO_SILENT};
        snprintf(poll->last.words, sizeof(poll->last.words), "unit %u at %.60s: too slow for its period",
                 poll->setup->modbus.unit, poll->setup->address.text);
        return MO_SILENT;
    }
    poll->last = modbus_wire_read(poll->wire, poll->setup, ask_for(poll, block), pause, registers);
    poll->spent_us += poll->last.took_us;
    if (poll->last.outcome == MO_OK) {
        modbus_image_put(into, block, registers);
        poll->got++;
    }
    poll->heard = poll->heard || is_answer(poll->last.outcome);
    return poll->last.outcome;
}

/* All blocks into the image; what the device does not give is marked so. */
static bool read_all(struct modbus_poll *poll, const struct modbus_block *block, size_t n, struct modbus_image *into)
{
    for (size_t i = 0; i < n; i++) {
        enum modbus_outcome outcome = read_block(poll, block[i], into);
        if (outcome == MO_BUSY)
            outcome = read_block(poll, block[i], into);
        if (!is_answer(outcome) || outcome == MO_BUSY)
            return false;
        if (outcome != MO_OK)
            modbus_image_put(into, block[i], NULL);
    }
    return true;
}

/* A unit that has answered something is asked its name; one that knows no function 43 says so or is silent. */
static bool ask_who(struct modbus_poll *poll)
{
    if (!poll->asked && poll->heard) {
        poll->asked = true;
        poll->ident = (struct modbus_ident){0};
        modbus_wire_identify(poll->wire, poll->setup, poll->setup->modbus.pause_us, &poll->ident);
    }
    return poll->ident.known;
}

static struct answer *unknown(struct modbus_poll *poll, const struct modbus_image *image)
{
    char words[160] = "", models[40] = "";
    bool named = poll->ident.known && modbus_ident_words(&poll->ident, words, sizeof words);
    unsigned first = modbus_first_model(image);

    if (first)
        snprintf(models, sizeof models, "; it has a SunSpec map, models %u and on", first);
    poll->last.outcome = MO_EXCEPTION;
    return answer_failed(poll->setup->number, FAULT_UNKNOWN, "no profile matches: it %s%.100s%s%s",
                         named ? "says it is '" : "does not say what it is", words, named ? "'" : "", models);
}

/* `auto`: asks what the rules of all profiles need to know. */
static struct answer *identify(struct modbus_poll *poll)
{
    struct modbus_image *image = modbus_image_new();
    struct modbus_asks asks = modbus_ask_identity(poll->arena, poll->setup->profiles);
    struct answer *answer = NULL;

    for (size_t i = 0; i < asks.n && !answer; i++) {
        enum modbus_outcome outcome = read_block(poll, asks.block[i], image);
        /* Some units do not answer at all where they have no registers: only the first silence is the unit's. */
        if (!is_answer(outcome) && !(outcome == MO_SILENT && poll->heard && !overspent(poll)))
            answer = fail(poll);
        else if (outcome != MO_OK)
            modbus_image_put(image, asks.block[i], NULL);
    }
    if (!answer) {
        poll->profile = profile_match_modbus(poll->arena, poll->setup->profiles, image, &poll->why);
        if (!poll->profile && ask_who(poll)) {
            modbus_image_identify(image, &poll->ident);
            poll->profile = profile_match_modbus(poll->arena, poll->setup->profiles, image, &poll->why);
        }
        if (!poll->profile)
            answer = unknown(poll, image);
    }
    modbus_image_free(image);
    return answer;
}

static struct answer *choose_profile(struct modbus_poll *poll)
{
    const char *name = poll->setup->profile;

    if (poll->profile)
        return NULL;
    if (!name || strcmp(name, "auto") == 0)
        return identify(poll);
    const struct profile *profile = profile_find(poll->setup->profiles, name);
    if (!profile || !profile_is_modbus(profile))
        return fail_as(poll, FAULT_UNKNOWN, profile ? "the profile is not one for Modbus" : "there is no such profile");
    poll->profile = profile;
    poll->why = poll->setup->once ? "named on the command line" : "named in the configuration";
    return NULL;
}

/* What is read once, step by step: what one answer says may lead to the next question. NULL: the shape is there. */
static struct answer *learn(struct modbus_poll *poll)
{
    struct answer *answer = choose_profile(poll);
    if (answer)
        return answer;
    if (!poll->plan && modbus_plan_new(poll->profile, poll->setup, poll->why, &poll->plan) < 0)
        return fail_as(poll, FAULT_UNKNOWN, "the profile gives no registers to read");
    if (poll->ident.known)
        modbus_image_identify(poll->learnt, &poll->ident);
    for (int round = 0; round < LEARN_ROUNDS; round++) {
        const struct modbus_block *block = NULL;
        size_t n = 0;
        if (poll->setup->once && !poll->asked && ask_who(poll)) /* a look at a device shows all that it says */
            modbus_image_identify(poll->learnt, &poll->ident);
        if (modbus_plan_prepare(poll->plan, poll->learnt, &block, &n) < 0)
            break;
        if (n == 0) {
            poll->ready = poll->plan->shape != NULL;
            break;
        }
        if (!read_all(poll, block, n, poll->learnt))
            return fail(poll);
    }
    poll->learnt_us = modbus_wait_now();
    if (poll->ready)
        return NULL;
    const struct shape *empty = poll->plan->shape;
    answer = fail_as(poll, FAULT_PROTOCOL,
                     empty && empty->n_notes > 0 ? empty->note[0] : "the device does not hold what the profile says");
    forget(poll);
    return answer;
}

/* After an answer that went astray: first a block of another length, so that the late one cannot pass for this. */
static bool resync(struct modbus_poll *poll)
{
    const struct modbus_ask *suspect = modbus_wire_suspect(poll->wire);

    if (!suspect || suspect->unit != poll->setup->modbus.unit)
        return true;
    for (size_t i = 0; i < poll->plan->n; i++) {
        struct modbus_ask ask = ask_for(poll, poll->plan->block[i]);
        if (ask.function != suspect->function || ask.count != suspect->count)
            return is_answer(read_block(poll, poll->plan->block[i], poll->image));
    }
    return true;
}

/* False: the poll is over. */
static bool read_plan(struct modbus_poll *poll)
{
    struct modbus_plan *plan = poll->plan;
    size_t busy[BUSY_MAX], n_busy = 0;

    for (size_t i = 0; i < plan->n;) {
        enum modbus_outcome outcome = read_block(poll, plan->block[i], poll->image);
        if (!is_answer(outcome))
            return false;
        if (outcome == MO_REFUSED) {
            poll->refused = true;
            if (!modbus_plan_refused(plan, i))
                return false;
            continue; /* what takes its place */
        }
        if (outcome == MO_BUSY && n_busy < BUSY_MAX)
            busy[n_busy++] = i;
        i++;
    }
    for (size_t i = 0; i < n_busy; i++) {
        if (!is_answer(read_block(poll, plan->block[busy[i]], poll->image)))
            return false;
    }
    return poll->got > 0;
}

static struct answer *read_values(struct modbus_poll *poll)
{
    modbus_image_clear(poll->image);
    if (!resync(poll))
        return fail(poll);
    poll->got = 0;
    if (!read_plan(poll)) {
        if (poll->last.outcome == MO_REFUSED)
            forget(poll);
        return fail(poll);
    }
    struct answer *answer = answer_new(poll->setup->number, ANSWER_VALUES, poll->plan->shape->n);
    modbus_plan_decode(poll->plan, poll->image, answer);
    poll->last.outcome = MO_OK;
    return answer;
}

static struct answer *new_shape(struct modbus_poll *poll)
{
    struct shape *shape = poll->plan->shape;

    if (poll->shape && shape_equal(poll->shape, shape))
        return NULL;
    shape_unref(poll->shape);
    poll->shape = shape_ref(shape);
    struct answer *answer = answer_new(poll->setup->number, ANSWER_SHAPE, 0);
    answer->shape = shape_ref(shape);
    return answer;
}

struct modbus_turn modbus_poll_run(struct modbus_poll *poll, struct modbus_wire *wire)
{
    struct modbus_turn turn = {0};

    poll->wire = wire;
    poll->spent_us = 0;
    poll->got = 0;
    poll->heard = false;
    if (poll->silences >= SILENCES || (poll->refused && modbus_wait_now() - poll->learnt_us > REFUSED_US))
        forget(poll);
    if (!poll->ready)
        turn.answer = learn(poll);
    if (!turn.answer) {
        turn.shape = new_shape(poll);
        poll->spent_us = 0;
        turn.answer = read_values(poll);
    }
    turn.outcome = poll->last.outcome;
    poll->silences = turn.outcome == MO_SILENT || turn.outcome == MO_ABSENT ? poll->silences + 1 : 0;
    if (turn.outcome == MO_CANCELLED) {
        answer_free(turn.answer);
        turn.answer = NULL;
    }
    return turn;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_answer.h"

#include <stdlib.h>

static void put(struct inbox *inbox, const struct snmp_stamp *stamp, struct answer *answer)
{
    int64_t begun = stamp->sent_us ? stamp->sent_us : stamp->now_us;
    answer->wall_ms = stamp->wall_us / 1000;
    answer->boot_us = begun;
    answer->late_us = begun > stamp->due_us ? begun - stamp->due_us : 0;
    answer->latency_us = stamp->now_us - begun;
    answer->manners = stamp->manners;
    inbox_put(inbox, answer);
}

void snmp_answer_values(struct inbox *inbox, const struct snmp_stamp *stamp, const struct snmp_plan *plan,
                        const struct snmp_value *values)
{
    struct answer **answers = calloc(plan->n_devices + 1, sizeof(struct answer *));
    if (!answers)
        abort(); /* as the arena */
    for (size_t i = 0; i < plan->n_devices; i++)
        answers[i] = answer_new(plan->device[i].device, ANSWER_VALUES, plan->device[i].shape->n);
    snmp_plan_decode(plan, values, answers);
    for (size_t i = 0; i < plan->n_devices; i++) {
        if (plan->n > 0 && values[0].kind == SV_UINT)
            answers[i]->uptime_s = (uint32_t)(values[0].u / 100);
        put(inbox, stamp, answers[i]);
    }
    free(answers);
}

static void put_failed(struct inbox *inbox, const struct snmp_stamp *stamp, uint32_t device, enum fault fault,
                       const char *words)
{
    put(inbox, stamp, answer_failed(device, fault, "%s", words));
}

void snmp_answer_failed(struct inbox *inbox, const struct snmp_stamp *stamp, const struct device_setup *setup,
                        const struct snmp_plan *plan, enum fault fault, const char *words)
{
    bool own = false;
    for (size_t i = 0; plan && i < plan->n_devices; i++) {
        put_failed(inbox, stamp, plan->device[i].device, fault, words);
        own = own || plan->device[i].device == setup->number;
    }
    for (size_t i = 0; !plan && i < setup->n_units; i++) {
        put_failed(inbox, stamp, setup->unit_device[i], fault, words);
        own = own || setup->unit_device[i] == setup->number;
    }
    if (!own)
        put_failed(inbox, stamp, setup->number, fault, words);
}

void snmp_answer_shapes(struct inbox *inbox, const struct snmp_stamp *stamp, const struct snmp_plan *plan,
                        const struct snmp_plan *before)
{
    for (size_t i = 0; i < plan->n_devices; i++) {
        const struct snmp_plan_device *unit = &plan->device[i];
        bool same = false;
        for (size_t k = 0; before && k < before->n_devices && !same; k++)
            same = before->device[k].device == unit->device && shape_equal(before->device[k].shape, unit->shape);
        if (same)
            continue;
        struct answer *answer = answer_new(unit->device, ANSWER_SHAPE, 0);
        answer->shape = shape_ref(unit->shape);
        put(inbox, stamp, answer);
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_engines.h"

#include <errno.h>
#include <net-snmp/library/lcd_time.h>
#include <net-snmp/library/snmpusm.h>

static bool same_id(const struct snmp_engine *a, const struct snmp_engine *b)
{
    return a->n == b->n && memcmp(a->id, b->id, a->n) == 0;
}

int snmp_engines_join(struct snmp_engines *engines, struct snmp_engine *entry, const struct snmp_engine **ret_other)
{
    for (const struct snmp_engine *e = engines->first; e; e = e->next) {
        if (!same_id(e, entry))
            continue;
        int r = 0;
        if (strcmp(e->address, entry->address) != 0)
            r = -EEXIST;
        else if (strcmp(e->user, entry->user) == 0 &&
                 (e->auth != entry->auth || e->priv != entry->priv || e->auth_key != entry->auth_key ||
                  e->priv_key != entry->priv_key))
            r = -EKEYREJECTED;
        if (r < 0) {
            *ret_other = e;
            return r;
        }
    }
    entry->next = engines->first;
    engines->first = entry;
    entry->joined = true;
    return 0;
}

static void forget_user(struct snmp_engine *entry)
{
    struct usmUser *u = usm_get_user(entry->id, entry->n, entry->user);
    if (!u)
        return;
    usm_remove_user(u);
    u->next = u->prev = NULL;
    usm_free_user(u); /* wipes the localised keys */
}

void snmp_engines_leave(struct snmp_engines *engines, struct snmp_engine *entry)
{
    if (!entry->joined)
        return;
    bool engine_used = false, user_used = false;
    struct snmp_engine **at = &engines->first;
    while (*at) {
        struct snmp_engine *e = *at;
        if (e == entry) {
            *at = e->next;
            continue;
        }
        if (same_id(e, entry)) {
            engine_used = true;
            user_used = user_used || strcmp(e->user, entry->user) == 0;
        }
        at = &e->next;
    }
    entry->joined = false;
    if (!user_used)
        forget_user(entry);
    if (!engine_used)
        snmp_engine_forget_time(entry);
}

void snmp_engine_forget_time(struct snmp_engine *entry)
{
    free_enginetime(entry->id, entry->n);
}

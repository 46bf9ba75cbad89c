/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_ha_tell.h"
#include "drivers/hash.h"
#include "mqtt_ha_owner.h"

#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void ha_teller_init(struct ha_teller *teller, const struct mqtt_host *host)
{
    *teller = (struct ha_teller){.host = host};
    teller->out = open_memstream(&teller->bytes, &teller->size);
    if (!teller->out)
        abort();
    __fsetlocking(teller->out, FSETLOCKING_BYCALLER); /* one thread only: no lock for each character */
    ha_teller_settle(teller);
}

void ha_teller_done(struct ha_teller *teller)
{
    ha_problems_done(&teller->problems);
    ha_record_done(&teller->record);
    fclose(teller->out);
    free(teller->bytes);
}

void ha_teller_settle(struct ha_teller *teller)
{
    const struct mqtt_host *host = teller->host;
    teller->site = (struct ha_site){
        .base = host->base, .prefix = host->config->discovery.prefix, .version = host->version, .live = host->live};
}

static FILE *begin(struct ha_teller *teller)
{
    rewind(teller->out);
    return teller->out;
}

static void put(struct ha_teller *teller, const char *topic)
{
    mqtt_wire_put(teller->host->wire, MQTT_LANE_INFO, topic, teller->bytes, teller->size, 1, true);
}

static void clear(struct ha_teller *teller, const char *topic)
{
    mqtt_wire_put(teller->host->wire, MQTT_LANE_KEPT, topic, NULL, 0, 1, true);
}

/* A device that comes and goes has the same discovery all the time. */
static size_t put_told(struct ha_teller *teller, struct ha_told *told, bool always)
{
    if (fflush(teller->out) != 0)
        abort(); /* memory */
    if (teller->limit && teller->size > teller->limit) {
        teller->withheld++;
        return 0;
    }
    uint64_t hash = hash_bytes(HASH_BEGIN, teller->bytes, teller->size);
    if (!always && hash == told->hash)
        return 0;
    told->hash = hash;
    put(teller, told->topic);
    return 1;
}

static const char *id_of(const struct ha_owner *owner)
{
    return owner->id ? owner->id : "";
}

static size_t tell_single(struct ha_teller *teller, const struct ha_owner *owner, const struct ha_entity *entity,
                          bool always)
{
    char object[256], topic[MQTT_TOPIC_MAX];
    snprintf(object, sizeof object, "%s_%s", owner->id ? owner->id : "site", entity->key);
    ha_topic(topic, sizeof topic, &teller->site, ha_platform_name(entity->platform), object);
    struct ha_told *told = ha_record_topic(&teller->record, topic, id_of(owner));
    ha_put_single(begin(teller), &teller->site, owner, entity);
    return put_told(teller, told, always);
}

/* The entities of one object, and those that it had: Home Assistant forgets them when told so, not by silence. */
static size_t tell_object(struct ha_teller *teller, const struct ha_owner *owner, const struct ha_listed *item,
                          size_t n, bool always)
{
    char topic[MQTT_TOPIC_MAX];
    ha_topic(topic, sizeof topic, &teller->site, "device", item->object);
    struct ha_told *told = ha_record_topic(&teller->record, topic, id_of(owner));
    ha_put_head(begin(teller), &teller->site, owner);
    for (size_t i = 0; i < n; i++) {
        ha_put_component(teller->out, &teller->site, owner, &item[i].entity, i == 0);
        ha_told_key(told, item[i].entity.key, item[i].entity.platform);
    }
    for (size_t i = 0; i < told->n; i++)
        if (!told->key[i].current)
            ha_put_gone(teller->out, told->key[i].key, told->key[i].platform, false);
    ha_put_tail(teller->out);
    return put_told(teller, told, always);
}

/* What the owner does not have any more. */
static void clear_left(struct ha_teller *teller, const char *owner)
{
    struct ha_record *record = &teller->record;
    for (size_t i = 0; i < record->n;) {
        const struct ha_told *told = record->item[i];
        if (told->current || !told->owner || strcmp(told->owner, owner) != 0) {
            i++;
            continue;
        }
        clear(teller, told->topic);
        ha_record_drop(record, i);
    }
}

size_t ha_tell(struct ha_teller *teller, const struct ha_owner *owner, bool always)
{
    struct ha_list list;
    char topic[MQTT_TOPIC_MAX];
    size_t messages = 0;
    if (!ha_owner_list(teller->host, owner, &list))
        return 0;
    ha_record_begin(&teller->record, id_of(owner));
    ha_problem_topic(topic, sizeof topic, &teller->host->base, owner);
    ha_record_topic(&teller->record, topic, id_of(owner));
    for (size_t i = 0, n = 1; i < list.n; i += n) {
        n = 1;
        if (teller->host->config->discovery.components) {
            messages += tell_single(teller, owner, &list.item[i].entity, always);
            continue;
        }
        while (i + n < list.n && strcmp(list.item[i + n].object, list.item[i].object) == 0)
            n++;
        messages += tell_object(teller, owner, &list.item[i], n, always);
    }
    ha_list_done(&list);
    clear_left(teller, id_of(owner));
    return messages;
}

void ha_tell_problem(struct ha_teller *teller, const struct ha_owner *owner)
{
    char topic[MQTT_TOPIC_MAX];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    ha_problems_put(begin(teller), &teller->problems, owner, (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
    if (fflush(teller->out) != 0)
        abort();
    ha_problem_topic(topic, sizeof topic, &teller->host->base, owner);
    ha_record_topic(&teller->record, topic, id_of(owner));
    put(teller, topic);
}

/* *ret_starting: it has not answered yet, and what it has is not known. */
static bool exists(const struct live *live, const char *owner, bool *ret_starting)
{
    *ret_starting = false;
    if (!owner)
        return false;
    for (size_t i = 0; i < live->config->n_rooms; i++)
        if (strcmp(live->config->room[i].id, owner) == 0)
            return true;
    for (size_t i = 0; i < live->n_devices; i++)
        if (live->device[i]->config && strcmp(live->device[i]->config->id, owner) == 0) {
            *ret_starting = live->device[i]->n_bound == 0;
            return true;
        }
    return !owner[0];
}

void ha_sweep(struct ha_teller *teller)
{
    struct ha_record *record = &teller->record;
    for (size_t i = 0; i < record->n;) {
        const struct ha_told *told = record->item[i];
        bool starting;
        if (exists(teller->host->live, told->owner, &starting) && (told->current || starting)) {
            i++;
            continue;
        }
        clear(teller, told->topic);
        ha_record_drop(record, i);
    }
}

void ha_unsay(struct ha_teller *teller)
{
    for (size_t i = 0; i < teller->record.n; i++)
        clear(teller, teller->record.item[i]->topic);
    ha_record_done(&teller->record);
}

bool ha_found(struct ha_teller *teller, const char *topic, const void *payload, size_t size, const char **ret_owner)
{
    static const char word[] = "{\"migrate_discovery\":true}";
    const struct ha_site *site = &teller->site;
    size_t n = strlen(site->prefix);
    bool whole = !strncmp(topic + n, "/device/", 8);
    if (!ha_record_found(&teller->record, site->base.site, topic, payload, size))
        return false;
    /* the other mode's: its entities are handed over with their settings before it is cleared */
    if (whole == (teller->host->config->discovery.components != 0))
        mqtt_wire_put(teller->host->wire, MQTT_LANE_KEPT, topic, word, sizeof word - 1, 1, false);
    for (size_t i = 0; i < teller->record.n; i++)
        if (strcmp(teller->record.item[i]->topic, topic) == 0)
            *ret_owner = teller->record.item[i]->owner;
    return true;
}

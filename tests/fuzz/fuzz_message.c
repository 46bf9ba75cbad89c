/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any payloads on the topics of a device that publishes: the first byte chooses the profile and how a message is told,
 * the rest is cut at each line into messages. */
#include "drivers/mqtt_feed.h"
#include "drivers/profile.h"
#include "tests/fuzz/once.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct profile_set *profiles(void)
{
    static struct profile_set *set;
    char dir[500];
    const char *source = getenv("WATTWACHT_SOURCE"), *dirs[] = {dir};
    struct diag *diag = diag_new();
    snprintf(dir, sizeof dir, "%s/conf.d/profiles", source ? source : ".");
    if (!set && profile_set_load(dirs, 1, diag, &set) < 0)
        abort();
    diag_free(diag);
    return set;
}

static void poll_feed(struct mqtt_feed *feed, struct mqtt_moment now)
{
    struct answer *shape, *answer;
    mqtt_feed_poll(feed, NULL, now, &shape, &answer);
    for (size_t i = 0; answer && answer->kind == ANSWER_VALUES && i < answer->n; i++)
        if (quality_has_value(answer->sample[i].quality) && !(answer->sample[i].value * 0 >= 0))
            abort(); /* good, and no number */
    answer_free(shape);
    answer_free(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        const char *profile, *topic;
    } kinds[] = {{"zigbee2mqtt-plug", "b"},
                 {"tasmota-energy", "tele/b/SENSOR"},
                 {"shelly-gen1", "b/emeter/0/power"},
                 {"shelly-gen2", "b/status/em:0"},
                 {"wattwachtd", "b/outlet-01/state"},
                 {"wattwachtd", "b/status"},
                 {"zigbee2mqtt-plug", "b/availability"}};
    struct mqtt_moment now = {1000000000, INT64_C(1700000000000000)};
    if (size == 0)
        return 0;
    struct device_setup *setup = setup_new();
    setup->profiles = profile_set_ref(profiles());
    setup->profile = kinds[data[0] % 7].profile;
    setup->every_us = 10000000;
    setup->mqtt.topic = "b";
    struct mqtt_feed *feed = mqtt_feed_new(setup, now);
    for (size_t at = 1; at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t n = end ? (size_t)(end - data) - at : size - at;
        mqtt_feed_heard(feed, kinds[data[0] % 7].topic, data + at, n, data[0] & 128, now);
        poll_feed(feed, now);
        now.boot_us += 5000000;
        now.wall_us += 5000000;
        at += n + 1;
    }
    poll_feed(feed, now);
    mqtt_feed_free(feed);
    setup_unref(setup);
    return 0;
}

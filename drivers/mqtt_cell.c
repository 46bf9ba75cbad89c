/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_cell.h"

#include <math.h>
#include <string.h>

const char *mqtt_topic_of(struct arena *arena, const char *base, const char *text)
{
    static const char hole[] = "%topic%";
    const char *at = strstr(text, hole);
    if (at)
        return arena_printf(arena, "%.*s%s%s", (int)(at - text), text, base, at + sizeof hole - 1);
    return text[1] == '/' ? arena_printf(arena, "%s%s", base, text + 1) : base;
}

const struct mqtt_heard *mqtt_message_of(struct arena *arena, const struct mqtt_place *place, const struct ref *ref)
{
    const char *topic = ref->message.topic ? mqtt_topic_of(arena, place->base, ref->message.topic) : place->row;
    return topic ? mqtt_image_get(place->image, topic) : NULL;
}

struct cell mqtt_cell(const struct cells *cells, const struct ref *ref)
{
    const struct mqtt_place *place = cells->context;
    if (ref->kind == REF_INDEX)
        return cell_of_text(ref->number < MQTT_LEVELS ? place->index[ref->number] : NULL);
    const struct mqtt_heard *heard = ref->kind == REF_MESSAGE ? mqtt_message_of(cells->arena, place, ref) : NULL;
    if (!heard)
        return cell_of_text(NULL);
    struct mqtt_value value = mqtt_value_ever(heard, ref->message.pointer);
    if (value.kind == MV_BOOLEAN)
        return (struct cell){value.number > 0 ? "true" : "false", value.number};
    if (value.kind == MV_TEXT)
        return cell_of_text(arena_strdup(cells->arena, value.text));
    return cell_of_number(cells->arena, value.number);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_live.h"

#include "daemon/cli_table.h"
#include "daemon/people.h"
#include "daemon/wire_text.h"

#include <math.h>
#include <string.h>
#include <time.h>

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *cli_live_ago(char *buffer, size_t size, const char *time, int64_t now)
{
    int64_t ms;
    if (!*time || wire_time_parse(time, &ms) < 0) {
        snprintf(buffer, size, "never");
        return buffer;
    }
    double s = (double)(now - ms) / 1e3;
    if (s < 120)
        snprintf(buffer, size, "%.0f s ago", s > 0 ? s : 0);
    else if (s < 7200)
        snprintf(buffer, size, "%.0f min ago", s / 60);
    else if (s < 172800)
        snprintf(buffer, size, "%.0f h ago", s / 3600);
    else
        snprintf(buffer, size, "%.0f days ago", s / 86400);
    return buffer;
}

const char *cli_live_value(char *buffer, size_t size, const json_t *object, const char *name)
{
    const char *quantity = strrchr(name, '/');
    enum quantity q = quantity_parse(quantity ? quantity + 1 : name);
    double value = number_of(object, "value");
    if (q != Q_NONE)
        return people_value(buffer, size, q, value);
    if (isnan(value))
        snprintf(buffer, size, "-");
    else
        snprintf(buffer, size, "%.4g %s", value, text_of(object, "unit"));
    return buffer;
}

static void put_ms(struct table *table, double ms)
{
    if (isnan(ms))
        table_text(table, "-");
    else if (ms < 10)
        table_add(table, "%.1f ms", ms);
    else
        table_add(table, "%.0f ms", ms);
}

void cli_live_devices(FILE *out, const json_t *status)
{
    static const char *const titles[] = {"DEVICE", "ROOM",    "STATE",    "PROFILE", "LAST ANSWER",
                                         ">POLLS", ">FAILED", ">LATENCY", ">LATE",   NULL};
    struct table *table = table_new(titles);
    size_t i;
    const json_t *device;
    json_array_foreach(json_object_get(status, "devices"), i, device)
    {
        char ago[32];
        table_text(table, text_of(device, "id"));
        table_text(table, text_of(device, "room"));
        table_text(table, text_of(device, "state"));
        table_text(table, text_of(device, "profile"));
        table_text(table, cli_live_ago(ago, sizeof ago, text_of(device, "last_ok"), now_ms()));
        table_add(table, "%.0f", number_of(device, "polls"));
        table_add(table, "%.0f", number_of(device, "failures"));
        put_ms(table, number_of(device, "latency_ms"));
        put_ms(table, number_of(device, "jitter_p99_ms"));
    }
    if (i)
        table_print(table, out);
    else
        fputs("no devices\n", out);
    table_free(table);
}

/* The quality in words, where it is not simply good; a figure is of no device. */
static const char *quality_words(const char *quality, bool figure)
{
    static const struct {
        const char *name, *words;
    } words[] = {
        {"good", ""},
        {"estimated", "estimated"},
        {"silent", "device silent"},
        {"stale", "no longer changes"},
        {"sentinel", "not measured"},
        {"implausible", "not plausible"},
    };
    if (figure && !strcmp(quality, "silent"))
        return "unknown";
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (!strcmp(words[i].name, quality))
            return words[i].words;
    return quality;
}

void cli_live_points(FILE *out, const json_t *points, size_t most)
{
    static const char *const titles[] = {"POINT", ">VALUE", "QUALITY", "LABEL", "ROOM", "RACK", "FEED", "AGE", NULL};
    struct table *table = table_new(titles);
    size_t i;
    const json_t *point;
    json_array_foreach(points, i, point)
    {
        char buffer[64];
        if (i == most)
            break;
        table_text(table, text_of(point, "point"));
        table_text(table, cli_live_value(buffer, sizeof buffer, point, text_of(point, "point")));
        table_text(table, quality_words(text_of(point, "quality"), strstr(text_of(point, "point"), "/kpi/") != NULL));
        table_text(table, text_of(point, "label"));
        table_text(table, text_of(point, "room"));
        table_text(table, text_of(point, "rack"));
        table_text(table, text_of(point, "feed"));
        table_text(table, cli_live_ago(buffer, sizeof buffer, text_of(point, "ts"), now_ms()));
    }
    table_print(table, out);
    table_free(table);
}

void cli_live_alerts(FILE *out, const json_t *alerts)
{
    static const char *const titles[] = {"SINCE", "RULE", "ROOM", "DEVICE", "ALERT", NULL};
    struct table *table = table_new(titles);
    size_t i;
    const json_t *alert;
    json_array_foreach(alerts, i, alert)
    {
        char buffer[40];
        int64_t since = 0;
        bool known = wire_time_parse(text_of(alert, "since"), &since) == 0;
        table_text(table, known ? people_time(buffer, sizeof buffer, since) : "-");
        table_text(table, text_of(alert, "rule"));
        table_text(table, text_of(alert, "room"));
        table_text(table, text_of(alert, "device"));
        table_text(table, text_of(alert, "text"));
    }
    if (i)
        table_print(table, out);
    else
        fputs("no alerts\n", out);
    table_free(table);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the page keeps of the daemon's answers, and makes of them. Covers web_model web_query web_world web_speech
 * web_catalog room_state web_child_books. */
#include "daemon/room_state.h"
#include "daemon/web_catalog.h"
#include "daemon/web_child.h"
#include "daemon/web_query.h"
#include "daemon/web_speech.h"
#include "daemon/web_world.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define POINT(name, value, rest)                  \
    "{\"point\": \"" name "\", \"value\": " value \
    ", \"quality\": \"good\", \"ts\": \"2026-11-22T04:47:26.000Z\", \"room\": \"r\"" rest "}"

static const char answer[] =
    "{\"status\": {\"site\": \"s\", \"devices\": [{\"id\": \"pdu-a\", \"state\": \"online\"}, {\"id\": "
    "\"pdu-b\", \"state\": \"offline\"}]},"
    "\"kpi\": [{\"id\": \"ipue\", \"scope\": \"r\", \"value\": 1.31176, \"name\": \"iPUE2\", \"category\": 2, "
    "\"coverage\": 0.9968,"
    " \"uncertainty\": 0.01367, \"estimated\": 0, \"from\": \"2026-11-21T07:30:00.000Z\", \"to\": "
    "\"2026-11-22T07:30:00.000Z\"}],"
    "\"alerts\": [], \"points\": [" POINT("pdu-a/total/active_power", "1000", ", \"role\": \"it\", \"rack\": \"k1\", \"feed\": \"A\"") "," POINT(
        "pdu-b/total/active_power", "500",
        ", \"role\": \"it\", \"rack\": \"k1\", \"feed\": \"B\"") "," POINT("pdu-a/total/current", "8",
                                                                           ", \"rating\": 16, \"rack\": "
                                                                           "\"k1\"") "," POINT("pdu-b/total/"
                                                                                               "current",
                                                                                               "3",
                                                                                               ", \"rating\": "
                                                                                               "16, \"rack\": "
                                                                                               "\"k1\"") "," POINT("pdu"
                                                                                                                   "-a/"
                                                                                                                   "sen"
                                                                                                                   "sor"
                                                                                                                   "-01"
                                                                                                                   "/te"
                                                                                                                   "mpe"
                                                                                                                   "rat"
                                                                                                                   "ur"
                                                                                                                   "e",
                                                                                                                   "24."
                                                                                                                   "5",
                                                                                                                   ", "
                                                                                                                   "\"r"
                                                                                                                   "ack"
                                                                                                                   "\":"
                                                                                                                   " \""
                                                                                                                   "k1"
                                                                                                                   "\"") "," POINT("ac/total/active_power",
                                                                                                                                   "300",
                                                                                                                                   ", \"role\": \"cooling\"") ","
                                                                                                                                                              "{\"point\": \"nonsense\"}]}";

struct site {
    struct web_model model;
    struct room_config room;
    struct rack_config rack;
    struct device_config device[3];
    struct part_config part;
    struct source_config source;
    struct config config;
};

static int setup(void **state)
{
    struct site *s = calloc(1, sizeof *s);
    s->room = (struct room_config){.id = "r", .title = "Room"};
    s->rack = (struct rack_config){.id = "k1", .room = 0};
    s->part = (struct part_config){.part = "sensor-01", .place = PLACE_RACK_INLET};
    s->device[0] = (struct device_config){
        .id = "pdu-a", .room = 0, .rack = 0, .role = ROLE_IT, .feed = "A", .share = 1, .n_parts = 1, .part = &s->part};
    s->device[1] =
        (struct device_config){.id = "pdu-b", .room = 0, .rack = 0, .role = ROLE_IT, .feed = "B", .share = 1};
    s->device[2] = (struct device_config){.id = "ac", .room = 0, .rack = NO_INDEX, .role = ROLE_COOLING, .share = 1};
    s->source = (struct source_config){.id = "light", .room = 0, .role = ROLE_LIGHTING, .constant = 120};
    s->config = (struct config){.site = "s",
                                .n_rooms = 1,
                                .room = &s->room,
                                .n_racks = 1,
                                .rack = &s->rack,
                                .n_devices = 3,
                                .device = s->device,
                                .n_sources = 1,
                                .source = &s->source};
    assert_int_equal(web_model_take(&s->model, answer, strlen(answer), 5000), 0);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct site *s = *state;
    web_model_done(&s->model);
    free(s);
    return 0;
}

static void test_model(void **state)
{
    struct site *s = *state;
    assert_true(s->model.up);
    assert_int_equal(s->model.n, 6); /* a name that is none is left out */
    const struct web_point *p = web_model_point(&s->model, "%s/total/%s", "pdu-a", "current");
    assert_non_null(p);
    assert_string_equal(p->device, "pdu-a");
    assert_string_equal(p->part, "total");
    assert_float_equal(p->rating, 16, 0);
    assert_int_equal(p->ts_ms, 1795322846000);
    assert_null(web_model_point(&s->model, "pdu-a/none"));
    assert_string_equal(web_text(web_model_device(&s->model, "pdu-b"), "state"), "offline");
    assert_non_null(web_model_kpi(&s->model, "r", "ipue"));
    assert_null(web_model_kpi(&s->model, "site", "ipue"));
    /* an answer that is none changes nothing; a daemon that is down leaves what was told */
    assert_int_equal(web_model_take(&s->model, "[]", 2, 6000), -EBADMSG);
    assert_true(s->model.up);
    assert_int_equal(web_model_take(&s->model, "{\"error\": \"nobody there\"}", 24, 7000), -EBADMSG);
    assert_int_equal(web_model_take(&s->model, "{\"error\": \"nobody there\"}", 25, 7000), 0);
    assert_false(s->model.up);
    assert_string_equal(s->model.words, "nobody there");
    assert_int_equal(s->model.told_ms, 5000);
    assert_int_equal(s->model.n, 6);
}

static void test_room(void **state)
{
    struct site *s = *state;
    struct room_state *room = room_state_gather(&s->config, &s->model, 0);
    assert_float_equal(room->role_w[ROLE_IT], 1500, 0);
    assert_float_equal(room->role_w[ROLE_LIGHTING], 120, 0);
    assert_int_equal(room->role_assumed[ROLE_LIGHTING], 1);
    assert_false(room->grid);
    assert_float_equal(room->total_w, 420, 0); /* cooling and light: IT without a UPS in front is the grid's to tell */
    assert_int_equal(room->n_feeds, 2);
    assert_float_equal(room->feed_w[room_state_feed(room, "B")], 500, 0);
    assert_int_equal(room_state_feed(room, "C"), ROOM_FEEDS);
    assert_int_equal(room->n_racks, 1);
    assert_float_equal(room->rack[0].w, 1500, 0);
    assert_float_equal(room->rack[0].feed_w[0], 1000, 0);
    assert_float_equal(room->fullest.part, 0.5, 1e-9);
    assert_string_equal(room->fullest.point->device, "pdu-a");
    assert_float_equal(room->inlet_high, 24.5, 0);
    assert_ptr_equal(room->warmest, &room->rack[0]);
    assert_int_equal(room->devices, 3);
    assert_int_equal(room->online, 1);
    assert_int_equal(room->silent, 1);
    room_state_free(room);
}

/* A missing meter makes a sum unknown, never smaller. */
static void test_room_unknown(void **state)
{
    struct site *s = *state;
    s->model.point[1].quality = QL_SILENT;
    struct room_state *room = room_state_gather(&s->config, &s->model, 0);
    assert_true(isnan(room->role_w[ROLE_IT]));
    assert_true(isnan(room->rack[0].w));
    assert_float_equal(room->feed_w[0], 1000, 0);
    room_state_free(room);

    /* nobody answered yet: no number at all, though light is a constant of the configuration */
    const struct web_model nothing = {0};
    room = room_state_gather(&s->config, &nothing, 0);
    assert_true(isnan(room->total_w));
    assert_true(isnan(room->role_w[ROLE_IT]));
    assert_int_equal(room->online, 0);
    room_state_free(room);
}

static void test_values(void **state)
{
    struct site *s = *state;
    const struct web_world world = {
        .config = &s->config, .model = &s->model, .language = "nl", .decimal = ',', .now_ms = 90000};
    static const struct {
        enum quantity quantity;
        double value;
        const char *number, *unit;
    } rows[] = {
        {Q_ACTIVE_POWER, 3450, "3,45", "kW"},
        {Q_TEMPERATURE, -4.25, "−4,2", "°C"},
        {Q_FLOW, 9.5, "9,50", "m³/h"},
        {Q_ENERGY, 108189000, "108189,0", "kWh"},
        {Q_CURRENT, NAN, "–", ""},
        {Q_POWER_FACTOR, 0.94, "0,94", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char number[48], unit[16];
        web_value_text(&world, rows[i].quantity, rows[i].value, number, unit);
        assert_string_equal(number, rows[i].number);
        assert_string_equal(unit, rows[i].unit);
    }
    json_t *figure = web_figure(&world, web_model_kpi(&s->model, "r", "ipue"));
    assert_string_equal(web_text(json_object_get(figure, "value"), "v"), "1,312");
    assert_string_equal(web_text(json_object_get(figure, "uncertainty"), "v"), "± 0,014");
    assert_string_equal(web_text(json_object_get(figure, "coverage"), "v"), "99,7 %");
    assert_int_equal(json_integer_value(json_object_get(figure, "category")), 2);
    assert_null(json_object_get(figure, "estimated"));
    json_decref(figure);
    char text[60];
    assert_string_equal(web_ago(&world, text, 60000), "30 s ago");
    assert_string_equal(web_ago(&world, text, 0), "never");
}

static void test_query(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        int r;
    } rows[] = {
        {"room", "leuven", 0},
        {"what", "pdu-1/inlet-1-l1/current", 0},
        {"from", "2026-11-22T04:47:26+01:00", 0},
        {"utm", "<anything>", 0},
        {"room", "", 0},
        {"room", NULL, 0},
        {"room", "<b>", -EINVAL},
        {"what", "a;b", -EINVAL},
        {"from", "a\"b", -EINVAL},
        {"lang", "english", -EINVAL},
        {"what", "a\nb", -EINVAL},
        {"period", "%2e", -EINVAL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct web_query query = {0};
        char words[160] = "";
        assert_int_equal(web_query_put(&query, rows[i].name, rows[i].value, words), rows[i].r);
        assert_int_equal(*words != '\0', rows[i].r < 0);
    }
}

static void test_accept(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum speech_language language;
    } rows[] = {
        {NULL, SPEECH_EN},
        {"nl", SPEECH_NL},
        {"nl-BE,nl;q=0.9,en;q=0.8", SPEECH_NL},
        {"de, fr;q=0.8, nl;q=0.5", SPEECH_FR},
        {"de", SPEECH_EN},
        {"en;q=0.2,NL;q=0.3", SPEECH_NL},
        {",,;q=,fr", SPEECH_FR},
        {"fr;q=0, nl;q=0", SPEECH_EN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(speech_accept(rows[i].header), rows[i].language);
    assert_int_equal(speech_parse("fr"), SPEECH_FR);
    assert_int_equal(speech_parse("xx"), -1);
}

static void test_catalog(void **state)
{
    char path[1024];
    struct catalog *catalog = NULL;
    (void)state;
    snprintf(path, sizeof path, "%s/systemd/wattwacht.catalog", getenv("WATTWACHT_SOURCE"));
    assert_int_equal(catalog_load(path, &catalog), 0);
    json_t *alert = json_loads("{\"device\": \"pdu-<1>\", \"value\": 12.5, \"unit\": \"A\"}", 0, NULL);
    json_t *explained = catalog_explain(catalog, "device-silent", alert);
    assert_string_equal(web_text(explained, "subject"), "Device pdu-<1> does not answer");
    assert_true(json_array_size(json_object_get(explained, "text")) == 2);
    assert_non_null(strstr(json_string_value(json_array_get(json_object_get(explained, "text"), 1)),
                           "asks it once and says what came."));
    json_decref(explained);
    explained = catalog_explain(catalog, "a-rule-of-the-site", alert);
    assert_string_equal(web_text(explained, "subject"), "A threshold of the site is passed");
    json_decref(explained);
    explained = catalog_explain(NULL, "clock", alert);
    assert_string_equal(web_text(explained, "subject"), "");
    json_decref(explained);
    json_decref(alert);
    catalog_free(catalog);
    assert_int_equal(catalog_load("/nonexistent", &catalog), -ENOENT);
}

/* Without a ledger there are words, not numbers. */
static void test_books(void **state)
{
    struct site *s = *state;
    const struct web_books_place place = {.state = "/nonexistent", .config = &s->config};
    static const char *const requests[] = {"{\"do\": \"energy\", \"device\": \"pdu-a\"}",
                                           "{\"do\": \"peaks\", \"room\": \"r\"}",
                                           "{\"do\": \"device\", \"device\": \"../x\"}",
                                           "{\"do\": \"nothing\"}",
                                           "{}",
                                           "{\"do\": \"history\", \"days\": 3}",
                                           "{\"do\": \"report\", \"format\": \"exe\"}"};
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        json_t *request = json_loads(requests[i], 0, NULL), *told = web_books_answer(&place, request, 1795322846000);
        assert_true(*web_text(told, "error") != '\0');
        json_decref(told);
        json_decref(request);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_model, setup, teardown),
        cmocka_unit_test_setup_teardown(test_room, setup, teardown),
        cmocka_unit_test_setup_teardown(test_room_unknown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_values, setup, teardown),
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_accept),
        cmocka_unit_test(test_catalog),
        cmocka_unit_test_setup_teardown(test_books, setup, teardown),
    };
    return cmocka_run_group_tests_name("web_model", tests, NULL, NULL);
}

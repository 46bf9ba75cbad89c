/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the loader (profile_set, profile_head, profile_tables, profile_read, profile_lists, profile_match_read) says of
 * profiles that are wrong: one row a mistake, with the exact line. */
#include "drivers/profile.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD                                                                                                        \
    "name: bad\nversion: 1\ntitle: t\nvendor: v\nkind: pdu\nprotocol: snmp\nconfidence: low\nsources: s\nvectors: " \
    "[]\n"
#define MODBUS                                                                                                 \
    "name: bad\nversion: 1\ntitle: t\nvendor: v\nkind: meter\nprotocol: modbus\nconfidence: low\nsources: s\n" \
    "vectors: []\n"
#define TABLE HEAD "tables:\n  t:\n    entry: 1.3.6.1.4.1.1.1\n    index: [row]\n    points:\n      - "

#define MQTT                                                                                                 \
    "name: bad\nversion: 1\ntitle: t\nvendor: v\nkind: meter\nprotocol: mqtt\nconfidence: low\nsources: s\n" \
    "vectors: []\n"
#define TOPICS MQTT "tables:\n  t:\n    topic: ./+/state\n    index: [part]\n    points:\n      - "

static const struct {
    const char *name, *text, *line; /* line: without the file; NULL: no mistake */
} rows[] = {
    {"a good table", TABLE "{from: .5, part: total, quantity: voltage, unit: V}\n", NULL},
    {"good registers", MODBUS "points:\n  - {from: 12/f32/cdab, part: total, quantity: voltage, unit: V}\n", NULL},
    {"good object", HEAD "points:\n  - {from: 1.3.6.1.4.1.1.0, part: output-l1, quantity: current, unit: mA}\n", NULL},
    {"good message", MQTT "points:\n  - {from: ./a#/x/y, part: total, quantity: voltage, unit: V}\n", NULL},
    {"good topic in the middle",
     MQTT "points:\n  - {from: tele/%topic%/S#/x, part: total, quantity: voltage, unit: V}\n", NULL},
    {"good topics", TOPICS "{from: row#/voltage, part: index.part, quantity: voltage, unit: V}\n", NULL},
    {"good payload", TOPICS "{from: row, part: index.part, quantity: voltage, unit: V}\n", NULL},
    {"pointer without its slash", MQTT "points:\n  - {from: .#power, part: total, quantity: voltage, unit: V}\n",
     "11:12: from: '.#power' is not a source: expected ./TOPIC#/POINTER, .#/POINTER, row#/POINTER, index.NAME or "
     "param.NAME"},
    {"wildcard in a source", MQTT "points:\n  - {from: ./+/state#/x, part: total, quantity: voltage, unit: V}\n",
     "11:12: from: './+/state#/x' is not a source: expected ./TOPIC#/POINTER, .#/POINTER, row#/POINTER, index.NAME or "
     "param.NAME"},
    {"OID in messages", MQTT "points:\n  - {from: 1.3.6.1.4.1.1.0, part: total, quantity: voltage, unit: V}\n",
     "11:12: from: '1.3.6.1.4.1.1.0' is not a source: expected ./TOPIC#/POINTER, .#/POINTER, row#/POINTER, index.NAME "
     "or param.NAME"},
    {"part of the index as the value", TOPICS "{from: index.part, part: total, quantity: power_factor}\n",
     "15:9: from: expected a field of a message, like ./status#/power"},
    {"topics without their names",
     MQTT
     "tables:\n  t:\n    topic: ./+/+\n    index: [a]\n    points: [{from: row, part: total, quantity: energy, unit: "
     "Wh}]\n",
     "12:5: topic: expected a topic like ./+/state, with a + for each part of the index"},
    {"topics in SNMP",
     HEAD "tables:\n  t:\n    topic: ./+\n    index: [a]\n    points: [{from: .5, part: total, quantity: energy, unit: "
          "Wh}]\n",
     "12:5: topic: only messages have topics"},
    {"recognition of messages", MQTT "match: [{exists: 1.3.6.1.2.1.1.1.0}]\npoints: []\n",
     "10:1: match: what publishes is not asked: the site names the profile"},
    {"access of another protocol", MQTT "snmp: {bulk: yes}\npoints: []\n",
     "10:1: snmp: the protocol of this profile is mqtt"},
    {"misspelt key of a point", TABLE "{from: .5, part: total, quantity: voltage, unti: V, unit: V}\n",
     "15:52: unti: unknown key, did you mean 'unit'?"},
    {"misspelt quantity", TABLE "{from: .5, part: total, quantity: activ_power, unit: W}\n",
     "15:43: quantity: 'activ_power' is not a quantity, did you mean 'active_power'?"},
    {"unit of another quantity", TABLE "{from: .5, part: total, quantity: voltage, unit: kW}\n",
     "15:9: unit: 'kW' does not measure voltage (voltage), expected a unit as in 230V"},
    {"no unit", TABLE "{from: .5, part: total, quantity: energy}\n",
     "15:9: unit: missing: the unit of the scaled number"},
    {"state without names", TABLE "{from: .5, part: total, quantity: state}\n",
     "15:9: states: missing: a state needs the names of its numbers"},
    {"no part", TABLE "{from: .5, quantity: power_factor}\n",
     "15:9: part: missing: the part that the value belongs to"},
    {"part without its number", TABLE "{from: .5, part: outlet, quantity: power_factor}\n",
     "15:9: number: missing: this part needs a number"},
    {"part that is none", TABLE "{from: .5, part: socket-1, quantity: power_factor}\n",
     "15:9: part: not a part, expected one like total, inlet-1 or output-l1"},
    {"phase that is none", TABLE "{from: .5, part: total, phase: l4, quantity: power_factor}\n",
     "15:9: phase: expected one of: l1 l2 l3 n l1l2 l2l3 l3l1"},
    {"no source", TABLE "{part: total, quantity: power_factor}\n", "15:9: from: missing: where the value is"},
    {"source of another table kind", TABLE "{from: 1.3.6.1.4.1.1.0, part: total, quantity: power_factor}\n",
     "15:9: from: expected a column of this table, like .5"},
    {"index part that does not exist", TABLE "{from: .5, part: outlet, number: index.outlet, quantity: power_factor}\n",
     "15:42: number: 'index.outlet' is not a source: expected .COLUMN, index.NAME, JOIN.COLUMN, param.NAME (each "
     "declared) or a whole OID"},
    {"join that does not exist", TABLE "{from: .5, part: total, label: names.3, quantity: power_factor}\n",
     "15:40: label: 'names.3' is not a source: expected .COLUMN, index.NAME, JOIN.COLUMN, param.NAME (each declared) "
     "or a whole OID"},
    {"param that is not declared",
     TABLE "{from: .5, part: total, quantity: current, unit: A, scale: {from: param.ct}}\n",
     "15:68: scale: 'param.ct' is not a source: expected .COLUMN, index.NAME, JOIN.COLUMN, param.NAME (each declared) "
     "or a whole OID"},
    {"scale with a decimal comma", TABLE "{from: .5, part: total, quantity: current, unit: A, scale: [0,1]}\n",
     "15:69: '0': expected a factor other than 0"},
    {"scale that is a word", TABLE "{from: .5, part: total, quantity: current, unit: A, scale: tenth}\n",
     "15:68: scale: 'tenth' is not a number with a decimal point, like 0.1"},
    {"rule of a scale that does not exist",
     TABLE "{from: .5, part: total, quantity: current, unit: A, scale: {from: .6, as: digit}}\n",
     "15:83: as: 'digit' is not one of: constant times over exponent digits signed si; did you mean 'digits'?"},
    {"condition with two tests",
     TABLE "{from: .5, part: total, quantity: power_factor, when: {.6: {not: 1, below: 2}}}\n",
     "15:68: .6: expected one test: in, not, below, above, between, like, bit, present or same"},
    {"validity by a word", TABLE "{from: .5, part: total, quantity: power_factor, valid: {.6: ok}}\n",
     "15:9: valid: expected a source that is polled, tested by numbers"},
    {"regular expression", TABLE "{from: .5, part: total, quantity: power_factor, when: {.6: {like: \"(\"}}}\n",
     "15:75: like: '(' is not a regular expression: Unmatched ( or \\("},
    {"range the wrong way round", TABLE "{from: .5, part: total, quantity: power_factor, range: [1, 0]}\n",
     "15:64: range: expected [LOWEST, HIGHEST] in the base unit"},
    {"cases without by", TABLE "{from: .5, part: total, cases: {1: {quantity: power_factor}}}\n",
     "15:9: cases: expected `by: SOURCE` and `cases: {WORD: {keys}}`"},
    {"aspect", TABLE "{from: .5, part: total, quantity: power_factor, aspect: highest}\n",
     "15:65: aspect: 'highest': expected peak, average, minimum, maximum, setpoint, rating or threshold"},
    {"register type", MODBUS "points:\n  - {from: 12/float, part: total, quantity: power_factor}\n",
     "11:12: from: '12/float' is not a source: expected [SPACE:]ADDRESS[/TYPE[/ORDER]] like input:52/f32, or "
     "param.NAME (declared)"},
    {"register out of the room", MODBUS "points:\n  - {from: 65535/f32, part: total, quantity: power_factor}\n",
     "11:12: from: '65535/f32' is not a source: expected [SPACE:]ADDRESS[/TYPE[/ORDER]] like input:52/f32, or "
     "param.NAME (declared)"},
    {"access of the other protocol", HEAD "modbus: {space: input}\npoints: []\n",
     "10:1: modbus: the protocol of this profile is snmp"},
    {"name of the file",
     "name: good\nversion: 1\ntitle: t\nvendor: v\nkind: pdu\nprotocol: snmp\nconfidence: low\n"
     "sources: s\nvectors: []\npoints: []\n",
     "1:1: name: 'good' is not the name of the file"},
    {"no points at all", HEAD, "1:1: tables: missing: a profile without points is of no use"},
    {"unknown include", HEAD "points: []\ninclude: [apc]\n",
     "1:1: include: 'apc' is not another profile of the same protocol"},
    {"unknown match test", HEAD "points: []\nmatch:\n  - {sysobjectId: 1.3.6}\n",
     "12:6: sysobjectId: unknown test, did you mean 'sysobjectid'?"},
    {"computed of nothing", HEAD "points: []\ncomputed:\n  - {point: total/energy}\n",
     "12:5: expected {point: PART/QUANTITY} and one of sum: [...], mean: [...], product: [...], ratio: [A, B], "
     "difference: [A, B]"},
    {"version missing",
     "name: bad\ntitle: t\nvendor: v\nkind: pdu\nprotocol: snmp\nconfidence: low\nsources: s\n"
     "vectors: []\npoints: []\n",
     "1:1: version: missing: counts up with each change of points"},
};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_mistakes(void **state)
{
    (void)state;
    char dir[] = "/tmp/wattwacht-profile-XXXXXX", path[80], expected[500];
    unsigned wrong = 0;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/bad.yaml", dir);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct diag *diag = diag_new();
        struct profile_set *set = NULL;
        const char *dirs[] = {dir};
        write_file(path, rows[i].text);
        int r = profile_set_load(dirs, 1, diag, &set);
        const char *first = diag_first(diag);
        snprintf(expected, sizeof expected, "%s:%s", path, rows[i].line ? rows[i].line : "");
        if ((r == 0) != !rows[i].line || (rows[i].line && strcmp(first ? first : "", expected) != 0)) {
            print_error("%s:\n  got      %s\n  expected %s\n", rows[i].name, first ? first : "nothing", expected);
            wrong++;
        }
        profile_set_unref(set);
        diag_free(diag);
    }
    unlink(path);
    rmdir(dir);
    assert_int_equal(wrong, 0);
}

static void test_same_name_twice(void **state)
{
    (void)state;
    char one[] = "/tmp/wattwacht-profile-XXXXXX", two[] = "/tmp/wattwacht-profile-XXXXXX", path[2][80];
    assert_non_null(mkdtemp(one));
    assert_non_null(mkdtemp(two));
    const char *dirs[] = {one, "/nonexistent/profiles", two};
    snprintf(path[0], sizeof path[0], "%s/bad.yaml", one);
    snprintf(path[1], sizeof path[1], "%s/bad.yaml", two);
    write_file(path[0], HEAD "points: []\n");
    write_file(path[1], HEAD "points: []\n");
    struct diag *diag = diag_new();
    struct profile_set *set = NULL;
    char expected[200];
    assert_int_equal(profile_set_load(dirs, 3, diag, &set), -EINVAL);
    snprintf(expected, sizeof expected, "%s:1:1: name: 'bad' is in %s already", path[1], path[0]);
    assert_string_equal(diag_first(diag), expected);
    diag_free(diag);
    for (int i = 0; i < 2; i++)
        unlink(path[i]);
    rmdir(one);
    rmdir(two);
}

/* A mistake stops only the profile that it is in, and those that include that one. */
static void test_sound(void **state)
{
    (void)state;
    char dir[] = "/tmp/wattwacht-profile-XXXXXX", path[3][80], expected[200];
    static const char *const names[] = {"bad", "good", "upon"};
    assert_non_null(mkdtemp(dir));
    for (int i = 0; i < 3; i++)
        snprintf(path[i], sizeof path[i], "%s/%s.yaml", dir, names[i]);
    write_file(path[0], HEAD "points: [{from: .3, quantity: curent}]\n");
    char text[2000];
    const char *tail = strchr(HEAD, '\n');
    snprintf(text, sizeof text, "name: good%spoints: []\n", tail);
    write_file(path[1], text);
    snprintf(text, sizeof text, "name: upon%sinclude: [bad]\n", tail);
    write_file(path[2], text);
    struct diag *diag = diag_new();
    struct profile_set *set;
    const char *dirs[] = {dir};
    profile_set_load_sound(dirs, 1, NULL, diag, &set);
    assert_int_equal(diag_errors(diag), 0);
    assert_int_equal(diag_warnings(diag), 2);
    assert_int_equal(profile_count(set), 1);
    assert_non_null(profile_find(set, "good"));
    assert_null(profile_left_out(set, "good"));
    assert_int_equal(profile_count_left_out(set), 2);
    snprintf(expected, sizeof expected, "%s:", path[0]);
    assert_int_equal(strncmp(profile_left_out(set, "bad"), expected, strlen(expected)), 0);
    assert_non_null(strstr(profile_left_out(set, "upon"), "include: 'bad'"));
    profile_set_unref(set);
    diag_free(diag);
    /* of some only: the others are not read, so that nothing is said of them; what these include is */
    static const struct {
        const char *const only[3];
        size_t found, left_out;
    } some[] = {{{NULL}, 0, 0}, {{"good", NULL}, 1, 0}, {{"upon", NULL}, 0, 2}, {{"none", "good", NULL}, 1, 0}};
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        size_t n_names;
        diag = diag_new();
        profile_set_load_sound(dirs, 1, some[i].only, diag, &set);
        assert_int_equal(diag_warnings(diag), some[i].left_out);
        assert_int_equal(profile_count(set), some[i].found);
        assert_int_equal(profile_count_left_out(set), some[i].left_out);
        assert_string_equal(profile_names(set, &n_names)[2], "upon");
        assert_int_equal(n_names, 3);
        profile_set_unref(set);
        diag_free(diag);
    }
    for (int i = 0; i < 3; i++)
        unlink(path[i]);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sound), cmocka_unit_test(test_mistakes),
                                       cmocka_unit_test(test_same_name_twice)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* field and field_read, with diag and arena: tables of keys to structs, mistakes to words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "drivers/field.h"

#include <string.h>

struct inner {
    const char *key;
    double power;
};

struct outer {
    const char *name;
    bool on;
    unsigned count;
    int64_t every_us;
    double limit;
    int colour;
    struct field_items rooms;
};

static const char *const colours[] = {"red", "green", NULL};

static const struct field inner_fields[] = {
    {.name = "power", .read = field_value, .offset = offsetof(struct inner, power), .dimension = D_POWER, .help = "p"},
    {0},
};

static const struct field outer_fields[] = {
    {.name = "name", .read = field_id, .offset = offsetof(struct outer, name), .required = true, .help = "its name"},
    {.name = "on", .read = field_bool, .offset = offsetof(struct outer, on), .initial = "yes", .help = "h"},
    {.name = "count", .read = field_count, .offset = offsetof(struct outer, count), .help = "h"},
    {.name = "every",
     .read = field_duration,
     .offset = offsetof(struct outer, every_us),
     .initial = "10s",
     .help = "h"},
    {.name = "limit",
     .read = field_value,
     .offset = offsetof(struct outer, limit),
     .dimension = D_CURRENT,
     .help = "h"},
    {.name = "colour", .read = field_choice, .offset = offsetof(struct outer, colour), .arg = colours, .help = "h"},
    {.name = "rooms",
     .read = field_map_of,
     .offset = offsetof(struct outer, rooms),
     .arg = inner_fields,
     .size = sizeof(struct inner),
     .help = "h"},
    {0},
};

static int read_text(struct arena *arena, struct diag *diag, const char *text, struct outer *into)
{
    struct yaml_node *root;
    int r = yaml_load_text(arena, "f", text, strlen(text), diag, &root);
    assert_int_equal(r, 0);
    struct field_reader reader = {.arena = arena, .diag = diag};
    return field_read_map(&reader, outer_fields, root, into);
}

static const struct {
    const char *text, *line;
} bad[] = {
    {"name: a\ncuont: 1\n", "f:2:1: cuont: unknown key, did you mean 'count'?"},
    {"name: a\nzzz: 1\n", "f:2:1: zzz: unknown key, expected one of: name on count every limit colour rooms"},
    {"count: 1\n", "f:1:1: name: missing: its name"},
    {"name: Site\n", "f:1:7: name: 'Site' is not a name: expected a-z, 0-9 and '-' inside, at most 32 characters"},
    {"name: kpi\n", "f:1:7: name: 'kpi' is not free: site, kpi and unit-... are reserved names"},
    {"name: a\non: 1\n", "f:2:5: on: '1' is not yes or no"},
    {"name: a\ncount: 010\n", "f:2:8: count: '010' is not a whole number from 0 on"},
    {"name: a\ncount: -1\n", "f:2:8: count: '-1' is not a whole number from 0 on"},
    {"name: a\nevery: 10\n", "f:2:8: every: '10' is not a duration with its unit, like 10s"},
    {"name: a\nlimit: 16\n", "f:2:8: limit: '16' is not a current with its unit, like 16A"},
    {"name: a\nlimit: 0,1A\n", "f:2:8: limit: '0,1A' is not a current with its unit, like 16A"},
    {"name: a\nlimit: nan\n", "f:2:8: limit: 'nan' is not a current with its unit, like 16A"},
    {"name: a\nlimit: [16A]\n", "f:2:8: limit: a list is not a current with its unit, like 16A"},
    {"name: a\ncolour: gren\n", "f:2:9: colour: 'gren' is not one of: red green; did you mean 'green'?"},
    {"name: a\nrooms: {x: {power: 5}}\n", "f:2:20: power: '5' is not a power with its unit, like 3.5kW"},
    {"name: a\nrooms: [x]\n", "f:2:8: rooms: a list is not a map of names"},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct arena *arena = arena_new();
        struct diag *diag = diag_new();
        struct outer outer = {0};
        assert_true(read_text(arena, diag, bad[i].text, &outer) < 0);
        assert_string_equal(diag_first(diag), bad[i].line);
        diag_free(diag);
        arena_free(arena);
    }
}

static void test_good(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct diag *diag = diag_new();
    struct outer outer = {0};
    const char *text = "name: leuven\ncount: 7\nlimit: 500mA\ncolour: green\nrooms: {a: {power: 3.5kW}, b: {}}\n";
    assert_int_equal(read_text(arena, diag, text, &outer), 0);
    assert_string_equal(outer.name, "leuven");
    assert_true(outer.on);
    assert_int_equal(outer.count, 7);
    assert_int_equal(outer.every_us, 10000000);
    assert_float_equal(outer.limit, 0.5, 0);
    assert_int_equal(outer.colour, 1);
    assert_int_equal(outer.rooms.n, 2);
    const struct inner *rooms = outer.rooms.item;
    assert_string_equal(rooms[0].key, "a");
    assert_float_equal(rooms[0].power, 3500, 0);
    assert_string_equal(rooms[1].key, "b");
    diag_free(diag);
    arena_free(arena);
}

/* All mistakes of a file are told in one run. */
static void test_all_at_once(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct diag *diag = diag_new();
    struct outer outer = {0};
    assert_true(read_text(arena, diag, "on: 3\ncount: x\ntypo: 1\n", &outer) < 0);
    assert_int_equal(diag_errors(diag), 4);
    diag_free(diag);
    arena_free(arena);
}

/* Large and small, many and none: what is taken stays where it is and as it was. */
static void test_arena(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    size_t n = 0;
    unsigned *numbers = NULL;
    for (unsigned i = 0; i < 5000; i++) {
        numbers = arena_push(arena, numbers, &n, sizeof *numbers);
        numbers[n - 1] = i;
    }
    for (unsigned i = 0; i < 5000; i++)
        assert_int_equal(numbers[i], i);
    struct wide {
        unsigned number;
        char rest[700];
    } *wide = NULL;
    n = 0;
    for (unsigned i = 0; i < 300; i++) { /* one that is large from its sixth on, with others in between */
        wide = arena_push(arena, wide, &n, sizeof *wide);
        assert_int_equal(wide[n - 1].number + (unsigned)wide[n - 1].rest[699], 0);
        wide[n - 1].number = i;
        (void)arena_alloc(arena, 100);
        (void)arena_alloc(arena, 5000);
    }
    for (unsigned i = 0; i < 300; i++)
        assert_int_equal(wide[i].number, i);
    char *large = arena_alloc(arena, 1 << 20), *text = arena_printf(arena, "%0*d", 600, 7);
    assert_int_equal(large[(1 << 20) - 1], 0);
    assert_int_equal(strlen(text), 600);
    assert_ptr_not_equal(arena_alloc(arena, 0), arena_alloc(arena, 0));
    assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
    arena_free(arena);
}

static void test_many_mistakes(void **state)
{
    (void)state;
    struct diag *diag = diag_new();
    for (int i = 0; i < 300; i++)
        diag_error(diag, (struct place){"f", 1, 1}, "k", "mistake %d", i);
    diag_warn(diag, (struct place){.file = "f"}, NULL, "lost");
    assert_int_equal(diag_errors(diag), 300); /* all counted */
    assert_non_null(diag_line(diag, 199));
    assert_null(diag_line(diag, 200)); /* not all kept */
    assert_int_equal(diag_warnings(diag), 1);
    diag_free(diag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bad), cmocka_unit_test(test_good),
                                       cmocka_unit_test(test_all_at_once), cmocka_unit_test(test_arena),
                                       cmocka_unit_test(test_many_mistakes)};
    return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "drivers/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct bad_row {
    const char *name, *text, *line;
};

static const struct bad_row bad_rows[] = {
    {"key twice", "a: 1\nb: 2\na: 3\n", "f.yaml:3:1: a: given twice, first in line 1"},
    {"anchor", "a: &x 1\n", "f.yaml:1:4: anchors are not used here: write the value out"},
    {"alias", "a: *x\n", "f.yaml:1:4: aliases are not used here: write the value out"},
    {"tag", "a: !!int 3\n", "f.yaml:1:4: tags are not used here: the key decides the type"},
    {"two documents", "a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document: one file holds one"},
    {"list as key", "[1]: 2\n", "f.yaml:1:1: a key must be a plain word"},
    {"latin1", "a: \xe9\n", "f.yaml:1:4: incomplete UTF-8 octet sequence: expected plain UTF-8 text"},
    {"nul inside quotes", "a: \"x\\0y\"\n", "f.yaml:1:4: text with a NUL inside"},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
        struct arena *arena = arena_new();
        struct diag *diag = diag_new();
        struct yaml_node *root = NULL;
        const struct bad_row *row = &bad_rows[i];
        print_message("  %s\n", row->name);
        assert_true(yaml_load_text(arena, "f.yaml", row->text, strlen(row->text), diag, &root) < 0);
        assert_int_equal(root != NULL, i == 0); /* of keys given twice the first is there */
        assert_string_equal(diag_first(diag), row->line);
        diag_free(diag);
        arena_free(arena);
    }
}

static void test_tree(void **state)
{
    (void)state;
    static const char text[] = "site: {name: leuven, list: [1, 'two']}\nempty:\n";
    struct arena *arena = arena_new();
    struct diag *diag = diag_new();
    struct yaml_node *root;
    assert_int_equal(yaml_load_text(arena, "f.yaml", text, strlen(text), diag, &root), 0);
    const struct yaml_node *site = yaml_get(root, "site"), *list = yaml_get(site, "list");
    assert_string_equal(yaml_get(site, "name")->text, "leuven");
    assert_int_equal(yaml_get(site, "name")->at.col, 14);
    assert_int_equal(list->n, 2);
    assert_false(list->item[0]->quoted);
    assert_true(list->item[1]->quoted);
    assert_string_equal(yaml_get(root, "empty")->text, "");
    assert_null(yaml_get(root, "missing"));
    diag_free(diag);
    arena_free(arena);
}

static int load(const char *text, size_t n, struct diag *diag, size_t *ret_pairs)
{
    struct arena *arena = arena_new();
    struct yaml_node *root;
    int r = yaml_load_text(arena, "f.yaml", text, n, diag, &root);
    if (!r)
        *ret_pairs = root->n;
    arena_free(arena);
    return r;
}

static void test_limits(void **state)
{
    (void)state;
    struct diag *diag = diag_new();
    size_t pairs = 99, size = (1 << 20) + 1;
    char *large = calloc(1, size + 1);
    assert_int_equal(load("", 0, diag, &pairs), 0);
    assert_int_equal(pairs, 0);
    assert_int_equal(load("# only words\n", 13, diag, &pairs), 0);
    assert_int_equal(load("\xef\xbb\xbf"
                          "a: 1\r\nb: 2\r\n",
                          15, diag, &pairs),
                     0);
    assert_int_equal(pairs, 2);
    memset(large, '#', size);
    assert_true(load(large, size, diag, &pairs) < 0);
    assert_string_equal(diag_line(diag, 0), "f.yaml: larger than 1 MiB");
    memset(large, '[', 40);
    assert_true(load(large, 40, diag, &pairs) < 0);
    assert_string_equal(diag_line(diag, 1), "f.yaml:1:33: nested more than 32 deep");
    free(large);
    diag_free(diag);
}

/* What is no file is said to be none, at once. */
static void test_no_file(void **state)
{
    (void)state;
    char dir[] = "/tmp/test_yaml.XXXXXX", fifo[64];
    struct arena *arena = arena_new();
    struct diag *diag = diag_new();
    struct yaml_node *root = NULL;
    assert_non_null(mkdtemp(dir));
    snprintf(fifo, sizeof fifo, "%s/a.yaml", dir);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_true(yaml_load_file(arena, fifo, diag, &root) < 0);
    assert_true(yaml_load_file(arena, dir, diag, &root) < 0);
    assert_int_equal(unlink(fifo), 0);
    assert_true(yaml_load_file(arena, fifo, diag, &root) < 0);
    assert_null(root);
    assert_non_null(strstr(diag_line(diag, 0), "a.yaml: cannot be opened: it is no regular file"));
    assert_non_null(strstr(diag_line(diag, 1), ": cannot be opened: it is no regular file"));
    assert_non_null(strstr(diag_line(diag, 2), "a.yaml: cannot be opened: No such file or directory"));
    assert_int_equal(rmdir(dir), 0);
    diag_free(diag);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bad), cmocka_unit_test(test_tree),
                                       cmocka_unit_test(test_limits), cmocka_unit_test(test_no_file)};
    return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}

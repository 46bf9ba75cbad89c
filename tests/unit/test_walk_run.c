/* SPDX-License-Identifier: GPL-3.0-or-later */
/* walk_run: recordings written and read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/walk_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];

static void write_file(const char *text)
{
    snprintf(path, sizeof path, "/tmp/wattwacht-walk-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static const char recording[] = "1.3.6.1.2.1.1.1.0|4x|41504300\r\n"
                                "1.3.6.1.2.1.1.3.0|67|12345\n"
                                "1.3.6.1.2.1.1.4.0|4|Jan Janssens\n"
                                "1.3.6.1.2.1.1.6.0|4|cellar\n"
                                "not a line\n"
                                "1.3.6.1.4.1.9.1|2|-5\n"
                                "1.3.6.1.4.1.9.1|2|6\n" /* the first counts */
                                "1.3.6.1.4.1.9.2|6|1.3.6.1.4.1.318\n"
                                "1.3.6.1.4.1.9.3|70|18446744073709551615\n"
                                "1.3.6.1.4.1.9.4|4e|a\\x00b\\n\n"
                                "1.3.6.1.4.1.9.5|4|10.20.0.11\n"
                                "1.3.6.1.4.1.9.6|4|jan@example.org\n"
                                "1.3.6.1.4.1.9.7|4|with | a bar\n"
                                "1.3.6.1.4.1.9.8|4|6.8.0\n";

static const char written[] = "1.3.6.1.2.1.1.1.0|4x|41504300\n"
                              "1.3.6.1.2.1.1.3.0|67|12345\n"
                              "1.3.6.1.2.1.1.4.0|4|Jan Janssens\n"
                              "1.3.6.1.2.1.1.6.0|4|cellar\n"
                              "1.3.6.1.4.1.9.1|2|-5\n"
                              "1.3.6.1.4.1.9.2|6|1.3.6.1.4.1.318\n"
                              "1.3.6.1.4.1.9.3|70|18446744073709551615\n"
                              "1.3.6.1.4.1.9.4|4x|6100620a\n"
                              "1.3.6.1.4.1.9.5|4|10.20.0.11\n"
                              "1.3.6.1.4.1.9.6|4|jan@example.org\n"
                              "1.3.6.1.4.1.9.7|4|with | a bar\n"
                              "1.3.6.1.4.1.9.8|4|6.8.0\n";

static char *text_of(const struct snmp_image *image, size_t lines)
{
    char *text;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_int_equal(walk_write(image, out), lines);
    fclose(out);
    return text;
}

static void test_there_and_back(void **state)
{
    (void)state;
    struct snmp_image *image = snmp_image_new(), *again = snmp_image_new();
    write_file(recording);
    assert_int_equal(walk_read(path, image), 0);
    unlink(path);
    char *text = text_of(image, 12);
    assert_string_equal(text, written);
    write_file(text);
    assert_int_equal(walk_read(path, again), 0);
    unlink(path);
    char *twice = text_of(again, 12);
    assert_string_equal(twice, text);
    free(text);
    free(twice);
    snmp_image_free(image);
    snmp_image_free(again);
}

static void test_refused(void **state)
{
    (void)state;
    struct snmp_image *image = snmp_image_new();
    write_file("nothing of that kind\n");
    assert_int_equal(walk_read(path, image), -ENODATA);
    unlink(path);
    assert_int_equal(walk_read(path, image), -ENOENT);
    snmp_image_free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests_name("walk_run", tests, NULL, NULL);
}

/*
 * The hand every C test is written in: TEST registers itself, CHECK_* compare and name both sides.
 * Built on cmocka. A test is named as the sentence that it proves.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include "gosset/base.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void test_register(const char *group, const char *name, CMUnitTestFunction function);

#define TEST(group, name)                                                                          \
    static void group##_##name(void);                                                              \
    static void group##_##name##_run(void **state)                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        group##_##name();                                                                          \
    }                                                                                              \
    __attribute__((constructor)) static void group##_##name##_register(void)                       \
    {                                                                                              \
        test_register(#group, #name, group##_##name##_run);                                        \
    }                                                                                              \
    static void group##_##name(void)

/* The check fails the test at the caller's line and says what was found and what was wanted. */
void test_check_text(gos_str got, gos_str want, const char *file, int line);
void test_check_int(int64_t got, int64_t want, const char *file, int line);
void test_check_near(double got, double want, double relative, const char *file, int line);
void test_check_ok(bool done, const gos_error *err, const char *file, int line);
void test_check_fails(bool done, const gos_error *err, gos_code code, const char *pointer,
                      const char *file, int line);

#define CHECK(condition)      assert_true(condition)
#define CHECK_INT(got, want)  test_check_int((int64_t)(got), (int64_t)(want), __FILE__, __LINE__)
#define CHECK_TEXT(got, want) test_check_text((got), gos_str_from(want), __FILE__, __LINE__)
/* Relative to the larger of the two; 0 means equal to the last bit. */
#define CHECK_NEAR(got, want, relative)                                                            \
    test_check_near((got), (want), (relative), __FILE__, __LINE__)
/* `call` must return true; `err` is shown when it does not. */
#define CHECK_OK(call, err) test_check_ok((call), (err), __FILE__, __LINE__)
/* `call` must return false with this code and this pointer. */
#define CHECK_FAILS(call, err, code, pointer)                                                      \
    test_check_fails((call), (err), (code), (pointer), __FILE__, __LINE__)

/* A file below the source folder, whole, in memory that the test's end gives back. */
gos_str test_file(const char *path);
/* The folder of shared reference data, or NULL where it is absent (then call test_skip). */
const char *test_shared_dir(void);
/* Says why and leaves the test as skipped. */
void test_skip(const char *why);
/* A new empty folder that the end of the program removes. */
const char *test_folder(void);

#endif

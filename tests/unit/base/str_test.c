/* Texts that grow, comparisons, and numbers in text. */
#include "base/arena.h"
#include "base/number.h"
#include "base/text.h"
#include "test.h"

#include <float.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TEST(text, grows_and_says_once_that_it_did_not_fit)
{
    gos_error err = {0};
    gos_arena *arena = gos_arena_open(3000);
    struct text text;
    text_init(&text, arena);
    CHECK_TEXT(text_str(&text), "");
    for (int i = 0; i < 100; i++)
        text_print(&text, "%d,", i);
    text_add_char(&text, 'x');
    CHECK_OK(text_ok(&text, &err), &err);
    CHECK_INT(text.len, 291);
    text_print(&text, "%0400d", 7);
    CHECK_INT(text.len, 691);
    for (int i = 0; i < 100; i++)
        text_add(&text, GOS_LIT("0123456789012345678901234567890123456789"));
    CHECK_FAILS(text_ok(&text, &err), &err, GOS_TOO_LARGE, "");
    gos_arena_close(arena);
}

TEST(str, compares_and_searches)
{
    CHECK(str_compare(GOS_LIT("a"), GOS_LIT("ab")) < 0);
    CHECK(str_compare(GOS_LIT("b"), GOS_LIT("ab")) > 0);
    CHECK(str_compare(GOS_LIT(""), (gos_str){NULL, 0}) == 0);
    CHECK(str_compare(GOS_LIT("\xff"), GOS_LIT("a")) > 0);
    CHECK(str_starts_with(GOS_LIT("abc"), GOS_LIT("ab")) &&
          !str_starts_with(GOS_LIT("a"), GOS_LIT("ab")));
    CHECK(str_ends_with(GOS_LIT("abc"), GOS_LIT("bc")) &&
          !str_ends_with(GOS_LIT("c"), GOS_LIT("bc")));
    CHECK(str_contains(GOS_LIT("abc"), GOS_LIT("b")) &&
          !str_contains(GOS_LIT("abc"), GOS_LIT("d")));
    CHECK(str_contains(GOS_LIT(""), GOS_LIT("")) && !str_contains(GOS_LIT(""), GOS_LIT("a")));
    CHECK(str_equal_nocase(GOS_LIT("AbZ["), GOS_LIT("aBz[")));
    CHECK(!str_equal_nocase(GOS_LIT("["), GOS_LIT("{")));
    CHECK_TEXT(str_trim(GOS_LIT(" \t a b \n")), "a b");
    CHECK_TEXT(str_trim(GOS_LIT("  ")), "");
}

TEST(str, cuts_at_the_first_separator)
{
    gos_str rest = GOS_LIT("a,,b");
    CHECK_TEXT(str_cut(&rest, ','), "a");
    CHECK_TEXT(str_cut(&rest, ','), "");
    CHECK_TEXT(str_cut(&rest, ','), "b");
    CHECK_INT(rest.len, 0);
    CHECK_TEXT(str_cut(&rest, ','), "");
}

TEST(str, reads_whole_numbers_to_both_limits)
{
    int64_t value = 0;
    CHECK(str_read_int(GOS_LIT("9223372036854775807"), &value) && value == INT64_MAX);
    CHECK(str_read_int(GOS_LIT("-9223372036854775808"), &value) && value == INT64_MIN);
    CHECK(!str_read_int(GOS_LIT("9223372036854775808"), &value));
    CHECK(!str_read_int(GOS_LIT("-9223372036854775809"), &value));
    CHECK(!str_read_int(GOS_LIT(""), &value) && !str_read_int(GOS_LIT("-"), &value));
    CHECK(!str_read_int(GOS_LIT("+1"), &value) && !str_read_int(GOS_LIT("1 "), &value));
}

TEST(str, reads_decimal_numbers_and_nothing_else)
{
    static const struct {
        const char *text;
        double want;
    } GOOD[] = {{"1", 1},      {"+1.5", 1.5}, {"-.5", -.5},       {"7.", 7},
                {"007", 7},    {"1e3", 1000}, {"2.5E-3", 0.0025}, {"0", 0},
                {"1e-400", 0}, {"0e999", 0},  {"0.1", 0.1},       {"1e22", 1e22}};
    static const char *BAD[] = {"",  "-",   ".",   "e5",  "1e",    "1 ",    " 1",  "1,5",
                                "x", "nan", "inf", "0x1", "1e309", "1.2.3", "--1", "1e+"};
    double value = 0;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        CHECK(str_read_double(gos_str_from(GOOD[i].text), &value));
        CHECK_NEAR(value, GOOD[i].want, 0);
    }
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        CHECK(!str_read_double(gos_str_from(BAD[i]), &value));
}

TEST(str, knows_utf8_from_what_only_looks_like_it)
{
    CHECK(str_is_utf8(GOS_LIT("aé€𝄞")));
    CHECK(str_is_utf8(GOS_LIT("\xf4\x8f\xbf\xbf")) && !str_is_utf8(GOS_LIT("\xf4\x90\x80\x80")));
    CHECK(str_is_utf8(GOS_LIT("\xed\x9f\xbf")) && !str_is_utf8(GOS_LIT("\xed\xa0\x80")));
    CHECK(str_is_utf8(GOS_LIT("\xc2\x80")) && !str_is_utf8(GOS_LIT("\xc1\xbf")));
    CHECK(str_is_utf8(GOS_LIT("\xe0\xa0\x80")) && !str_is_utf8(GOS_LIT("\xe0\x9f\xbf")));
    CHECK(!str_is_utf8(GOS_LIT("\x80")) && !str_is_utf8(GOS_LIT("\xe2\x82")));
}

static uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void check_round_trip(double value)
{
    char text[32];
    double back = 0;
    size_t len = double_write(value, text);
    CHECK_INT(len, strlen(text));
    CHECK_INT(number_read((gos_str){text, len}, true, &back), len);
    if (memcmp(&back, &value, sizeof value) != 0)
        fail_msg("%.17g became %s", value, text);
}

TEST(number, comes_back_from_its_text_bit_for_bit)
{
    uint64_t state = 1;
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = next_random(&state);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            check_round_trip(value);
        check_round_trip((double)(bits % 100000) / 100);
        check_round_trip((double)(int64_t)bits);
    }
    for (int e = -1074; e < 1024; e++) {
        check_round_trip(ldexp(1, e));
        check_round_trip(-nextafter(ldexp(1, e), 0));
    }
}

/* Half of it short decimals, half what no fast way can do: strtod is the judge. */
TEST(number, is_read_as_strtod_reads_it)
{
    uint64_t state = 2;
    for (int i = 0; i < 100000; i++) {
        char text[64];
        uint64_t bits = next_random(&state);
        snprintf(text, sizeof text, "%llu.%0*llue%d", (unsigned long long)(bits >> (bits % 60)),
                 (int)(bits >> 8 & 15) + 1, (unsigned long long)(bits >> 50),
                 (int)(bits >> 16 & 63) - 32);
        double got = 0;
        CHECK_INT(number_read(gos_str_from(text), true, &got), strlen(text));
        if (got != strtod(text, NULL))
            fail_msg("%s was read as %.17g", text, got);
    }
}

TEST(number, rounds_right_at_the_exact_middle_of_two_doubles)
{
    /* 2^-1075, the middle of 0 and the smallest double, and the same with one more digit set. */
    static char text[2000];
    double value = 1;
    int len = snprintf(text, sizeof text, "%.1075f", ldexp(1, -1074) / 2);
    CHECK(len > 1000);
    len = snprintf(text, sizeof text, "%.1074f", ldexp(1, -1074));
    CHECK_INT(number_read((gos_str){text, (size_t)len}, true, &value), len);
    CHECK_NEAR(value, DBL_TRUE_MIN, 0);
    len = snprintf(text, sizeof text, "9007199254740993.%0900d", 0);
    CHECK_INT(number_read((gos_str){text, (size_t)len}, true, &value), len);
    CHECK_NEAR(value, 9007199254740992.0, 0);
    text[len - 1] = '1';
    CHECK_INT(number_read((gos_str){text, (size_t)len}, true, &value), len);
    CHECK_NEAR(value, 9007199254740994.0, 0);
}

TEST(number, is_written_as_short_as_it_can_be)
{
    static const struct {
        double value;
        const char *text;
    } CASES[] = {{0, "0"},
                 {-0.0, "-0"},
                 {0.1, "0.1"},
                 {-2.5, "-2.5"},
                 {100, "100"},
                 {1e15, "1000000000000000"},
                 {123456789012345680000.0, "123456789012345680000"},
                 {1e21, "1e+21"},
                 {1.5e300, "1.5e+300"},
                 {1e-6, "0.000001"},
                 {1.25e-7, "1.25e-7"},
                 {5e-324, "5e-324"},
                 {1.0 / 3, "0.3333333333333333"},
                 {DBL_MAX, "1.7976931348623157e+308"},
                 {DBL_MIN, "2.2250738585072014e-308"},
                 {0x1p-489, "6.256509672447191e-148"},
                 {5e-324, "5e-324"},
                 {1.5e300, "1.5e+300"},
                 {5.684341886080802e-14, "5.684341886080802e-14"}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char text[32];
        size_t len = double_write(CASES[i].value, text);
        CHECK_TEXT(((gos_str){text, len}), CASES[i].text);
    }
}

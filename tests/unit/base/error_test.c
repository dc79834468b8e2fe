/* Errors: filling, cutting, prefixing, and the table. */
#include "base/text.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

TEST(error, carries_code_sentence_and_pointer)
{
    gos_error err = {0};
    CHECK_FAILS(gos_fail(&err, GOS_BAD_INPUT, "/a/0", "weight %d is over %d", 140, 100), &err,
                GOS_BAD_INPUT, "/a/0");
    CHECK_TEXT(gos_str_from(err.message), "weight 140 is over 100");
    CHECK(!gos_fail(NULL, GOS_BAD_INPUT, "", "nobody reads this"));
}

TEST(error, takes_its_own_texts_as_arguments)
{
    gos_error err = {0};
    gos_fail(&err, GOS_BAD_INPUT, "/b", "inner");
    gos_fail(&err, GOS_CONFLICT, err.pointer, "outer: %s", err.message);
    CHECK_TEXT(gos_str_from(err.message), "outer: inner");
    CHECK_TEXT(gos_str_from(err.pointer), "/b");
}

TEST(error, cuts_a_long_message_at_a_whole_character)
{
    gos_error err = {0};
    for (size_t lead = 0; lead < 4; lead++) {
        char text[1000];
        memset(text, 'x', lead);
        for (size_t i = lead; i + 4 < sizeof text; i += 3)
            memcpy(text + i, "€", 4);
        gos_fail(&err, GOS_BAD_INPUT, text, "%s", text);
        CHECK(str_is_utf8(gos_str_from(err.message)) && str_is_utf8(gos_str_from(err.pointer)));
        CHECK(strlen(err.message) > GOS_MESSAGE_BYTES - 4);
        CHECK(strlen(err.pointer) > GOS_POINTER_BYTES - 4);
    }
}

TEST(error, puts_a_prefix_in_front_of_the_pointer)
{
    gos_error err = {0};
    gos_fail(&err, GOS_BAD_INPUT, "/weight", "no");
    CHECK(!gos_fail_below(&err, "/variants/2"));
    CHECK_TEXT(gos_str_from(err.pointer), "/variants/2/weight");
    CHECK(!gos_fail_below(NULL, "/x"));
}

TEST(error, knows_each_code_by_name_and_status)
{
    CHECK_TEXT(gos_str_from(gos_code_name(GOS_OK)), "OK");
    CHECK_TEXT(gos_str_from(gos_code_name(GOS_UNAVAILABLE)), "UNAVAILABLE");
    CHECK_INT(gos_code_http(GOS_OVERLOADED), 429);
    CHECK_INT(gos_code_exit(GOS_USAGE), 2);
    CHECK_TEXT(gos_str_from(gos_code_ofrep(GOS_BAD_JSON)), "PARSE_ERROR");
}

/* Reading and writing JSON. */
#include "base/json.h"
#include "base/limits.h"
#include "test.h"

#include <stdio.h>

enum { ARENA_BYTES = 1 << 22 };

static gos_str rewrite(const char *input, gos_arena *arena)
{
    const struct json *value = NULL;
    gos_error err = {0};
    CHECK_OK(json_read(gos_str_from(input), arena, &value, &err), &err);
    struct text out;
    text_init(&out, arena);
    struct json_writer writer;
    json_writer_init(&writer, &out);
    json_value(&writer, value);
    CHECK_OK(text_ok(&out, &err), &err);
    return text_str(&out);
}

TEST(json, writes_what_it_read_with_numbers_as_they_were_spelt)
{
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    CHECK_TEXT(
        rewrite(" { \"a\" : [ 1.0 , -0, 1E+2 ] , \"b\" : { } ,\"c\":[],\"d\":null}\n", arena),
        "{\"a\":[1.0,-0,1E+2],\"b\":{},\"c\":[],\"d\":null}");
    CHECK_TEXT(rewrite("\"\\u0041\\n\\ud83d\\ude00\\u0000\\/\"", arena), "\"A\\n😀\\u0000/\"");
    CHECK_TEXT(rewrite("[true,false]", arena), "[true,false]");
    gos_arena_close(arena);
}

TEST(json, fails_with_the_pointer_of_the_innermost_value)
{
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    const struct json *value = NULL;
    gos_error err = {0};
    CHECK_FAILS(json_read(GOS_LIT("{\"a/b\":[1,{\"c\":tru}]}"), arena, &value, &err), &err,
                GOS_BAD_JSON, "/a~1b/1/c");
    CHECK_TEXT(gos_str_from(err.message), "'t' where a value should be at byte 15");
    CHECK_FAILS(json_read(GOS_LIT("{\"a\":1,\"a\":2}"), arena, &value, &err), &err, GOS_BAD_JSON,
                "/a");
    CHECK_FAILS(json_read(GOS_LIT(""), arena, &value, &err), &err, GOS_BAD_JSON, "");
    CHECK_FAILS(json_read(GOS_LIT("[] x"), arena, &value, &err), &err, GOS_BAD_JSON, "");
    gos_arena_close(arena);
}

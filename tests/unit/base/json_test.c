/* Reading and writing JSON. */
#include "base/arena.h"
#include "base/json.h"
#include "spec.h"

#include <stdio.h>
#include <string.h>

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
    CHECK_FAILS(
        json_read(GOS_LIT("{\"o\":[{\"a\":1,\"b\":2,\"a\":3,\"c\":4}]}"), arena, &value, &err),
        &err, GOS_BAD_JSON, "/o/0/a");
    CHECK_TEXT(gos_str_from(err.message), "the member \"a\" stands twice, again at byte 19");
    CHECK_FAILS(json_read(GOS_LIT(""), arena, &value, &err), &err, GOS_BAD_JSON, "");
    CHECK_FAILS(json_read(GOS_LIT("[] x"), arena, &value, &err), &err, GOS_BAD_JSON, "");
    gos_arena_close(arena);
}

static int hex_digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* The input of a case: "text" as it is, or "bytes" in hexadecimal. */
static gos_str case_input(gos_arena *arena, const struct json *row)
{
    if (json_find(row, GOS_LIT("text")))
        return spec_text(row, "text");
    gos_str hex = spec_text(row, "bytes");
    char *bytes = gos_arena_take(arena, hex.len / 2, NULL);
    for (size_t i = 0; i < hex.len / 2; i++)
        bytes[i] = (char)(hex_digit(hex.data[2 * i]) << 4 | hex_digit(hex.data[2 * i + 1]));
    return (gos_str){bytes, hex.len / 2};
}

/* Each input stands alone at the end of its own memory, so that one byte too far is seen. */
static bool reads(gos_str input, gos_arena *arena, const struct json **out, gos_error *err)
{
    char *alone = test_malloc(input.len ? input.len : 1);
    memcpy(alone, input.data, input.len);
    bool done = json_read((gos_str){alone, input.len}, arena, out, err);
    test_free(alone);
    return done;
}

TEST(json, takes_and_refuses_every_case_of_the_spec)
{
    struct spec spec = spec_open("spec/json.json");
    const struct json *cases = json_find(spec.root, GOS_LIT("cases"));
    CHECK(cases->count > 200);
    for (uint32_t i = 0; i < cases->count; i++) {
        const struct json *row = &cases->items[i], *got = NULL;
        gos_arena_mark mark = gos_arena_mark_take(spec.arena);
        gos_error err = {0};
        bool want = json_find(row, GOS_LIT("valid"))->boolean;
        if (reads(case_input(spec.arena, row), spec.arena, &got, &err) != want)
            fail_msg("%.*s was %s", GOS_ARG(spec_text(row, "name")), want ? err.message : "taken");
        if (!want && (err.code != GOS_BAD_JSON || !str_is_utf8(gos_str_from(err.message))))
            fail_msg("%.*s: %s", GOS_ARG(spec_text(row, "name")), err.message);
        gos_arena_mark_return(spec.arena, mark);
    }
    spec_close(&spec);
}

static gos_str large_object(gos_arena *arena, int count, const char *last)
{
    struct text text;
    text_init(&text, arena);
    text_add_char(&text, '{');
    for (int i = 0; i < count; i++)
        text_print(&text, "\"n%d\":%d,", i, i);
    text_print(&text, "\"%s\":true}", last);
    return text_str(&text);
}

TEST(json, finds_a_member_that_stands_twice_in_an_object_of_any_size)
{
    static const int COUNTS[] = {1, 15, 16, 17, 1000, 200000};
    for (size_t i = 0; i < sizeof COUNTS / sizeof COUNTS[0]; i++) {
        gos_arena *arena = gos_arena_open(SIZE_MAX / 4);
        const struct json *value = NULL;
        gos_error err = {0};
        CHECK_OK(json_read(large_object(arena, COUNTS[i], "x"), arena, &value, &err), &err);
        CHECK_INT(value->count, COUNTS[i] + 1);
        CHECK(json_find(value, GOS_LIT("x"))->boolean);
        CHECK_NEAR(value->items[COUNTS[i] - 1].number, COUNTS[i] - 1, 0);
        gos_str twice = large_object(arena, COUNTS[i], "n0");
        CHECK(!json_read(twice, arena, &value, &err));
        CHECK(err.code == GOS_BAD_JSON && strstr(err.message, "\"n0\" stands twice"));
        gos_arena_close(arena);
    }
}

TEST(json, reads_numbers_as_the_nearest_double)
{
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    const struct json *value = NULL;
    gos_error err = {0};
    CHECK_OK(json_read(GOS_LIT("[9007199254740993,0.1,-1.5e3,1e-7,123456789012345678]"), arena,
                       &value, &err),
             &err);
    CHECK_NEAR(value->items[0].number, 9007199254740992.0, 0);
    CHECK_TEXT(value->items[0].text, "9007199254740993");
    CHECK_NEAR(value->items[1].number, 0.1, 0);
    CHECK_NEAR(value->items[2].number, -1500, 0);
    CHECK_NEAR(value->items[3].number, 1e-7, 0);
    CHECK_NEAR(value->items[4].number, 123456789012345678.0, 0);
    gos_arena_close(arena);
}

static const struct json *tree(const char *text, gos_arena *arena)
{
    const struct json *value = NULL;
    gos_error err = {0};
    CHECK_OK(json_read(gos_str_from(text), arena, &value, &err), &err);
    return value;
}

TEST(json, follows_pointers)
{
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    const struct json *value = tree("{\"a/b\":{\"m~n\":[10,{\"\":7}]},\"\":1}", arena);
    CHECK(json_at(value, GOS_LIT("")) == value);
    CHECK_NEAR(json_at(value, GOS_LIT("/a~1b/m~0n/0"))->number, 10, 0);
    CHECK_NEAR(json_at(value, GOS_LIT("/a~1b/m~0n/1/"))->number, 7, 0);
    CHECK_NEAR(json_at(value, GOS_LIT("/"))->number, 1, 0);
    CHECK(!json_at(value, GOS_LIT("a")) && !json_at(value, GOS_LIT("/x")));
    CHECK(!json_at(value, GOS_LIT("/a~1b/m~0n/2")) && !json_at(value, GOS_LIT("/a~1b/m~0n/00")));
    CHECK(!json_at(value, GOS_LIT("/a~1b/m~0n/-")) && !json_at(value, GOS_LIT("/a~1b/m~0n/-0")));
    CHECK(!json_at(value, GOS_LIT("/a~2b")) && !json_at(value, GOS_LIT("//x")));
    CHECK(!json_find(NULL, GOS_LIT("a")) && !json_at(NULL, GOS_LIT("/a")));
    gos_arena_close(arena);
}

TEST(json, makes_pointers_that_stay_within_their_room)
{
    char pointer[GOS_POINTER_BYTES] = "";
    json_pointer_add(pointer, GOS_LIT("a/b~c"));
    json_pointer_add_index(pointer, 12);
    CHECK_TEXT(gos_str_from(pointer), "/a~1b~0c/12");
    for (int i = 0; i < 500; i++)
        json_pointer_add(pointer, GOS_LIT("~~~"));
    CHECK(strlen(pointer) < GOS_POINTER_BYTES && pointer[strlen(pointer) - 1] == '0');
}

TEST(json, compares_by_meaning)
{
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    const struct json *a = tree("{\"a\":[1,{\"x\":null}],\"b\":\"t\"}", arena);
    CHECK(json_equal(a, tree("{\"b\":\"\\u0074\",\"a\":[1.0,{\"x\":null}]}", arena)));
    CHECK(!json_equal(a, tree("{\"b\":\"t\",\"a\":[1.0,{\"y\":null}]}", arena)));
    CHECK(!json_equal(a, tree("{\"b\":\"t\",\"a\":[1]}", arena)));
    CHECK(!json_equal(a, tree("{\"b\":\"t\",\"a\":[1,{\"x\":0}]}", arena)));
    CHECK(!json_equal(a, NULL) && json_equal(NULL, NULL));
    CHECK(json_equal(tree("-0", arena), tree("0", arena)));
    CHECK(!json_equal(tree("true", arena), tree("false", arena)));
    gos_arena_close(arena);
}

TEST(json, tells_whole_numbers_within_the_safe_range)
{
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    int64_t value = 0;
    CHECK(json_is_integer(tree("9007199254740991", arena), &value) && value == 9007199254740991);
    CHECK(!json_is_integer(tree("9007199254740992", arena), &value));
    CHECK(json_is_integer(tree("-1e3", arena), &value) && value == -1000);
    CHECK(!json_is_integer(tree("0.5", arena), NULL) &&
          !json_is_integer(tree("\"1\"", arena), NULL));
    CHECK(!json_is_integer(NULL, NULL));
    gos_arena_close(arena);
}

TEST(json_writer, places_commas_and_escapes)
{
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    struct text out;
    struct json_writer writer;
    text_init(&out, arena);
    json_writer_init(&writer, &out);
    json_open_object(&writer);
    json_name(&writer, "a\"");
    json_open_array(&writer);
    json_int(&writer, INT64_MIN);
    json_double(&writer, 0.1);
    json_double(&writer, NAN);
    json_text(&writer, GOS_LIT("\x01\t\\é\x7f"));
    json_open_array(&writer);
    json_close_array(&writer);
    json_close_array(&writer);
    json_name_str(&writer, GOS_LIT("b"));
    json_value(&writer, NULL);
    json_name(&writer, "c");
    json_raw(&writer, GOS_LIT("{\"d\":1}"));
    json_name(&writer, "e");
    json_bool(&writer, true);
    json_close_object(&writer);
    CHECK_TEXT(text_str(&out),
               "{\"a\\\"\":[-9223372036854775808,0.1,null,\"\\u0001\\t\\\\é\x7f\",[]]"
               ",\"b\":null,\"c\":{\"d\":1},\"e\":true}");
    gos_arena_close(arena);
}

TEST(json, survives_every_failing_allocation)
{
    gos_str input = {0};
    gos_arena *source = gos_arena_open(ARENA_BYTES);
    input = large_object(source, 100, "\\u0041");
    bool done = false;
    for (uint64_t n = 1; !done; n++) {
        gos_arena *arena = gos_arena_open(ARENA_BYTES);
        const struct json *value = NULL;
        gos_error err = {0};
        arena_fail_at(n);
        done = json_read(input, arena, &value, &err);
        arena_fail_at(0);
        CHECK(done || err.code == GOS_OUT_OF_MEMORY || err.code == GOS_TOO_LARGE);
        CHECK(done ? n > 5 : !value);
        gos_arena_close(arena);
    }
    gos_arena_close(source);
}

TEST(json, says_too_large_when_the_arena_is_full)
{
    gos_arena *arena = gos_arena_open(500);
    const struct json *value = NULL;
    gos_error err = {0};
    CHECK_FAILS(json_read(GOS_LIT("[1,2,3,4,5,6,7,8,9,10]"), arena, &value, &err), &err,
                GOS_TOO_LARGE, "");
    gos_arena_close(arena);
}

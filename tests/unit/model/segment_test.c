#include "model/segment.h"

#include "test.h"

static gos_str cut(const char *body, int64_t most, gos_arena *arena)
{
    gos_error err;
    gos_str out;
    CHECK_OK(segment_cut(gos_str_from(body), most, arena, &out, &err), &err);
    return out;
}

TEST(segment_cut, counts_lists_that_are_longer_than_wanted)
{
    static const char body[] = "{\"name\":\"a\",\"conditions\":{\"include\":[\"x\",\"y\",\"z\"]},"
                               "\"include\":[\"a\",\"b\",\"c\"],\"exclude\":[\"d\"],\"n\":null}";
    gos_arena *arena = gos_arena_open(1 << 20);
    CHECK_TEXT(cut(body, 3, arena), body);
    CHECK_TEXT(cut(body, 2, arena),
               "{\"name\":\"a\",\"conditions\":{\"include\":[\"x\",\"y\",\"z\"]},"
               "\"include_count\":3,\"exclude\":[\"d\"],\"n\":null}");
    CHECK_TEXT(cut(body, 0, arena),
               "{\"name\":\"a\",\"conditions\":{\"include\":[\"x\",\"y\",\"z\"]},"
               "\"include_count\":3,\"exclude_count\":1,\"n\":null}");
    gos_arena_close(arena);
}

TEST(segment_cut, is_not_misled_by_what_stands_in_ids)
{
    gos_arena *arena = gos_arena_open(1 << 20);
    CHECK_TEXT(
        cut("{\"include\":[\"],\\\"exclude\\\":[\",\"\\\\\",\"{\",\"\"],\"exclude\":[]}", 1, arena),
        "{\"include_count\":4,\"exclude\":[]}");
    CHECK_TEXT(cut("{\"name\":\"\\\"include\\\":[1,2]\",\"exclude\":[\"a,b\"]}", 1, arena),
               "{\"name\":\"\\\"include\\\":[1,2]\",\"exclude\":[\"a,b\"]}");
    CHECK_TEXT(cut("{\"include\":[],\"exclude\":[\"a\",\"b\"]}", 0, arena),
               "{\"include\":[],\"exclude_count\":2}");
    CHECK_TEXT(cut("{}", 0, arena), "{}");
    CHECK_TEXT(cut("null", 0, arena), "null");
    gos_arena_close(arena);
}

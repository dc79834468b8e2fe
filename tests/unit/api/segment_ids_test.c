#include "api/ids.h"

#include "base/limits.h"
#include "fixture.h"

#define BIG "/api/v1/segments/big"

static void segment_make(struct fixture *given)
{
    fixture_start(given);
    CHECK_STATUS(given, 201, "POST", "/api/v1/segments",
                 "{\"name\":\"big\",\"conditions\":{},\"include\":[\"z\"]}");
}

TEST(segment_ids, are_replaced_added_and_taken_out_line_by_line)
{
    struct fixture given;
    segment_make(&given);
    CHECK_STATUS(&given, 200, "PUT", BIG "/include",
                 "\xef\xbb\xbf"
                 "b\r\n\n  a \nb\nc,d");
    CHECK_TEXT(given.body, "{\"segment\":\"big\",\"list\":\"include\",\"count\":3,\"before\":1,"
                           "\"sent\":3,\"version\":2}");
    CHECK_STATUS(&given, 200, "POST", BIG "/include", "a\ne");
    CHECK_STATUS(&given, 200, "POST", BIG "/include/remove", "b\nnobody");
    CHECK_STATUS(&given, 200, "POST", BIG "/exclude?format=csv",
                 "User_ID;x\n\"q \"\"1\"\"\";2\nr,3");
    CHECK_STATUS(&given, 200, "GET", BIG, NULL);
    CHECK_TEXT(fixture_at(&given, "/include"), "[\"a\",\"c,d\",\"e\"]");
    CHECK_TEXT(fixture_at(&given, "/exclude"), "[\"q \\\"1\\\"\",\"r\"]");
    CHECK_TEXT(fixture_at(&given, "/version"), "5");
    CHECK_STATUS(&given, 200, "PUT", BIG "/include", NULL);
    CHECK_STATUS(&given, 200, "GET", BIG, NULL);
    CHECK_TEXT(fixture_at(&given, "/include"), "absent");
    fixture_stop(&given);
}

TEST(segment_ids, are_looked_into_without_reading_them_all)
{
    struct fixture given;
    segment_make(&given);
    CHECK_STATUS(&given, 200, "PUT", BIG "/include", "a\nb\nc");
    CHECK_STATUS(&given, 200, "GET", BIG "/include?limit=2&user_id=c", NULL);
    CHECK_TEXT(given.body, "{\"count\":3,\"items\":[\"a\",\"b\"],\"has\":true,\"version\":2}");
    CHECK_STATUS(&given, 200, "GET", BIG "/exclude?user_id=c", NULL);
    CHECK_TEXT(given.body, "{\"count\":0,\"items\":[],\"has\":false,\"version\":2}");
    gos_str lines = fixture_raw(&given, "GET", BIG "/include", "Accept: text/plain", "");
    CHECK(str_contains(lines, GOS_LIT("Content-Type: text/plain; charset=utf-8\r\n")));
    CHECK(str_ends_with(lines, GOS_LIT("\r\n\r\na\nb\nc\n")));
    fixture_stop(&given);
}

TEST(segment_ids, leave_answers_that_want_only_their_count)
{
    struct fixture given;
    segment_make(&given);
    CHECK_STATUS(&given, 200, "PUT", BIG "/include", "a\nb\nc");
    CHECK_STATUS(&given, 200, "PATCH", BIG "?ids_max=2", "{\"description\":\"x\"}");
    CHECK_TEXT(fixture_at(&given, "/include"), "absent");
    CHECK_TEXT(fixture_at(&given, "/include_count"), "3");
    CHECK_STATUS(&given, 200, "GET", BIG "?ids_max=3", NULL);
    CHECK_TEXT(fixture_at(&given, "/include"), "[\"a\",\"b\",\"c\"]");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/segments?ids_max=0", NULL);
    CHECK_TEXT(fixture_at(&given, "/items/0/include_count"), "3");
    CHECK_STATUS(&given, 200, "GET", "/api/v1/audit?kind=segment&ids_max=1", NULL);
    CHECK_TEXT(fixture_at(&given, "/items/1/after/include_count"), "3");
    CHECK_TEXT(fixture_at(&given, "/items/1/before/include"), "[\"z\"]");
    CHECK_REFUSED(&given, 400, "BAD_INPUT", "/ids_max", "GET", BIG "?ids_max=-1", NULL);
    fixture_stop(&given);
}

TEST(segment_ids, that_are_wrong_are_named_by_their_line_and_change_nothing)
{
    static const struct {
        const char *path;
        const char *body;
        const char *message;
    } bad[] = {
        {BIG "/include", "a\nb\x01\n",
         "\"line 2 holds a control character; one id a line is needed\""},
        {BIG "/include", "a\n\n\xff\n", "\"line 3 is not UTF-8\""},
        {BIG "/include?format=csv", "id\n\"a,b\n", "\"line 2 has a quote that is not closed\""},
    };
    struct fixture given;
    segment_make(&given);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK_REFUSED(&given, 400, "BAD_INPUT", "", "PUT", bad[i].path, bad[i].body);
        CHECK_TEXT(fixture_at(&given, "/message"), bad[i].message);
    }
    CHECK_REFUSED(&given, 404, "NOT_FOUND", "", "PUT", "/api/v1/segments/none/include", "a");
    gos_str stale = fixture_raw(&given, "PUT", BIG "/include", "If-Match: \"7\"", "a");
    CHECK(str_contains(stale, GOS_LIT("HTTP/1.1 409")));
    CHECK_STATUS(&given, 200, "GET", BIG, NULL);
    CHECK_TEXT(fixture_at(&given, "/version"), "1");
    given.key = given.reader;
    CHECK_STATUS(&given, 403, "PUT", BIG "/include", "a");
    fixture_stop(&given);
}

static gos_str lines_of(gos_arena *arena, int count, size_t bytes)
{
    struct text text;
    text_init(&text, arena);
    for (int i = 0; i < count; i++)
        text_print(&text, "%0*d\n", (int)bytes, i);
    return text_str(&text);
}

TEST(segment_ids, of_csv_end_where_their_records_do)
{
    gos_error err;
    struct ids ids;
    gos_arena *arena = gos_arena_open(1 << 20);
    CHECK_OK(ids_read(GOS_LIT("a,\"two\nlines, \"\"q\"\"\"\nb;5\" wide\n\"c\"\td\n,e\n"), true,
                      arena, &ids, &err),
             &err);
    CHECK_INT(ids.count, 3);
    CHECK(ids_has(&ids, GOS_LIT("a")) && ids_has(&ids, GOS_LIT("b")) &&
          ids_has(&ids, GOS_LIT("c")));
    CHECK_FAILS(ids_read(GOS_LIT("a,1\nb,\"2\nc,3"), true, arena, &ids, &err), &err, GOS_BAD_INPUT,
                "");
    CHECK_TEXT(gos_str_from(err.message), "line 2 has a quote that is not closed");
    CHECK_FAILS(ids_read(GOS_LIT("a,\"1\n\"\nb\x01,2"), true, arena, &ids, &err), &err,
                GOS_BAD_INPUT, "");
    CHECK_TEXT(gos_str_from(err.message),
               "line 3 holds a control character; one id a line is needed");
    CHECK_FAILS(ids_read((gos_str){"a\0b,1", 5}, true, arena, &ids, &err), &err, GOS_BAD_INPUT, "");
    gos_arena_close(arena);
}

TEST(segment_ids, are_as_many_and_as_long_as_the_limits_say)
{
    gos_error err;
    struct ids ids;
    gos_arena *arena = gos_arena_open((size_t)1 << 30);
    CHECK_OK(ids_read(lines_of(arena, SEGMENT_IDS_MAX, 8), false, arena, &ids, &err), &err);
    CHECK_INT(ids.count, SEGMENT_IDS_MAX);
    CHECK(ids_has(&ids, GOS_LIT("00999999")));
    CHECK(!ids_has(&ids, GOS_LIT("01000000")));
    CHECK_FAILS(ids_read(lines_of(arena, SEGMENT_IDS_MAX + 1, 8), false, arena, &ids, &err), &err,
                GOS_BAD_INPUT, "");
    CHECK_OK(ids_read(lines_of(arena, 1, UNIT_BYTES_MAX), false, arena, &ids, &err), &err);
    CHECK_FAILS(ids_read(lines_of(arena, 1, UNIT_BYTES_MAX + 1), false, arena, &ids, &err), &err,
                GOS_BAD_INPUT, "");
    gos_arena_close(arena);
}

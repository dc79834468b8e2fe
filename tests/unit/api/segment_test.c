/* Messages of the Segment API, from JSON to what the roster keeps. */
#include "api/segment_read.h"
#include "base/time.h"
#include "test.h"

enum { NOW_MS = 1750000000 };

struct given {
    gos_arena *arena;
    struct segment_origin origin;
    struct roster_item items[SEGMENT_ITEMS_PER_MESSAGE];
    size_t count;
    gos_error err;
};

static struct given given_start(void)
{
    return (struct given){.arena = gos_arena_open(1 << 20),
                          .origin = {GOS_LIT("production"), PROFILE_TOLD, NOW_MS, TIME_NONE}};
}

static bool read(struct given *given, const char *text)
{
    const struct json *message;
    CHECK_OK(json_read(gos_str_from(text), given->arena, &message, &given->err), &given->err);
    return segment_read(message, (gos_str){NULL, 0}, &given->origin, "/batch/3", given->arena,
                        given->items, &given->count, &given->err);
}

#define CHECK_EVENT(given, text)                                                                   \
    CHECK_OK(read(given, text), &(given)->err);                                                    \
    CHECK_INT((given)->count, 1);                                                                  \
    CHECK_INT((given)->items[0].kind, ROSTER_EVENT)
#define CHECK_REFUSED(given, text, pointer)                                                        \
    CHECK_FAILS(read(given, text), &(given)->err, GOS_BAD_INPUT, pointer)

TEST(segment, makes_an_event_of_a_track)
{
    struct given given = given_start();

    CHECK_EVENT(&given,
                "{\"type\":\"track\",\"userId\":\"u\",\"anonymousId\":\"d\",\"event\":\"buy\","
                "\"messageId\":\"m1\",\"properties\":{\"revenue\":9.5,\"sku\":\"x\"}}");

    struct event *event = &given.items[0].event;
    CHECK_TEXT(event->name, "buy");
    CHECK_TEXT(event->user_id, "u");
    CHECK_TEXT(event->device_id, "d");
    CHECK_TEXT(event->event_id, "m1");
    CHECK_TEXT(event->environment, "production");
    CHECK_TEXT(event->properties, "{\"revenue\":9.5,\"sku\":\"x\"}");
    CHECK(event->has_value);
    CHECK_NEAR(event->value, 9.5, 0);
    CHECK_INT(event->at, NOW_MS);
    gos_arena_close(given.arena);
}

TEST(segment, prefers_value_to_revenue_and_takes_numbers_as_ids)
{
    struct given given = given_start();

    CHECK_EVENT(&given, "{\"type\":\"track\",\"userId\":42,\"event\":\"buy\","
                        "\"properties\":{\"revenue\":9.5,\"value\":1}}");
    CHECK_NEAR(given.items[0].event.value, 1, 0);
    CHECK_TEXT(given.items[0].event.user_id, "42");
    CHECK_INT(given.items[0].event.event_id.len, 36);
    CHECK_EVENT(&given, "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"buy\","
                        "\"properties\":{\"value\":\"1\"}}");
    CHECK(!given.items[0].event.has_value);
    gos_arena_close(given.arena);
}

TEST(segment, names_views_and_groups_by_their_type)
{
    struct given given = given_start();

    CHECK_EVENT(&given, "{\"type\":\"page\",\"userId\":\"u\",\"properties\":{\"path\":\"/\"}}");
    CHECK_TEXT(given.items[0].event.name, "page");
    CHECK_EVENT(&given, "{\"type\":\"screen\",\"anonymousId\":\"d\"}");
    CHECK_TEXT(given.items[0].event.name, "screen");
    CHECK_EVENT(&given, "{\"type\":\"group\",\"userId\":\"u\",\"traits\":{\"plan\":\"a\"}}");
    CHECK_TEXT(given.items[0].event.properties, "{\"plan\":\"a\"}");
    gos_arena_close(given.arena);
}

TEST(segment, links_and_keeps_traits_on_identify)
{
    struct given given = given_start();

    CHECK_OK(read(&given, "{\"type\":\"identify\",\"userId\":\"u\",\"anonymousId\":\"d\","
                          "\"traits\":{\"plan\":\"pro\"}}"),
             &given.err);
    CHECK_INT(given.count, 2);
    CHECK_INT(given.items[0].kind, ROSTER_LINK);
    CHECK_TEXT(given.items[0].link.device_id, "d");
    CHECK_INT(given.items[1].kind, ROSTER_PROFILE);
    CHECK_TEXT(given.items[1].profile.attributes, "{\"plan\":\"pro\"}");
    CHECK_OK(read(&given, "{\"type\":\"identify\",\"anonymousId\":\"d\",\"traits\":{\"a\":1}}"),
             &given.err);
    CHECK_INT(given.count, 0);
    gos_arena_close(given.arena);
}

TEST(segment, links_the_previous_id_on_alias)
{
    struct given given = given_start();

    CHECK_OK(read(&given, "{\"type\":\"alias\",\"userId\":\"u\",\"previousId\":\"d\"}"),
             &given.err);
    CHECK_INT(given.count, 1);
    CHECK_TEXT(given.items[0].link.device_id, "d");
    CHECK_TEXT(given.items[0].link.user_id, "u");
    CHECK_OK(read(&given, "{\"type\":\"alias\",\"userId\":\"u\",\"previousId\":\"u\"}"),
             &given.err);
    CHECK_INT(given.count, 0);
    CHECK_REFUSED(&given, "{\"type\":\"alias\",\"userId\":\"u\"}", "/batch/3/previousId");
    CHECK_REFUSED(&given, "{\"type\":\"alias\",\"previousId\":\"u\"}", "/batch/3/userId");
    gos_arena_close(given.arena);
}

TEST(segment, corrects_the_clock_by_when_the_message_was_sent)
{
    struct given given = given_start();

    /* The sender's clock is far ahead; the message waited there for ten seconds. */
    CHECK_EVENT(&given,
                "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"e\","
                "\"timestamp\":\"2099-01-01T00:00:00Z\",\"sentAt\":\"2099-01-01T00:00:10Z\"}");
    CHECK_INT(given.items[0].event.at, NOW_MS - 10000);
    CHECK(time_read(GOS_LIT("1969-12-31T00:00:00Z"), &given.origin.sent_ms));
    CHECK_EVENT(&given, "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"e\","
                        "\"timestamp\":\"1969-12-30T23:59:59Z\"}");
    CHECK_INT(given.items[0].event.at, NOW_MS - 1000);
    given.origin.sent_ms = TIME_NONE;
    CHECK_EVENT(&given, "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"e\","
                        "\"timestamp\":\"2099-01-01T00:00:00Z\"}");
    CHECK_INT(given.items[0].event.at, NOW_MS);
    CHECK_EVENT(&given, "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"e\","
                        "\"timestamp\":\"yesterday\"}");
    CHECK_INT(given.items[0].event.at, NOW_MS);
    gos_arena_close(given.arena);
}

TEST(segment, names_the_field_that_makes_a_message_useless)
{
    struct given given = given_start();

    CHECK_REFUSED(&given, "[]", "/batch/3");
    CHECK_REFUSED(&given, "{\"type\":\"track\",\"event\":\"e\"}", "/batch/3/userId");
    CHECK_REFUSED(&given, "{\"type\":\"track\",\"userId\":\"u\"}", "/batch/3/event");
    CHECK_REFUSED(&given, "{\"type\":\"dance\",\"userId\":\"u\"}", "/batch/3/type");
    CHECK_REFUSED(&given, "{\"userId\":\"u\"}", "/batch/3/type");
    CHECK_REFUSED(&given, "{\"type\":\"track\",\"userId\":true,\"event\":\"e\"}",
                  "/batch/3/userId");
    CHECK_REFUSED(&given, "{\"type\":\"track\",\"userId\":\"a\\u0001\",\"event\":\"e\"}",
                  "/batch/3/userId");
    CHECK_REFUSED(&given, "{\"type\":\"track\",\"userId\":\"u\",\"event\":\"e\",\"properties\":[]}",
                  "/batch/3/properties");
    gos_arena_close(given.arena);
}

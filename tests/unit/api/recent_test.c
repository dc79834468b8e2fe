/* The tail of newest events. */
#include "api/recent.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

static struct event event_of(const char *environment, const char *name, const char *properties)
{
    return (struct event){.environment = gos_str_from(environment),
                          .event_id = GOS_LIT("e1"),
                          .user_id = GOS_LIT("u1"),
                          .name = gos_str_from(name),
                          .properties = gos_str_from(properties),
                          .at = 1700000000000,
                          .received_at = 1700000000500};
}

static const struct json *read_all(struct recent *recent, const char *environment, const char *name,
                                   uint32_t limit, gos_arena *arena)
{
    struct text text;
    struct json_writer json;
    const struct json *out;
    gos_error err;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_array(&json);
    recent_write(recent, gos_str_from(environment), gos_str_from(name), limit, &json);
    json_close_array(&json);
    CHECK_OK(json_read(text_str(&text), arena, &out, &err), &err);
    return out;
}

TEST(recent, shows_the_newest_first_of_one_environment_and_name)
{
    gos_arena *arena = gos_arena_open(8 << 20);
    struct recent *recent;
    gos_error err;
    CHECK_OK(recent_open(&recent, &err), &err);
    struct event a = event_of("production", "first", "{\"n\":1}");
    struct event b = event_of("staging", "hidden", "");
    struct event c = event_of("production", "second", "");
    recent_put(recent, &a);
    recent_put(recent, &b);
    recent_put(recent, &c);
    const struct json *all = read_all(recent, "production", "", 10, arena);
    CHECK_INT(all->count, 2);
    CHECK_TEXT(json_find(&all->items[0], GOS_LIT("name"))->text, "second");
    CHECK_INT(json_at(&all->items[1], GOS_LIT("/properties/n"))->number, 1);
    CHECK_TEXT(json_find(&all->items[1], GOS_LIT("timestamp"))->text, "2023-11-14T22:13:20Z");
    CHECK_INT(read_all(recent, "production", "first", 10, arena)->count, 1);
    CHECK_INT(read_all(recent, "production", "", 1, arena)->count, 1);
    recent_close(recent);
    gos_arena_close(arena);
}

TEST(recent, forgets_the_oldest_and_leaves_out_properties_that_do_not_fit)
{
    gos_arena *arena = gos_arena_open(8 << 20);
    struct recent *recent;
    gos_error err;
    char large[RECENT_BYTES + 64];
    CHECK_OK(recent_open(&recent, &err), &err);
    int len = snprintf(large, sizeof large, "{\"x\":\"");
    memset(large + len, 'y', RECENT_BYTES);
    snprintf(large + len + RECENT_BYTES, sizeof large - (size_t)len - RECENT_BYTES, "\"}");
    for (int i = 0; i < RECENT_EVENTS + 3; i++) {
        struct event event = event_of("production", i == 0 ? "oldest" : "event", "");
        recent_put(recent, &event);
    }
    struct event event = event_of("production", "large", large);
    recent_put(recent, &event);
    const struct json *all = read_all(recent, "production", "", 1000, arena);
    CHECK_INT(all->count, RECENT_EVENTS);
    CHECK_INT(json_find(&all->items[0], GOS_LIT("properties"))->count, 0);
    CHECK_INT(read_all(recent, "production", "oldest", 10, arena)->count, 0);
    recent_close(recent);
    recent_close(NULL);
    gos_arena_close(arena);
}

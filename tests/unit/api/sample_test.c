/* Contexts of recent users. */
#include "api/sample.h"
#include "test.h"

#include <stdio.h>

enum { HOUR_MS = 3600 * 1000 };

static struct sample *sample_of(uint32_t count)
{
    struct sample *sample = NULL;
    gos_error err;
    CHECK_OK(sample_open(count, &sample, &err), &err);
    return sample;
}

static void put(struct sample *sample, const char *environment, const char *user, int64_t now_ms)
{
    struct sampled context = {gos_str_from(user), GOS_LIT("phone"), GOS_LIT("{\"plan\":\"pro\"}")};
    sample_put(sample, gos_str_from(environment), &context, now_ms);
}

static uint32_t list(struct sample *sample, const char *environment, struct sampled **out)
{
    static gos_arena *arena;
    gos_error err;
    uint32_t count;
    if (!arena)
        arena = gos_arena_open(1 << 20);
    gos_arena_reset(arena);
    CHECK_OK(sample_list(sample, gos_str_from(environment), arena, out, &count, &err), &err);
    return count;
}

TEST(sample, holds_each_user_once_and_environments_apart)
{
    struct sample *sample = sample_of(64);
    struct sampled *all;
    put(sample, "production", "ann", 0);
    put(sample, "production", "ann", 1);
    put(sample, "staging", "bob", 0);
    CHECK_INT(list(sample, "production", &all), 1);
    CHECK_TEXT(all[0].user_id, "ann");
    CHECK_TEXT(all[0].device_id, "phone");
    CHECK_TEXT(all[0].attributes, "{\"plan\":\"pro\"}");
    CHECK_INT(list(sample, "staging", &all), 1);
    CHECK_INT(list(sample, "nowhere", &all), 0);
    sample_forget(sample, GOS_LIT("production"), GOS_LIT("ann"));
    CHECK_INT(list(sample, "production", &all), 0);
    put(sample, "production", "ann", 2);
    sample_forget(sample, GOS_LIT("production"), GOS_LIT("phone"));
    CHECK_INT(list(sample, "production", &all), 0);
    sample_close(sample);
}

TEST(sample, is_as_likely_to_hold_a_quiet_user_as_a_busy_one)
{
    enum { USERS = 2000, ROOM = 200, BUSY = 100 };
    struct sample *sample = sample_of(ROOM);
    struct sampled *all;
    char name[16];
    uint32_t busy = 0;
    for (int i = 0; i < USERS; i++) {
        snprintf(name, sizeof name, "u%d", i);
        put(sample, "production", name, 0);
        snprintf(name, sizeof name, "u%d", i % BUSY);
        put(sample, "production", name, 0);
    }
    uint32_t count = list(sample, "production", &all);
    for (uint32_t i = 0; i < count; i++)
        busy += all[i].user_id.len <= 3;
    CHECK(count >= ROOM - 1);
    /* 100 of 2,000 users, in 200 places: 10 expected; half of the places if asking counted. */
    CHECK(busy >= 2 && busy <= 24);
    sample_close(sample);
}

TEST(sample, gives_places_to_others_in_the_next_hour)
{
    struct sample *sample = sample_of(1);
    struct sampled *all;
    put(sample, "production", "ann", 0);
    put(sample, "production", "bob", HOUR_MS);
    CHECK_INT(list(sample, "production", &all), 1);
    CHECK_TEXT(all[0].user_id, "bob");
    put(sample, "production", "ann", HOUR_MS - 1);
    CHECK_INT(list(sample, "production", &all), 1);
    CHECK_TEXT(all[0].user_id, "bob");
    sample_close(sample);
}

TEST(sample, keeps_nothing_without_room_or_of_large_contexts)
{
    static char large[SAMPLE_BYTES_MAX];
    struct sample *none = sample_of(0), *some = sample_of(8);
    struct sampled *all;
    memset(large, ' ', sizeof large);
    put(none, "production", "ann", 0);
    CHECK_INT(list(none, "production", &all), 0);
    struct sampled context = {GOS_LIT("u"), {"", 0}, {large, sizeof large}};
    sample_put(some, GOS_LIT("production"), &context, 0);
    CHECK_INT(list(some, "production", &all), 0);
    context.attributes.len--;
    sample_put(some, GOS_LIT("production"), &context, 0);
    CHECK_INT(list(some, "production", &all), 1);
    sample_close(none);
    sample_close(some);
}

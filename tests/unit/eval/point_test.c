/* The hashes of other systems, against values that their own packages computed. */
#include "fixture.h"

#include "base/json.h"
#include "eval/point.h"

#include <math.h>
#include <stdio.h>

struct vectors {
    gos_arena *arena;
    gos_str file;
    const struct json *json;
};

/* bucketing-vectors/vectors.json names package and version of each. */
static bool vectors_open(struct vectors *out)
{
    char path[512];
    gos_error err = {0};
    if (!test_shared_dir())
        return false;
    snprintf(path, sizeof path, "%s/specs/bucketing-vectors/vectors.json", test_shared_dir());
    out->file = test_file(path);
    out->arena = gos_arena_open(16 << 20);
    CHECK_OK(json_read(out->file, out->arena, &out->json, &err), &err);
    return true;
}

static void vectors_close(struct vectors *vectors)
{
    gos_arena_close(vectors->arena);
    test_free((void *)(uintptr_t)vectors->file.data);
}

static const struct json *vectors_cases(const struct vectors *vectors, const char *algorithm)
{
    const struct json *list = json_find(vectors->json, GOS_LIT("algorithms"));
    for (uint32_t i = 0; i < list->count; i++) {
        if (gos_str_equal(json_find(&list->items[i], GOS_LIT("name"))->text,
                          gos_str_from(algorithm)))
            return json_find(&list->items[i], GOS_LIT("cases"));
    }
    fail_msg("there are no vectors of %s", algorithm);
    return NULL;
}

static gos_str text(const struct json *one, const char *name)
{
    const struct json *value = json_find(one, gos_str_from(name));
    return value ? value->text : GOS_LIT("");
}

static double number(const struct json *one, const char *name)
{
    return json_find(one, gos_str_from(name))->number;
}

/* Which of `levels` equal parts the point falls into. */
static double level(uint64_t point, uint64_t levels)
{
    return (double)(uint64_t)(((unsigned long long)(point >> 32) * levels) >> 32);
}

static uint64_t foreign(const char *hash, gos_str salt, gos_str unit, bool is_split)
{
    return point_foreign((uint8_t)point_hash_find(gos_str_from(hash)), salt, unit, is_split);
}

TEST(point, systems_with_levels_give_the_levels_of_their_packages)
{
    static const struct {
        const char *algorithm, *hash, *salt, *unit, *expect;
        uint64_t levels;
        bool is_split;
        double first; /* the lowest level's number */
    } rows[] = {
        {"unleash.normalizedStrategyValue", "unleash", "groupId", "id", "expect", 100, false, 1},
        {"unleash.normalizedVariantValue", "unleash", "groupId", "id", "expect", 1000, true, 1},
        {"flagd.fractional.v2", "flagd", "", "key", "expect", 100, false, 0},
        {"optimizely.bucketValue", "optimizely", "parentId", "bucketingId", "expect", 10000, false,
         0},
        {"launchdarkly.bucket", "launchdarkly", "prefix", "value", "expect100000", 100000, false,
         0},
    };
    struct vectors given;
    if (!vectors_open(&given))
        test_skip("there are no vectors");
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        const struct json *cases = vectors_cases(&given, rows[row].algorithm);
        for (uint32_t i = 0; i < cases->count; i++) {
            const struct json *one = &cases->items[i];
            uint64_t point = foreign(rows[row].hash, text(one, rows[row].salt),
                                     text(one, rows[row].unit), rows[row].is_split);
            CHECK_INT(level(point, rows[row].levels) + rows[row].first,
                      number(one, rows[row].expect));
        }
    }
    vectors_close(&given);
}

TEST(point, systems_with_fractions_give_the_fractions_of_their_packages)
{
    static const struct {
        const char *algorithm, *hash, *salt, *expect;
        double half_level;
        bool is_split;
    } rows[] = {
        {"growthbook.hash.v1", "growthbook-v1", "seed", "expect", 0.0005, false},
        {"growthbook.hash.v2", "growthbook", "seed", "expect", 0.00005, false},
        {"posthog.hash", "posthog", "key", "rollout", 0, false},
        {"posthog.hash", "posthog", "key", "variant", 0, true},
    };
    struct vectors given;
    if (!vectors_open(&given))
        test_skip("there are no vectors");
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        const struct json *cases = vectors_cases(&given, rows[row].algorithm);
        for (uint32_t i = 0; i < cases->count; i++) {
            const struct json *one = &cases->items[i];
            uint64_t point = foreign(rows[row].hash, text(one, rows[row].salt), text(one, "id"),
                                     rows[row].is_split);
            CHECK(fabs((double)point / 0x1p64 - rows[row].half_level -
                       number(one, rows[row].expect)) < 1e-12);
        }
    }
    vectors_close(&given);
}

TEST(point, statsig_joins_two_salts)
{
    struct vectors given;
    if (!vectors_open(&given))
        test_skip("there are no vectors");
    const struct json *cases = vectors_cases(&given, "statsig.passPercent");
    for (uint32_t i = 0; i < cases->count; i++) {
        const struct json *one = &cases->items[i];
        gos_str salt = gos_arena_print(given.arena, "%.*s.%.*s", GOS_ARG(text(one, "configSalt")),
                                       GOS_ARG(text(one, "ruleSalt")));
        uint64_t point = foreign("statsig", salt, text(one, "unitId"), false);
        CHECK_INT(level(point, 10000), number(one, "bucket10000"));
    }
    vectors_close(&given);
}

TEST(point, a_flag_with_a_foreign_hash_keeps_its_users)
{
    struct fixture given = fixture_compile(
        "{'flags':[{'key':'g1','type':'Boolean','enabled':true,'hash':'unleash',"
        "'rollout_percentage':36},{'key':'less','salt':'g1','type':'Boolean','enabled':true,"
        "'hash':'unleash','rollout_percentage':35}]}");
    /* unleash-client 6.12.1: normalizedStrategyValue("user1", "g1") is 36. */
    CHECK_TEXT(fixture_flag(&given, "g1", "{'targetingKey':'user1'}").value, "true");
    CHECK_TEXT(fixture_flag(&given, "less", "{'targetingKey':'user1'}").value, "false");
    fixture_close(&given);
    given = fixture_refuse("{'flags':[{'key':'f','type':'Boolean','hash':'md4'}]}");
    CHECK(fixture_finding(&given, "/flags/0/hash").len > 0);
    fixture_close(&given);
}

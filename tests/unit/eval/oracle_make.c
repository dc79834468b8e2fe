#include "oracle.h"

static uint32_t choose(struct choices *choices, uint32_t count)
{
    uint32_t value = choices->at < choices->len ? choices->bytes[choices->at] : 0;
    choices->at++;
    return value % count;
}

static const char *pick(struct choices *choices, const char *const *from, uint32_t count)
{
    return from[choose(choices, count)];
}

#define PICK(choices, list) pick((choices), (list), sizeof(list) / sizeof((list)[0]))

static const char *const attributes[] = {"a", "b", "c.d", "e", "user_id"};
static const char *const scalars[] = {"\"x\"", "\"Xy\"", "\"\"", "1", "2.5", "-3", "true", "false"};
static const char *const values[] = {"null",
                                     "\"x\"",
                                     "\"X\"",
                                     "\"Xy\"",
                                     "\"yxz\"",
                                     "\"\"",
                                     "0",
                                     "1",
                                     "2.5",
                                     "-3",
                                     "7",
                                     "true",
                                     "false",
                                     "[]",
                                     "[\"x\"]",
                                     "[\"x\",\"Xy\"]",
                                     "[1,\"X\"]",
                                     "{}",
                                     "{\"d\":\"x\"}",
                                     "{\"d\":1}",
                                     "\"1.2.0\"",
                                     "\"1.2.0-rc.1\"",
                                     "\"2\"",
                                     "\"2026-06-01\"",
                                     "\"2026-05-20T10:00:00+02:00\"",
                                     "\"10.1.2.3\"",
                                     "\"2001:db8::5\""};
static const char *const tests[] = {"\"in\":[\"x\",\"Xy\",\"z\"]",
                                    "\"in\":[1,2.5]",
                                    "\"not_in\":[\"x\"]",
                                    "\"not_in\":[]",
                                    "\"equals\":\"x\"",
                                    "\"not_equals\":\"x\"",
                                    "\"equals\":1",
                                    "\"not_equals\":true",
                                    "\"contains\":\"x\"",
                                    "\"not_contains\":[\"y\",\"z\"]",
                                    "\"starts_with\":\"X\"",
                                    "\"ends_with\":[\"y\",\"\"]",
                                    "\"not_ends_with\":\"x\"",
                                    "\"at_least\":1",
                                    "\"at_most\":1",
                                    "\"less_than\":2.5",
                                    "\"greater_than\":-3",
                                    "\"between\":[0,2.5]",
                                    "\"not_between\":[1,2]",
                                    "\"modulo\":[4,1]",
                                    "\"version_at_least\":\"1.2.0\"",
                                    "\"version_less_than\":\"1.2\"",
                                    "\"before\":\"now-7d\"",
                                    "\"after\":\"2026-05-25\"",
                                    "\"contains_any\":[\"x\"]",
                                    "\"contains_all\":[\"x\",\"Xy\"]",
                                    "\"contains_none\":[\"Xy\"]",
                                    "\"size_at_least\":1",
                                    "\"size_equals\":0",
                                    "\"in_network\":\"10.0.0.0/8\"",
                                    "\"not_in_network\":\"2001:db8::/32\"",
                                    "\"exists\":true",
                                    "\"exists\":false"};
static const char *const folded[] = {"\"equals\":\"XY\"", "\"in\":[\"Y\",\"X\"]",
                                     "\"contains\":\"XZ\"", "\"contains_any\":[\"xY\"]",
                                     "\"starts_with\":\"YX\""};

/* Tests that deciding merges when they ask one attribute; see eval/merge.h. */
static const char *const alike[][5] = {
    {"\"at_least\":1", "\"at_most\":2.5", "\"less_than\":2.5", "\"greater_than\":1",
     "\"between\":[1,2.5]"},
    {"\"version_at_least\":\"1.2.0\"", "\"version_less_than\":\"1.2.0\"",
     "\"version_at_least\":\"1.2.0-rc.1\"", "\"version_less_than\":\"2\"",
     "\"version_at_least\":\"0.9\""},
    {"\"in\":[\"x\",\"Xy\"]", "\"not_in\":[\"x\"]", "\"equals\":\"Xy\"", "\"not_equals\":\"z\"",
     "\"in\":[\"z\",\"x\"]"},
};

static void put_condition(struct choices *choices, struct text *out, uint32_t segments, int depth);

/* Several tests of one sort on one attribute. */
static void put_alike(struct choices *choices, struct text *out)
{
    const char *const *tests_alike = alike[choose(choices, sizeof alike / sizeof alike[0])];
    const char *attribute = PICK(choices, attributes);
    uint32_t count = 2 + choose(choices, 3);
    text_print(out, "{\"%s\":[", choose(choices, 2) ? "all" : "any");
    for (uint32_t i = 0; i < count; i++)
        text_print(out, "%s{\"%s\":{%s}}", i ? "," : "", attribute,
                   tests_alike[choose(choices, 5)]);
    text_add(out, GOS_LIT("]}"));
}

static void put_group(struct choices *choices, struct text *out, uint32_t segments, int depth)
{
    static const char *const groups[] = {"all", "any"};
    uint32_t count = choose(choices, 4);
    text_print(out, "{\"%s\":[", PICK(choices, groups));
    for (uint32_t i = 0; i < count; i++) {
        text_add(out, i ? GOS_LIT(",") : GOS_LIT(""));
        put_condition(choices, out, segments, depth + 1);
    }
    text_add(out, GOS_LIT("]}"));
}

static void put_condition(struct choices *choices, struct text *out, uint32_t segments, int depth)
{
    uint32_t form = choose(choices, depth < 5 ? 9 : 4);
    if (form == 8) {
        put_alike(choices, out);
    } else if (form >= 6) {
        put_group(choices, out, segments, depth);
    } else if (form == 5) {
        text_add(out, GOS_LIT("{\"not\":"));
        put_condition(choices, out, segments, depth + 1);
        text_add(out, GOS_LIT("}"));
    } else if (form == 4 && segments) {
        text_print(out, "{\"segment\":\"s%u\"}", choose(choices, segments));
    } else if (form == 3) {
        text_print(out, "{\"%s\":{%s,\"ignore_case\":true}}", PICK(choices, attributes),
                   PICK(choices, folded));
    } else if (form == 2) {
        text_print(out, "{\"%s\":%s,\"b\":{%s}}", choose(choices, 2) ? "a" : "e",
                   PICK(choices, scalars), PICK(choices, tests));
    } else {
        text_print(out, "{\"%s\":{%s}}", PICK(choices, attributes), PICK(choices, tests));
    }
}

static void put_segments(struct choices *choices, struct text *out)
{
    text_add(out, GOS_LIT("\"segments\":["));
    for (uint32_t i = 0; i < 3; i++) {
        text_print(out, "%s{\"name\":\"s%u\",\"is_active\":%s,", i ? "," : "", i,
                   choose(choices, 5) ? "true" : "false");
        if (choose(choices, 3) == 1)
            text_add(out, GOS_LIT("\"include\":[\"u1\",\"u2\"],"));
        if (choose(choices, 3) == 1)
            text_add(out, GOS_LIT("\"exclude\":[\"u2\",\"u3\"],"));
        text_add(out, GOS_LIT("\"conditions\":"));
        put_condition(choices, out, i, 0);
        text_add(out, GOS_LIT("}"));
    }
    text_add(out, GOS_LIT("],"));
}

static void put_experiments(struct choices *choices, struct text *out)
{
    static const char *const states[] = {"Running", "Running", "Running", "Draft", "Completed"};
    static const char *const shares[] = {"\"a\":50,\"b\":50", "\"b\":33.3,\"a\":66.7",
                                         "\"a\":0,\"b\":100"};
    text_add(out, GOS_LIT("\"experiments\":["));
    for (uint32_t i = 0; i < 2; i++) {
        text_print(out,
                   "%s{\"id\":\"e%u\",\"name\":\"n%u\",\"status\":\"%s\",\"coverage\":%u,"
                   "\"variants\":[{\"name\":\"b\"},{\"name\":\"a\"}],\"traffic_allocation\":{%s},",
                   i ? "," : "", i, i, PICK(choices, states), choose(choices, 2) ? 100 : 60,
                   PICK(choices, shares));
        text_print(out, "\"targeting_rules\":{\"include_segments\":[%s],\"exclude_segments\":[%s],",
                   choose(choices, 2) ? "\"s0\",\"s1\"" : "", choose(choices, 2) ? "\"s2\"" : "");
        text_add(out, GOS_LIT("\"user_attributes\":"));
        put_condition(choices, out, 3, 2);
        text_add(out, GOS_LIT("}}"));
    }
    text_add(out, GOS_LIT("],"));
}

static void put_rules(struct choices *choices, struct text *out)
{
    static const char *const serves[] = {
        "\"value\":\"v1\"", "\"value\":\"v2\"",
        "\"experiment\":\"e0\",\"values\":{\"a\":\"ea\",\"b\":\"eb\"}",
        "\"experiment\":\"n1\",\"values\":{\"a\":\"fa\",\"b\":\"fb\"}"};
    static const char *const shares[] = {"100", "50", "0.5", "99.9"};
    uint32_t count = choose(choices, 4);
    for (uint32_t i = 0; i < count; i++) {
        text_print(out, "%s{%s,\"percentage\":%s,\"conditions\":", i ? "," : "",
                   PICK(choices, serves), PICK(choices, shares));
        put_condition(choices, out, 3, 1);
        text_add(out, GOS_LIT("}"));
    }
}

gos_str oracle_document(struct choices *choices, gos_arena *arena)
{
    struct text out;
    text_init(&out, arena);
    text_add(&out, GOS_LIT("{"));
    put_segments(choices, &out);
    put_experiments(choices, &out);
    text_add(&out, GOS_LIT("\"flags\":["));
    for (uint32_t i = 0; i < 4; i++) {
        text_print(&out,
                   "%s{\"key\":\"f%u\",\"type\":\"String\",\"default_value\":\"d\",\"enabled\":%s,"
                   "\"value\":\"on\",\"rollout_percentage\":%u,",
                   i ? "," : "", i, choose(choices, 6) ? "true" : "false",
                   choose(choices, 3) ? 100 : 45);
        if (choose(choices, 4) == 0)
            text_print(&out,
                       "\"schedule\":[{\"at\":\"2026-05-%02uT00:00:00Z\",\"enabled\":%s},"
                       "{\"at\":\"2026-0%u-02T00:00:00Z\",\"enabled\":%s}],",
                       1 + choose(choices, 31), choose(choices, 2) ? "true" : "false",
                       6 + choose(choices, 2), choose(choices, 2) ? "true" : "false");
        if (i && choose(choices, 2))
            text_print(&out, "\"dependencies\":[\"f%u\"],", choose(choices, i));
        text_add(&out, GOS_LIT("\"rules\":["));
        put_rules(choices, &out);
        text_add(&out, GOS_LIT("]}"));
    }
    text_print(&out,
               "],\"overrides\":[{\"flag_key\":\"f%u\",\"user_id\":\"u%u\",\"value\":\"o\"}]}",
               choose(choices, 4), choose(choices, 8));
    return text_ok(&out, NULL) ? text_str(&out) : (gos_str){"", 0};
}

gos_str oracle_context(struct choices *choices, gos_arena *arena)
{
    static const char *const names[] = {"a", "b", "c", "e"};
    struct text out;
    text_init(&out, arena);
    text_print(&out, "{\"user_id\":\"u%u\"", choose(choices, 8));
    for (uint32_t i = 0; i < 4; i++) {
        if (choose(choices, 5))
            text_print(&out, ",\"%s\":%s", names[i], PICK(choices, values));
    }
    text_add(&out, GOS_LIT("}"));
    return text_ok(&out, NULL) ? text_str(&out) : (gos_str){"", 0};
}

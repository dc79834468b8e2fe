/* Both sides of every keyword of a value schema, and where a flag asks it. */
#include "fixture.h"

#include "model/value_schema.h"

#include <stdio.h>

static const struct json *tree(const char *text)
{
    const struct json *out;
    gos_error err;
    CHECK_OK(json_read(gos_str_from(text), fixture_arena(), &out, &err), &err);
    return out;
}

TEST(value_schema, takes_what_fits_and_refuses_what_does_not)
{
    static const struct {
        const char *schema, *good, *bad, *pointer;
    } cases[] = {
        {"{\"type\":\"object\"}", "{}", "[]", "/v"},
        {"{\"type\":\"integer\"}", "1.0", "1.5", "/v"},
        {"{\"type\":[\"string\",\"null\"]}", "null", "1", "/v"},
        {"{\"enum\":[1,\"a\",{\"b\":[]}]}", "{\"b\":[]}", "2", "/v"},
        {"{\"const\":{\"a\":1,\"b\":2}}", "{\"b\":2,\"a\":1.0}", "{\"a\":1}", "/v"},
        {"{\"minimum\":1}", "1", "0.999", "/v"},
        {"{\"maximum\":1}", "1", "1.001", "/v"},
        {"{\"exclusiveMinimum\":1}", "1.001", "1", "/v"},
        {"{\"exclusiveMaximum\":1}", "0.999", "1", "/v"},
        {"{\"multipleOf\":0.1}", "0.3", "0.35", "/v"},
        {"{\"minLength\":2}", "\"日本\"", "\"日\"", "/v"},
        {"{\"maxLength\":2}", "\"日本\"", "\"abc\"", "/v"},
        {"{\"minItems\":1}", "[1]", "[]", "/v"},
        {"{\"maxItems\":1}", "[1]", "[1,2]", "/v"},
        {"{\"minProperties\":1}", "{\"a\":1}", "{}", "/v"},
        {"{\"maxProperties\":1}", "{\"a\":1}", "{\"a\":1,\"b\":1}", "/v"},
        {"{\"required\":[\"a\"]}", "{\"a\":null}", "{\"b\":1}", "/v"},
        {"{\"properties\":{\"a\":{\"type\":\"string\"}}}", "{\"b\":1}", "{\"a\":1}", "/v/a"},
        {"{\"properties\":{\"a\":true},\"additionalProperties\":false}", "{\"a\":1}",
         "{\"a\":1,\"b\":1}", "/v/b"},
        {"{\"additionalProperties\":{\"type\":\"number\"}}", "{\"a\":1}", "{\"a\":\"x\"}", "/v/a"},
        {"{\"items\":{\"maximum\":2}}", "[1,2]", "[1,2,3]", "/v/2"},
        {"{\"allOf\":[{\"minimum\":1},{\"maximum\":2}]}", "2", "3", "/v"},
        {"{\"anyOf\":[{\"maximum\":1},{\"minimum\":5}]}", "5", "3", "/v"},
        {"{\"oneOf\":[{\"minimum\":1},{\"minimum\":5}]}", "3", "6", "/v"},
        {"{\"not\":{\"type\":\"string\"}}", "1", "\"1\"", "/v"},
        {"true", "{}", NULL, NULL},
        {"{\"title\":\"t\",\"minimum\":3}", "\"no number\"", "1", "/v"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gos_error err;
        CHECK_OK(value_schema_check(tree(cases[i].schema), "/s", &err), &err);
        CHECK_OK(value_schema_holds(tree(cases[i].schema), tree(cases[i].good), "/v", &err), &err);
        if (cases[i].bad)
            CHECK_FAILS(value_schema_holds(tree(cases[i].schema), tree(cases[i].bad), "/v", &err),
                        &err, GOS_BAD_INPUT, cases[i].pointer);
    }
}

TEST(value_schema, is_refused_where_it_makes_no_sense)
{
    static const struct {
        const char *schema, *pointer;
    } cases[] = {
        {"1", "/s"},
        {"{\"pattern\":\"a\"}", "/s/pattern"},
        {"{\"type\":\"float\"}", "/s/type"},
        {"{\"type\":[]}", "/s/type"},
        {"{\"enum\":[]}", "/s/enum"},
        {"{\"minLength\":-1}", "/s/minLength"},
        {"{\"maxItems\":1.5}", "/s/maxItems"},
        {"{\"multipleOf\":0}", "/s/multipleOf"},
        {"{\"minimum\":\"1\"}", "/s/minimum"},
        {"{\"required\":[1]}", "/s/required"},
        {"{\"anyOf\":[{\"minimum\":1},{\"what\":1}]}", "/s/anyOf/1/what"},
        {"{\"properties\":{\"a/b\":{\"items\":3}}}", "/s/properties/a~1b/items"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gos_error err;
        CHECK_FAILS(value_schema_check(tree(cases[i].schema), "/s", &err), &err, GOS_BAD_INPUT,
                    cases[i].pointer);
    }
}

/* `count` times `item` between two texts. */
static const char *repeated(char *out, const char *begin, const char *item, int count,
                            const char *end)
{
    size_t len = (size_t)sprintf(out, "%s", begin);
    for (int i = 0; i < count; i++)
        len += (size_t)sprintf(out + len, "%s%s", i ? "," : "", item);
    sprintf(out + len, "%s", end);
    return out;
}

TEST(value_schema, gives_up_on_what_takes_too_long)
{
    static char schema[8192], value[8192];
    gos_error err;
    repeated(schema, "{\"items\":{\"not\":{\"anyOf\":[", "false", 600, "]}}}");
    repeated(value, "[", "1", 1600, "]");
    CHECK_OK(value_schema_holds(tree(schema), tree(value), "/v", &err), &err);
    repeated(value, "[", "1", 1700, "]");
    CHECK(!value_schema_holds(tree(schema), tree(value), "/v", &err));
    CHECK_INT(err.code, GOS_TOO_LARGE);
}

TEST(value_schema, holds_for_overrides)
{
    gos_error err;
    struct definition flag;
    CHECK_OK(fixture_new(KIND_FLAG,
                         GOS_LIT("{\"key\":\"f\",\"type\":\"JSON\",\"default_value\":[],"
                                 "\"value_schema\":{\"type\":\"array\"}}"),
                         &flag, &err),
             &err);
    CHECK_OK(definition_check_override(flag.tree, tree("[1]"), &err), &err);
    CHECK_FAILS(definition_check_override(flag.tree, tree("{}"), &err), &err, GOS_BAD_INPUT,
                "/value");
}

static bool flag_of(const char *more, gos_error *err)
{
    struct definition made;
    char text[1200];
    snprintf(text, sizeof text,
             "{\"key\":\"f\",\"name\":\"F\",\"type\":\"JSON\",\"enabled\":true,\"default_value\":"
             "{\"n\":1},\"value_schema\":{\"type\":\"object\",\"properties\":{\"n\":{\"type\":"
             "\"integer\"}},\"required\":[\"n\"]}%s}",
             more);
    return fixture_new(KIND_FLAG, gos_str_from(text), &made, err);
}

TEST(value_schema, holds_for_every_value_of_a_flag)
{
    gos_error err;
    CHECK_OK(flag_of("", &err), &err);
    CHECK_OK(flag_of(",\"value\":{\"n\":2},\"variants\":{\"a\":{\"n\":3}}", &err), &err);
    CHECK_FAILS(flag_of(",\"value\":{\"n\":2.5}", &err), &err, GOS_BAD_INPUT, "/value/n");
    CHECK_FAILS(flag_of(",\"value\":{\"n\":1},\"variants\":{\"a\":{}}", &err), &err, GOS_BAD_INPUT,
                "/variants/a");
    CHECK_FAILS(flag_of(",\"rules\":[{\"value\":{\"n\":1}},{\"value\":[]}]", &err), &err,
                GOS_BAD_INPUT, "/rules/1/value");
    CHECK_FAILS(
        flag_of(",\"rules\":[{\"experiment\":\"e\",\"values\":{\"a\":{\"n\":\"x\"}}}]", &err), &err,
        GOS_BAD_INPUT, "/rules/0/values/a/n");
    CHECK_FAILS(
        flag_of(",\"rules\":[{\"split\":[{\"variant\":\"a\",\"weight\":1,\"value\":7}]}]", &err),
        &err, GOS_BAD_INPUT, "/rules/0/split/0/value");
    CHECK_NOT_NEW(KIND_FLAG, "value_schema", "{}", "/value_schema");
}

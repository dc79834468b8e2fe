/* What a definition refers to, and where. */
#include "fixture.h"

#include <stdio.h>

/* "metric conversion /success_metrics/primary_metric;..." */
static gos_str references_of(enum kind kind, gos_str json)
{
    gos_error err;
    struct definition made;
    struct text text;
    const struct reference *references;
    uint32_t count;
    gos_arena *arena = fixture_arena();
    CHECK_OK(fixture_new(kind, json, &made, &err), &err);
    CHECK_OK(definition_references(&made, arena, &references, &count, &err), &err);
    text_init(&text, arena);
    for (uint32_t i = 0; i < count; i++)
        text_print(&text, "%s%s %.*s %.*s", i ? "; " : "", kind_word(references[i].kind),
                   GOS_ARG(references[i].target), GOS_ARG(references[i].pointer));
    return text_str(&text);
}

TEST(reference, an_experiment_refers_to_metrics_and_segments)
{
    CHECK_TEXT(references_of(KIND_EXPERIMENT,
                             fixture_with(KIND_EXPERIMENT, "targeting_rules",
                                          "{\"include_segments\":[\"germans\"],"
                                          "\"exclude_segments\":[\"bots\",\"germans\"]}")),
               "metric conversion /success_metrics/primary_metric; "
               "metric revenue /success_metrics/secondary_metrics/0; "
               "segment germans /targeting_rules/include_segments/0; "
               "segment bots /targeting_rules/exclude_segments/0");
}

TEST(reference, a_flag_refers_to_flags_segments_and_its_experiment)
{
    CHECK_TEXT(references_of(KIND_FLAG, fixture_with(KIND_FLAG, "dependencies",
                                                     "[\"base\",{\"flag\":\"mode\","
                                                     "\"variant\":\"on\"}]")),
               "flag base /dependencies/0; flag mode /dependencies/1/flag");
    CHECK_TEXT(references_of(KIND_FLAG, fixture_with(KIND_FLAG, "experiment_id", "\"x\"")),
               "experiment x /experiment_id");
}

TEST(reference, rules_are_walked_to_any_depth)
{
    CHECK_TEXT(
        references_of(
            KIND_FLAG,
            fixture_with(KIND_FLAG, "rules",
                         "[{\"segments\":[\"a\"],\"value\":true,\"exclude_segments\":[\"x\"]},"
                         "{\"conditions\":{\"any\":[{\"all\":["
                         "{\"segment\":\"b\"}]}]},"
                         "\"experiment\":\"e\"}]")),
        "segment x /rules/0/exclude_segments/0; "
        "segment a /rules/0/segments/0; experiment e /rules/1/experiment; "
        "segment b /rules/1/conditions/any/0/all/0/segment");
}

TEST(reference, what_a_rule_serves_is_not_looked_into)
{
    CHECK_TEXT(references_of(KIND_FLAG,
                             fixture_with(KIND_FLAG, "rules",
                                          "[{\"value\":{\"segment\":\"a\",\"experiment\":\"e\"},"
                                          "\"values\":{\"on\":{\"segment\":\"b\"}}}]")),
               "");
    CHECK_TEXT(references_of(KIND_SEGMENT, fixture_with(KIND_SEGMENT, "conditions",
                                                        "{\"flag\":\"x\",\"key\":\"y\","
                                                        "\"experiment\":\"z\"}")),
               "");
}

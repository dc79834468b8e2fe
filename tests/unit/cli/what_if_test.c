/* gosset eval and gosset check, from their definitions to what they print. */
#include "cli/definitions.h"
#include "cli/explain.h"
#include "cli/what_if.h"
#include "gosset/compare.h"

#include "test.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

static const char *file_write(const char *name, const char *text)
{
    static char paths[4][600];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", test_folder(), name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static const char *document(const char *name, int share, const char *key)
{
    char text[600];
    snprintf(text, sizeof text,
             "{\"segments\":[{\"name\":\"eu\",\"conditions\":{\"country\":[\"DE\",\"FR\"]}}],"
             "\"flags\":[{\"key\":\"%s\",\"type\":\"Boolean\",\"enabled\":true,"
             "\"rollout_percentage\":%d,\"targeting_rules\":{\"segments\":[\"eu\"]}}]}",
             key, share);
    return file_write(name, text);
}

TEST(what_if, counts_who_changes_from_what_to_what_and_in_which_segments)
{
    gos_error err = {0};
    struct definitions before, after;
    gos_compare *compare;
    CHECK_OK(definitions_open(document("before.json", 0, "f"), &before, &err), &err);
    CHECK_OK(definitions_open(document("after.json", 100, "f"), &after, &err), &err);
    CHECK_OK(gos_compare_open(before.rules, after.rules, after.arena, &compare, &err), &err);
    for (int i = 0; i < 30; i++) {
        char context[80];
        snprintf(context, sizeof context, "{\"user_id\":\"u%d\",\"country\":\"%s\"}", i,
                 i % 3 ? "DE" : "US");
        gos_str kept = gos_arena_text(after.arena, gos_str_from(context), NULL);
        CHECK_OK(definitions_bind(&before, kept, 0, &err), &err);
        CHECK_OK(definitions_bind(&after, kept, 0, &err), &err);
        CHECK_OK(gos_compare_add(compare, before.context, after.context, &err), &err);
    }
    gos_comparison got = gos_compare_result(compare);
    CHECK_INT(got.context_count, 30);
    CHECK_INT(got.changed_count, 20);
    CHECK_INT(got.transition_count, 1);
    CHECK_TEXT(got.transitions[0].key, "f");
    CHECK_TEXT(got.transitions[0].from, "off");
    CHECK_TEXT(got.transitions[0].to, "on");
    CHECK_TEXT(got.transitions[0].example, "u1");
    CHECK_INT(got.transitions[0].count, 20);
    CHECK_INT(got.transitions[0].segment_counts[0], 20);
    CHECK_INT(got.segment_totals[0], 20);
    definitions_close(&before);
    definitions_close(&after);
}

TEST(what_if, a_flag_that_comes_or_goes_changes_for_everybody)
{
    gos_error err = {0};
    struct definitions before, after;
    gos_compare *compare;
    CHECK_OK(definitions_open(document("old.json", 100, "old"), &before, &err), &err);
    CHECK_OK(definitions_open(document("new.json", 100, "new"), &after, &err), &err);
    CHECK_OK(gos_compare_open(before.rules, after.rules, after.arena, &compare, &err), &err);
    CHECK_OK(definitions_bind(&before, GOS_LIT("{}"), 0, &err), &err);
    CHECK_OK(definitions_bind(&after, GOS_LIT("{}"), 0, &err), &err);
    CHECK_OK(gos_compare_add(compare, before.context, after.context, &err), &err);
    gos_comparison got = gos_compare_result(compare);
    CHECK_INT(got.transition_count, 2);
    CHECK_TEXT(got.transitions[0].key, "new");
    CHECK_TEXT(got.transitions[0].from, "");
    CHECK_TEXT(got.transitions[1].key, "old");
    CHECK_TEXT(got.transitions[1].to, "");
    definitions_close(&before);
    definitions_close(&after);
}

TEST(explain, prints_a_line_for_each_step_with_the_value_seen)
{
    gos_error err = {0};
    struct definitions given;
    gos_decision decision;
    gos_str steps;
    char *printed = NULL;
    size_t len = 0;
    CHECK_OK(definitions_open(document("explained.json", 50, "f"), &given, &err), &err);
    CHECK_OK(definitions_bind(&given, GOS_LIT("{\"user_id\":\"u1\",\"country\":\"DE\"}"), 0, &err),
             &err);
    CHECK_OK(gos_explain_flag(given.rules, GOS_LIT("f"), given.context, given.arena, &decision,
                              &steps, &err),
             &err);
    FILE *stream = open_memstream(&printed, &len);
    CHECK_OK(explain_print(steps, given.arena, stream, &err), &err);
    fclose(stream);
    gos_str text = {printed, len};
    CHECK(str_contains(text, GOS_LIT("segment \"eu\"")));
    CHECK(str_contains(text, GOS_LIT("country in [\"DE\",\"FR\"], is \"DE\"")));
    CHECK(str_contains(text, GOS_LIT("percentage at_percent")));
    free(printed);
    definitions_close(&given);
}

/* Lists: filtered, sorted and paged by the store. */
#include "fixture.h"

#include "base/text.h"
#include "base/time.h"
#include "catalog/advice.h"
#include "catalog/graph.h"
#include "catalog/places.h"

#include <stdio.h>

#define PRODUCTION GOS_LIT("production")

/* The names of all pages in a row: "a b|c d|e". */
static gos_str names_of(struct fixture *given, struct catalog_query query)
{
    struct text names;
    struct catalog_page page;
    text_init(&names, given->arena);
    query.environment = PRODUCTION;
    do {
        CHECK_OK(catalog_list(given->catalog, &query, given->arena, &page, &given->err),
                 &given->err);
        for (uint32_t i = 0; i < page.count; i++)
            text_print(&names, "%s%.*s", i ? " " : "", GOS_ARG(page.items[i].name));
        query.cursor = page.next;
        if (page.next.len > 0)
            text_add_char(&names, '|');
    } while (page.next.len > 0);
    return text_str(&names);
}

static struct fixture fixture_with_flags(void)
{
    struct fixture given = fixture_open();
    static const char *const keys[] = {"d", "a", "c", "b", "e"};
    fixture_segment(&given, "s", "{\"country\":\"DE\"}");
    for (size_t i = 0; i < 5; i++) {
        char more[200];
        snprintf(more, sizeof more,
                 ",\"enabled\":%s,\"tags\":[\"t%zu\"],\"owner\":\"%s\",\"description\":\"%s\""
                 ",\"targeting_rules\":{\"segments\":[%s]}",
                 i % 2 ? "true" : "false", i % 3, i < 2 ? "ann" : "bob",
                 i == 3 ? "100% of Checkout" : "x", i == 4 ? "\"s\"" : "");
        given.now_ms += 1000;
        fixture_flag(&given, keys[i], more);
    }
    return given;
}

TEST(catalog_list, sorts_both_ways_by_each_column_across_pages)
{
    struct fixture given = fixture_with_flags();
    struct catalog_query query = {.kind = KIND_FLAG, .limit = 2};
    CHECK_TEXT(names_of(&given, query), "a b|c d|e");
    query.descending = true;
    CHECK_TEXT(names_of(&given, query), "e d|c b|a");
    query.sort = CATALOG_BY_CREATED;
    CHECK_TEXT(names_of(&given, query), "e b|c a|d");
    query.descending = false;
    CHECK_TEXT(names_of(&given, query), "d a|c b|e");
    given.now_ms += 1000;
    CHECK_OK(fixture_change(&given, KIND_FLAG, "a", "{\"name\":\"A\"}", NULL), &given.err);
    query.sort = CATALOG_BY_UPDATED;
    CHECK_TEXT(names_of(&given, query), "d c|b e|a");
    query.sort = CATALOG_BY_STATUS;
    CHECK_TEXT(names_of(&given, query), "d c|e a|b");
    fixture_close(&given);
}

/* What flags have become stale by, of each in a row: "a1 b0 c4". */
static gos_str staleness_of(struct fixture *given, int64_t since, int64_t now_ms)
{
    struct text found;
    struct catalog_page page;
    struct catalog_query query = {.environment = PRODUCTION,
                                  .kind = KIND_FLAG,
                                  .stale = {.since = since, .now_ms = now_ms},
                                  .limit = 10};
    text_init(&found, given->arena);
    CHECK_OK(catalog_list(given->catalog, &query, given->arena, &page, &given->err), &given->err);
    for (uint32_t i = 0; i < page.count; i++)
        text_print(&found, "%s%.*s%u", i ? " " : "", GOS_ARG(page.items[i].name),
                   page.use[i].stale);
    return text_str(&found);
}

static void fixture_use(struct fixture *given, const char *key, const char *variant, int64_t first,
                        int64_t last)
{
    struct flag_usage row = {.environment = PRODUCTION,
                             .key = gos_str_from(key),
                             .variant = gos_str_from(variant),
                             .first_at = first,
                             .last_at = last,
                             .count = 1};
    CHECK_OK(catalog_add_usage(given->catalog, &row, 1, &given->err), &given->err);
}

TEST(catalog_list, says_why_flags_are_stale_on_both_sides_of_each_limit)
{
    struct fixture given = fixture_open();
    int64_t made = given.now_ms;
    fixture_flag(&given, "a", "");
    CHECK_TEXT(staleness_of(&given, made, made), "a0");
    CHECK_TEXT(staleness_of(&given, made + 1, made), "a1");
    fixture_use(&given, "a", "on", made + 10, made + 50);
    CHECK_TEXT(staleness_of(&given, made + 10, made), "a0");
    CHECK_TEXT(staleness_of(&given, made + 11, made), "a2");
    CHECK_TEXT(staleness_of(&given, made + 50, made), "a2");
    CHECK_TEXT(staleness_of(&given, made + 51, made), "a1");
    fixture_use(&given, "a", "off", made + 20, made + 40);
    CHECK_TEXT(staleness_of(&given, made + 40, made), "a0");
    CHECK_TEXT(staleness_of(&given, made + 41, made), "a2");
    fixture_close(&given);
}

TEST(catalog_list, says_which_flags_have_expired_or_outlived_their_experiment)
{
    struct fixture given = fixture_open();
    int64_t now = given.now_ms; /* 2026-03-01T12:00:00Z */
    fixture_metric(&given, "m");
    fixture_experiment(&given, "over", "");
    CHECK_OK(fixture_change(&given, KIND_EXPERIMENT, "over", "{\"status\":\"Running\"}", NULL),
             &given.err);
    CHECK_OK(fixture_change(&given, KIND_EXPERIMENT, "over", "{\"status\":\"Completed\"}", NULL),
             &given.err);
    fixture_flag(&given, "a", ",\"metadata\":{\"expires\":\"2026-03-01T13:00:00.500+01:00\"}");
    fixture_flag(&given, "b", ",\"metadata\":{\"expires\":\"2026-03-01\"}");
    fixture_flag(&given, "c", ",\"metadata\":{\"expires\":\"some day\"}");
    fixture_flag(&given, "d", ",\"metadata\":{\"expires\":2026}");
    fixture_flag(&given, "e", ",\"rules\":[{\"experiment\":\"over\"}]");
    CHECK_TEXT(staleness_of(&given, 0, now), "a0 b8 c0 d0 e4");
    CHECK_TEXT(staleness_of(&given, 0, now + 499), "a0 b8 c0 d0 e4");
    CHECK_TEXT(staleness_of(&given, 0, now + 501), "a8 b8 c0 d0 e4");
    struct catalog_query query = {.kind = KIND_FLAG, .stale = {.now_ms = now}, .limit = 2};
    query.stale.reasons = STALE_ANY;
    CHECK_TEXT(names_of(&given, query), "b e");
    query.stale.reasons = STALE_EXPIRED;
    CHECK_TEXT(names_of(&given, query), "b");
    query.stale = (struct stale_query){.now_ms = now, .is_none = true};
    CHECK_TEXT(names_of(&given, query), "a c|d");
    fixture_close(&given);
}

TEST(catalog_places, are_found_by_name_in_all_environments)
{
    struct fixture given = fixture_open();
    struct place *places;
    uint32_t count;
    fixture_flag(&given, "a", ",\"enabled\":true");
    fixture_flag(&given, "b", "");
    CHECK_OK(catalog_list_places(given.catalog, KIND_FLAG, GOS_LIT("[\"a\",\"none\"]"), given.arena,
                                 &places, &count, &given.err),
             &given.err);
    CHECK_INT(count, 1);
    CHECK_TEXT(places[0].environment, "production");
    CHECK_TEXT(places[0].status, "enabled");
    CHECK_INT(places[0].version, 1);
    CHECK(!places[0].requires_approval);
    fixture_close(&given);
}

TEST(catalog_graph, reaches_through_others_and_knows_its_sides)
{
    struct fixture given = fixture_open();
    struct graph graph;
    fixture_segment(&given, "s", "{\"country\":\"DE\"}");
    fixture_flag(&given, "a", ",\"targeting_rules\":{\"segments\":[\"s\"]}");
    fixture_flag(&given, "b", ",\"dependencies\":[\"a\"]");
    fixture_flag(&given, "c", ",\"dependencies\":[\"b\"]");
    CHECK_OK(catalog_get_graph(given.catalog, PRODUCTION, KIND_FLAG, GOS_LIT("b"), given.arena,
                               &graph, &given.err),
             &given.err);
    CHECK_INT(graph.node_count, 4);
    CHECK_TEXT(graph.nodes[0].name, "b");
    CHECK_TEXT(graph.nodes[1].name, "a");
    CHECK_INT(graph.nodes[1].side, GRAPH_NEEDS);
    CHECK_TEXT(graph.nodes[2].name, "s");
    CHECK_TEXT(graph.nodes[3].name, "c");
    CHECK_INT(graph.nodes[3].side, GRAPH_NEEDED_BY);
    CHECK_INT(graph.edge_count, 3);
    CHECK_INT(graph.needed_by_total, 1);
    CHECK(!graph.is_cut);
    CHECK(!catalog_get_graph(given.catalog, PRODUCTION, KIND_FLAG, GOS_LIT("x"), given.arena,
                             &graph, &given.err));
    CHECK_INT(given.err.code, GOS_NOT_FOUND);
    fixture_close(&given);
}

TEST(catalog_list, filters_and_counts)
{
    struct fixture given = fixture_with_flags();
    struct catalog_query all = {.kind = KIND_FLAG, .limit = 10};
    struct catalog_query query = all;
    query.status = GOS_LIT("enabled");
    CHECK_TEXT(names_of(&given, query), "a b");
    query = all;
    query.name = GOS_LIT("c");
    CHECK_TEXT(names_of(&given, query), "c");
    query = all;
    query.tag = GOS_LIT("t1");
    CHECK_TEXT(names_of(&given, query), "a e");
    query = all;
    query.owner = GOS_LIT("ann");
    CHECK_TEXT(names_of(&given, query), "a d");
    query = all;
    query.segment = GOS_LIT("s");
    CHECK_TEXT(names_of(&given, query), "e");
    query = all;
    query.text = GOS_LIT("checkOUT");
    CHECK_TEXT(names_of(&given, query), "b");
    query.text = GOS_LIT("100%");
    CHECK_TEXT(names_of(&given, query), "b");
    query.text = GOS_LIT("1%0");
    CHECK_TEXT(names_of(&given, query), "");
    query = all;
    query.type = GOS_LIT("String");
    CHECK_TEXT(names_of(&given, query), "");
    fixture_close(&given);
}

static void advise(struct fixture *given, const char *name, const char *kind, const char *body)
{
    struct definition experiment;
    CHECK_OK(catalog_get(given->catalog, PRODUCTION, KIND_EXPERIMENT, gos_str_from(name),
                         given->arena, &experiment, &given->err),
             &given->err);
    struct advice advice = {experiment.id, gos_str_from(kind), gos_str_from(body), 1000};
    CHECK_OK(catalog_put_advice(given->catalog, &advice, &given->err), &given->err);
}

TEST(catalog_list, tells_and_filters_by_the_advice_of_experiments)
{
    struct fixture given = fixture_open();
    struct catalog_page page;
    fixture_metric(&given, "m");
    fixture_experiment(&given, "a", ",\"status\":\"Running\",\"layer\":\"l\"");
    fixture_experiment(&given, "b", ",\"status\":\"Running\",\"layer\":[\"k\",\"l\"]");
    fixture_experiment(&given, "c", "");
    fixture_experiment(&given, "d", ",\"status\":\"Running\"");
    CHECK_OK(fixture_change(&given, KIND_EXPERIMENT, "d", "{\"status\":\"Completed\"}", NULL),
             &given.err);
    advise(&given, "a", "running", "{\"units\":1}");
    advise(&given, "a", "ship", "{\"units\":2}");
    advise(&given, "c", "ship", "{}");
    advise(&given, "d", "ship", "{}");
    struct catalog_query query = {.environment = PRODUCTION, .kind = KIND_EXPERIMENT, .limit = 3};
    CHECK_OK(catalog_list(given.catalog, &query, given.arena, &page, &given.err), &given.err);
    CHECK_TEXT(page.advice[0].kind, "ship");
    CHECK_TEXT(page.advice[0].body, "{\"units\":2}");
    CHECK_TEXT(page.advice[1].kind, "no_data");
    CHECK_TEXT(page.advice[1].body, "");
    CHECK_TEXT(page.advice[2].kind, "draft");
    query.advice = GOS_LIT("ship");
    CHECK_TEXT(names_of(&given, query), "a");
    query.advice = GOS_LIT("no_data,ship");
    CHECK_TEXT(names_of(&given, query), "a b");
    query.advice = GOS_LIT("ended");
    CHECK_TEXT(names_of(&given, query), "d");
    query.advice = GOS_LIT("no");
    CHECK_TEXT(names_of(&given, query), "");
    query.advice = GOS_LIT("");
    query.layer = GOS_LIT("l");
    CHECK_TEXT(names_of(&given, query), "a b");
    fixture_close(&given);
}

TEST(catalog_list, finds_experiments_by_what_was_expected_and_what_was_learned)
{
    struct fixture given = fixture_open();
    fixture_metric(&given, "m");
    fixture_experiment(&given, "a", ",\"hypothesis\":\"Free returns sell.\"");
    fixture_experiment(&given, "b", ",\"conclusion\":\"Nobody returns 100% of it.\"");
    fixture_experiment(&given, "c", "");
    struct catalog_query query = {.environment = PRODUCTION, .kind = KIND_EXPERIMENT, .limit = 3};
    query.text = GOS_LIT("RETURNS");
    CHECK_TEXT(names_of(&given, query), "a b");
    query.text = GOS_LIT("100%");
    CHECK_TEXT(names_of(&given, query), "b");
    query.text = GOS_LIT("100_ of");
    CHECK_TEXT(names_of(&given, query), "");
    fixture_close(&given);
}

TEST(catalog_list, refuses_bad_cursors_and_limits)
{
    struct fixture given = fixture_with_flags();
    struct catalog_page page;
    struct catalog_query query = {.environment = PRODUCTION, .kind = KIND_FLAG, .limit = 1};
    static const char *const bad[] = {"x", ".", "zz.00", "6", "ff.00"};
    for (size_t i = 0; i < 5; i++) {
        query.cursor = gos_str_from(bad[i]);
        bool done = catalog_list(given.catalog, &query, given.arena, &page, &given.err);
        CHECK(done || given.err.code == GOS_BAD_INPUT);
    }
    query.cursor = GOS_LIT("");
    query.limit = 0;
    CHECK_FAILS(catalog_list(given.catalog, &query, given.arena, &page, &given.err), &given.err,
                GOS_BAD_INPUT, "/limit");
    query.limit = 501;
    CHECK_FAILS(catalog_list(given.catalog, &query, given.arena, &page, &given.err), &given.err,
                GOS_BAD_INPUT, "/limit");
    fixture_close(&given);
}

TEST(catalog_audit, says_who_when_before_and_after)
{
    struct fixture given = fixture_open();
    struct audit_page page;
    struct audit_query query = {
        .environment = PRODUCTION, .since = TIME_NONE, .until = TIME_NONE, .limit = 2};
    fixture_flag(&given, "a", "");
    given.now_ms += 5000;
    CHECK_OK(fixture_change(&given, KIND_FLAG, "a", "{\"enabled\":true}", NULL), &given.err);
    CHECK_OK(fixture_override(&given, "a", "ann", "true"), &given.err);
    CHECK_OK(fixture_delete(&given, KIND_FLAG, "a"), &given.err);
    CHECK_OK(catalog_list_audit(given.catalog, &query, given.arena, &page, &given.err), &given.err);
    CHECK_INT(page.total, 4);
    CHECK_INT(page.count, 2);
    CHECK_TEXT(page.items[0].action, "delete");
    CHECK_TEXT(page.items[0].actor, "key:test");
    CHECK_INT(page.items[0].at, given.now_ms);
    CHECK(page.items[0].before.len > 0 && page.items[0].after.len == 0);
    CHECK_TEXT(page.items[1].kind, "override");
    CHECK_TEXT(page.items[1].after, "true");
    query.cursor = page.next;
    CHECK_OK(catalog_list_audit(given.catalog, &query, given.arena, &page, &given.err), &given.err);
    CHECK_INT(page.count, 2);
    CHECK_TEXT(page.items[0].action, "update");
    CHECK(str_contains(page.items[0].before, GOS_LIT("\"enabled\":false")));
    CHECK(str_contains(page.items[0].after, GOS_LIT("\"enabled\":true")));
    CHECK_TEXT(page.items[1].action, "create");
    CHECK_INT(page.items[1].before.len, 0);
    CHECK_INT(page.next.len, 0);
    query.cursor = GOS_LIT("");
    query.id = page.items[0].id;
    CHECK(catalog_list_audit(given.catalog, &query, given.arena, &page, &given.err));
    CHECK_INT(page.total, 4);
    query.id = GOS_LIT("00000000-0000-7000-8000-000000000000");
    CHECK(catalog_list_audit(given.catalog, &query, given.arena, &page, &given.err));
    CHECK_INT(page.total, 0);
    query.id = GOS_LIT("nonsense");
    CHECK(catalog_list_audit(given.catalog, &query, given.arena, &page, &given.err));
    CHECK_INT(page.total, 0);
    query.id = GOS_LIT("");
    query.kind = GOS_LIT("override");
    CHECK_OK(catalog_list_audit(given.catalog, &query, given.arena, &page, &given.err), &given.err);
    CHECK_INT(page.total, 1);
    fixture_close(&given);
}

static gos_str document_at(struct fixture *given, int64_t at, int64_t *out_sequence)
{
    gos_str document;
    CHECK_OK(catalog_document(given->catalog, PRODUCTION, at, given->arena, &document, out_sequence,
                              &given->err),
             &given->err);
    return document;
}

TEST(catalog_document, of_any_past_moment_can_be_rebuilt)
{
    struct fixture given = fixture_open();
    int64_t first, second, third;
    const struct json *tree;
    fixture_flag(&given, "a", "");
    CHECK_OK(fixture_override(&given, "a", "ann", "true"), &given.err);
    gos_str one = document_at(&given, CATALOG_NOW, &first);
    CHECK_OK(fixture_change(&given, KIND_FLAG, "a", "{\"enabled\":true}", NULL), &given.err);
    fixture_flag(&given, "b", "");
    CHECK_OK(fixture_override(&given, "a", "ann", NULL), &given.err);
    gos_str two = document_at(&given, CATALOG_NOW, &second);
    CHECK_OK(fixture_delete(&given, KIND_FLAG, "a"), &given.err);
    gos_str three = document_at(&given, CATALOG_NOW, &third);
    CHECK(first < second && second < third);
    CHECK(gos_str_equal(document_at(&given, first, NULL), one));
    CHECK(gos_str_equal(document_at(&given, second, NULL), two));
    CHECK(gos_str_equal(document_at(&given, third, NULL), three));
    CHECK_OK(json_read(one, given.arena, &tree, &given.err), &given.err);
    CHECK_TEXT(json_at(tree, GOS_LIT("/flags/0/key"))->text, "a");
    CHECK_TEXT(json_at(tree, GOS_LIT("/overrides/0/user_id"))->text, "ann");
    CHECK_FAILS(catalog_document(given.catalog, PRODUCTION, third + 1, given.arena, &three, NULL,
                                 &given.err),
                &given.err, GOS_NOT_FOUND, "");
    fixture_close(&given);
}

TEST(catalog_document, remembers_which_rulesets_were_served)
{
    struct fixture given = fixture_open();
    struct ruleset_note *notes;
    uint32_t count;
    struct ruleset_note note = {1, GOS_LIT("aa"), FIXTURE_NOW};
    CHECK_OK(catalog_note_ruleset(given.catalog, PRODUCTION, &note, &given.err), &given.err);
    note = (struct ruleset_note){2, GOS_LIT("bb"), FIXTURE_NOW + 1};
    CHECK_OK(catalog_note_ruleset(given.catalog, PRODUCTION, &note, &given.err), &given.err);
    CHECK_OK(catalog_note_ruleset(given.catalog, PRODUCTION, &note, &given.err), &given.err);
    CHECK_OK(catalog_list_rulesets(given.catalog, PRODUCTION, FIXTURE_NOW + 1, 10, given.arena,
                                   &notes, &count, &given.err),
             &given.err);
    CHECK_INT(count, 2);
    CHECK_TEXT(notes[0].hash, "bb");
    CHECK_OK(catalog_list_rulesets(given.catalog, PRODUCTION, FIXTURE_NOW, 1, given.arena, &notes,
                                   &count, &given.err),
             &given.err);
    CHECK_INT(count, 1);
    CHECK_TEXT(notes[0].hash, "aa");
    CHECK_OK(catalog_list_rulesets(given.catalog, PRODUCTION, FIXTURE_NOW - 1, 1, given.arena,
                                   &notes, &count, &given.err),
             &given.err);
    CHECK_INT(count, 0);
    fixture_close(&given);
}

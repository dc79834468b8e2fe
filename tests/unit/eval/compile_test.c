/* What the compiler finds, and where. */
#include "fixture.h"

#include "base/arena.h"
#include "base/text.h"
#include "eval/limits.h"

#include <stdio.h>

static void finds(const char *document, bool is_error, const char *pointer, const char *part)
{
    struct fixture given = is_error ? fixture_refuse(document) : fixture_compile(document);
    gos_str message = fixture_finding(&given, pointer);
    if (!str_contains(message, gos_str_from(part)) || message.len == 0)
        printf("%s: %.*s\n", pointer, GOS_ARG(message));
    CHECK(message.len > 0 && str_contains(message, gos_str_from(part)));
    fixture_close(&given);
}

#define FLAG(rest) "{'flags':[{'key':'f','type':'Boolean','enabled':true," rest "}]}"

TEST(compile, errors_name_the_place_inside_rules_and_conditions)
{
    finds(FLAG("'rules':[{'value':true,'valu':1}]"), true, "/flags/0/rules/0/valu", "no member");
    finds(FLAG("'rules':[{'value':'yes'}]"), true, "/flags/0/rules/0/value", "Boolean");
    finds(FLAG("'rules':[{'percentage':50}]"), true, "/flags/0/rules/0", "exactly one");
    finds(FLAG("'rules':[{'value':true,'percentage':100.1}]"), true, "/flags/0/rules/0/percentage",
          "0 to 100");
    finds(FLAG("'rules':[{'variant':'blue'}]"), true, "/flags/0/rules/0/variant", "no such");
    finds(FLAG("'rules':[{'value':true,'conditions':{'any':[{'x':1},{'x':{'is':2}}]}}]"), true,
          "/flags/0/rules/0/conditions/any/1/x/is", "no operator");
    finds(FLAG("'rules':[{'value':true,'conditions':{'attribute':'x','operator':'in','value':5}}]"),
          true, "/flags/0/rules/0/conditions/value", "list");
    finds(FLAG("'targeting_rules':{'segments':['gone']}"), true,
          "/flags/0/targeting_rules/segments/0", "no segment");
    finds(FLAG("'targeting_rules':{'attributes':{'v':{'version_at_least':'x'}}}"), true,
          "/flags/0/targeting_rules/attributes/v/version_at_least", "version");
    finds(FLAG("'targeting_rules':{'attributes':{'v':{'matches':'plain'}}}"), true,
          "/flags/0/targeting_rules/attributes/v/matches", "no .*");
    finds(FLAG("'experiment_id':'gone'"), true, "/flags/0/experiment_id", "no experiment");
    finds("{'flags':[{'key':'a','type':'Boolean'},{'key':'a','type':'Boolean'}]}", true,
          "/flags/1/key", "taken");
    finds("[]", true, "", "must be an object");
    finds("{'flags':3}", true, "/flags", "list");
}

TEST(compile, all_errors_are_listed_at_once)
{
    struct fixture given =
        fixture_refuse("{'flags':[{'key':'a','type':'Text'},{'key':'b','type':'String'},"
                       "{'key':'c','type':'Boolean','dependencies':['nope']}],"
                       "'overrides':[{'flag_key':'x','user_id':'','value':1}]}");
    CHECK(given.report.error_count >= 5);
    CHECK(fixture_finding(&given, "/flags/0/type").len > 0);
    CHECK(fixture_finding(&given, "/flags/1/default_value").len > 0);
    CHECK(fixture_finding(&given, "/flags/2/dependencies/0").len > 0);
    CHECK(fixture_finding(&given, "/overrides/0/flag_key").len > 0);
    fixture_close(&given);
}

TEST(compile, dubious_but_legal_things_are_warnings)
{
    finds(FLAG("'rules':[{'value':true},{'value':false}]"), false, "/flags/0/rules/1",
          "never reached");
    finds(FLAG("'rules':[{'value':true,'percentage':0}]"), false, "/flags/0/rules/0/percentage",
          "never matches");
    finds("{'segments':[{'name':'s','conditions':{'a':1}}]}", false, "/segments/0", "uses");
    finds("{'segments':[{'name':'s','conditions':{'a':1},'is_active':false}],'flags':[{'key':'f',"
          "'type':'Boolean','targeting_rules':{'segments':['s']}}]}",
          false, "/segments/0/is_active", "nobody");
    finds("{'flags':[{'key':'f','type':'String','default_value':'a','rollout_percentage':5}]}",
          false, "/flags/0/value", "default value");
}

#define ASKS(condition) FLAG("'rules':[{'value':true,'conditions':" condition "}]")
#define AT              "/flags/0/rules/0/conditions/"

TEST(compile, what_can_never_hold_is_a_warning_at_its_place)
{
    finds(ASKS("[{'c':['DE','FR']},{'c':{'not_in':['FR','DE']}}]"), false, AT "1/c/not_in",
          "together with what is asked at /flags/0/rules/0/conditions/0/c");
    finds(ASKS("{'age':{'at_least':18,'less_than':18}}"), false, AT "age/less_than", "together");
    finds(ASKS("{'age':{'at_least':18,'equals':'old'}}"), false, AT "age/equals", "together");
    finds(ASKS("[{'n':5},{'n':{'not_equals':5}}]"), false, AT "1/n/not_equals", "together");
    finds(ASKS("{'all':[{'v':{'version_at_least':'2.0.0'}},{'all':[{'v':{'version_less_than':"
               "'2.0.0'}}]}]}"),
          false, AT "all/1/all/0/v/version_less_than", "together");
    finds(ASKS("{'t':{'after':'2026-01-02','before':'2026-01-01'}}"), false, AT "t/before",
          "together");
    finds(ASKS("{'b':{'equals':true,'not_equals':true}}"), false, AT "b/not_equals", "together");
    finds(ASKS("[{'x':null},{'x':{'not_equals':1}}]"), false, AT "1/x/not_equals", "together");
    finds(ASKS("{'x':{'in':[]}}"), false, AT "x/in", "no value");
    finds(ASKS("{'x':{'contains_any':[]}}"), false, AT "x/contains_any", "no value");
    finds(ASKS("{'x':{'in':[]}}"), false, "/flags/0/rules/0", "can never hold");
    finds("{'segments':[{'name':'s','conditions':[{'a':1},{'a':2}]}],'flags':[{'key':'f',"
          "'type':'Boolean','rules':[{'value':true,'segments':['s']}]}]}",
          false, "/segments/0/conditions", "nobody can be in the segment");
    finds("{'segments':[{'name':'s','conditions':{'a':1}}],'flags':[{'key':'f','type':'Boolean',"
          "'rules':[{'value':true,'segments':['s'],'exclude_segments':['s']}]}]}",
          false, "/flags/0/rules/0", "can never hold");
    finds("{'experiments':[{'name':'e','variants':[{'name':'a'},{'name':'b'}],"
          "'traffic_allocation':{'a':50,'b':50},"
          "'targeting_rules':{'user_attributes':{'a':{'greater_than':1,'at_most':1}}}}]}",
          false, "/experiments/0/targeting_rules", "nobody can be in the experiment");
    finds(FLAG("'rules':[{'value':true,'conditions':{'a':1}},{'value':false,'percentage':5},"
               "{'value':false,'conditions':{'a':1}}]"),
          false, "/flags/0/rules/2", "rule 0 asks the same");
}

static void finds_nothing(const char *document)
{
    struct fixture given = fixture_compile(document);
    for (uint32_t i = 0; i < given.report.count; i++)
        printf("%.*s: %.*s\n", GOS_ARG(given.report.findings[i].pointer),
               GOS_ARG(given.report.findings[i].message));
    CHECK_INT(given.report.count, 0);
    fixture_close(&given);
}

TEST(compile, what_may_hold_is_no_warning)
{
    finds_nothing(ASKS("{'any':[{'c':'DE'},{'c':'FR'}]}"));
    finds_nothing(ASKS("[{'c':['DE','FR']},{'c':{'not_in':['FR']}}]"));
    finds_nothing(ASKS("{'age':{'at_least':18,'at_most':18}}"));
    finds_nothing(ASKS("[{'n':{'not_equals':5}},{'n':'five'}]"));
    finds_nothing(ASKS("{'v':{'version_at_least':'2.0.0','version_at_most':'2.0.0'}}"));
    finds_nothing(ASKS("{'t':{'after':'now-7d','before':'2026-01-01'}}"));
    finds_nothing(ASKS("[{'c':'DE'},{'not':{'c':'FR'}}]"));
    finds_nothing(ASKS("{'not':{'all':[{'c':'DE'},{'c':'FR'}]}}"));
    finds_nothing(ASKS("[{'x':{'exists':true}},{'x':1}]"));
    finds_nothing(ASKS("{'x':{'contains_all':[]}}"));
    finds_nothing(FLAG("'rules':[{'value':true,'conditions':{'a':1},'percentage':5},"
                       "{'value':false,'conditions':{'a':1}}]"));
}

TEST(compile, cycles_are_refused)
{
    finds("{'segments':[{'name':'a','conditions':{'segment':'b'}},"
          "{'name':'b','conditions':{'not':{'segment':'c'}}},"
          "{'name':'c','conditions':{'segments':['a']}}]}",
          true, "/segments/2/conditions", "contains itself");
    finds("{'segments':[{'name':'a','conditions':{'segment':'a'}}]}", true,
          "/segments/0/conditions", "contains itself");
    finds("{'flags':[{'key':'a','type':'Boolean','dependencies':['b']},"
          "{'key':'b','type':'Boolean','dependencies':['a']}]}",
          true, "/flags/0/dependencies", "depends on itself");
}

static void nested_conditions(char *out, size_t bytes, int depth)
{
    size_t len = (size_t)snprintf(out, bytes, "{'segments':[{'name':'s','conditions':");
    for (int i = 0; i < depth; i++)
        len += (size_t)snprintf(out + len, bytes - len, "{'all':[");
    len += (size_t)snprintf(out + len, bytes - len, "{'x':1}");
    for (int i = 0; i < depth; i++)
        len += (size_t)snprintf(out + len, bytes - len, "]}");
    snprintf(out + len, bytes - len, "}]}");
}

TEST(compile, conditions_stand_20_deep_but_not_21)
{
    char document[1000];
    nested_conditions(document, sizeof document, CONDITION_DEPTH_MAX);
    struct fixture given = fixture_compile(document);
    fixture_close(&given);
    nested_conditions(document, sizeof document, CONDITION_DEPTH_MAX + 1);
    given = fixture_refuse(document);
    fixture_close(&given);
}

static void chained_segments(char *out, size_t bytes, int count)
{
    size_t len = (size_t)snprintf(out, bytes, "{'segments':[{'name':'s0','conditions':{'x':1}}");
    for (int i = 1; i < count; i++)
        len += (size_t)snprintf(out + len, bytes - len,
                                ",{'name':'s%d','conditions':{'segment':'s%d'}}", i, i - 1);
    snprintf(out + len, bytes - len,
             "],'flags':[{'key':'f','type':'Boolean','enabled':true,"
             "'targeting_rules':{'segments':['s%d']}}]}",
             count - 1);
}

TEST(compile, segments_stand_16_deep_but_not_17)
{
    char document[2000];
    chained_segments(document, sizeof document, SEGMENT_DEPTH_MAX);
    struct fixture given = fixture_compile(document);
    CHECK_TEXT(fixture_flag(&given, "f", "{'x':1}").value, "true");
    CHECK_TEXT(fixture_flag(&given, "f", "{'x':2}").value, "false");
    fixture_close(&given);
    chained_segments(document, sizeof document, SEGMENT_DEPTH_MAX + 1);
    given = fixture_refuse(document);
    fixture_close(&given);
}

static void chained_flags(char *out, size_t bytes, int count)
{
    size_t len = (size_t)snprintf(out, bytes,
                                  "{'flags':[{'key':'f0','type':'Boolean',"
                                  "'enabled':true}");
    for (int i = 1; i < count; i++)
        len += (size_t)snprintf(
            out + len, bytes - len,
            ",{'key':'f%d','type':'Boolean','enabled':true,'dependencies':['f%d']}", i, i - 1);
    snprintf(out + len, bytes - len, "]}");
}

TEST(compile, a_flag_depends_on_64_others_but_not_on_65)
{
    char document[8000];
    chained_flags(document, sizeof document, DEPENDENCIES_MAX + 1);
    struct fixture given = fixture_compile(document);
    CHECK_TEXT(fixture_flag(&given, "f64", "{}").value, "true");
    fixture_close(&given);
    chained_flags(document, sizeof document, DEPENDENCIES_MAX + 2);
    given = fixture_refuse(document);
    fixture_close(&given);
}

TEST(compile, a_layer_and_its_experiments_split_by_one_unit)
{
    finds("{'layers':[{'name':'l','unit':'company'}],'experiments':[{'name':'e','layer':'l',"
          "'variants':[{'name':'a'},{'name':'b'}],'traffic_allocation':{'a':50,'b':50}}]}",
          true, "/experiments/0/unit", "another unit");
}

TEST(compile, a_description_does_not_change_the_hash_but_a_percentage_does)
{
    struct fixture one = fixture_compile(FLAG("'rollout_percentage':50,'description':'a'"));
    struct fixture two = fixture_compile(FLAG("'description':'b','rollout_percentage':50"));
    struct fixture three = fixture_compile(FLAG("'rollout_percentage':51"));
    CHECK(gos_str_equal(gos_ruleset_hash(one.rules), gos_ruleset_hash(two.rules)));
    CHECK(!gos_str_equal(gos_ruleset_hash(one.rules), gos_ruleset_hash(three.rules)));
    fixture_close(&one);
    fixture_close(&two);
    fixture_close(&three);
}

TEST(compile, running_out_of_memory_is_an_error_wherever_it_happens)
{
    gos_error err = {0};
    gos_report report;
    const gos_ruleset *rules;
    gos_str document = test_file("src/cli/demo.json");
    for (size_t bytes = 1000; bytes < 80000; bytes += 997) {
        gos_arena *arena = gos_arena_open(bytes);
        bool done = gos_ruleset_compile(document, NULL, arena, &rules, &report, &err);
        CHECK(done || err.code == GOS_TOO_LARGE);
        gos_arena_close(arena);
    }
    test_free((void *)(uintptr_t)document.data);
}

TEST(compile, each_failed_allocation_is_an_error_and_nothing_else)
{
    gos_error err = {0};
    gos_report report;
    const gos_ruleset *rules;
    gos_compile_options options = {.check_pattern = fixture_check_pattern};
    static const char *const files[] = {"src/cli/demo.json", "tests/fuzz/compile_fuzz/rules.json"};
    for (size_t file = 0; file < 2; file++) {
        gos_str document = test_file(files[file]);
        bool done = false;
        for (uint64_t n = 1; !done; n++) {
            gos_arena *arena = gos_arena_open(16 << 20);
            arena_fail_at(n);
            done = gos_ruleset_compile(document, &options, arena, &rules, &report, &err);
            CHECK(done || err.code == GOS_OUT_OF_MEMORY || err.code == GOS_TOO_LARGE);
            if (done && arena_asked_count() >= n) {
                /* A finding's text may be lost, and the report then says that it is cut. */
                CHECK(report.is_cut);
                done = false;
            }
            arena_fail_at(0);
            gos_arena_close(arena);
        }
        test_free((void *)(uintptr_t)document.data);
    }
}

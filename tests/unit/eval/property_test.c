/* What must hold for every unit, salt and document; by tests that can fail. */
#include "fixture.h"

#include "base/arena.h"
#include "base/text.h"
#include "eval/point.h"

#include <stdio.h>

/* 99.9999 % points of chi-square: a right engine fails one of these in a million runs, and the
 * tests are not random. Source: R qchisq(1 - 1e-6, df). */
enum { CELLS = 100 };
#define CHI_SQUARE_99 192.0 /* df 99: 187.9 */
#define CHI_SQUARE_1  23.9  /* df 1 */

static double chi_square_uniform(const uint32_t *counts, uint32_t cells, double expected)
{
    double sum = 0;
    for (uint32_t i = 0; i < cells; i++)
        sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    return sum;
}

static gos_str unit_text(char *out, size_t bytes, const char *form, unsigned number)
{
    int len = snprintf(out, bytes, form, number);
    return (gos_str){out, (size_t)len};
}

TEST(property, points_are_uniform_for_every_form_of_unit_and_many_salts)
{
    static const char *const forms[] = {"%u", "user-%u", "u%08u", "0190a000-0000-7000-8000-%012u",
                                        "person.%u@example.org"};
    for (size_t form = 0; form < 5; form++) {
        for (unsigned salt = 0; salt < 20; salt++) {
            uint32_t counts[CELLS] = {0};
            char text[64];
            snprintf(text, sizeof text, "experiment-%u:split", salt);
            uint64_t seed = point_seed(gos_str_from(text));
            for (unsigned i = 0; i < 20000; i++) {
                gos_str unit = unit_text(text, sizeof text, forms[form], i);
                counts[(uint64_t)point_slot(point_of(seed, unit)) * CELLS >> 32]++;
            }
            CHECK(chi_square_uniform(counts, CELLS, 20000.0 / CELLS) < CHI_SQUARE_99);
        }
    }
}

TEST(property, two_experiments_split_the_same_units_independently)
{
    char text[64];
    for (unsigned pair = 0; pair < 100; pair++) {
        uint32_t counts[4] = {0};
        snprintf(text, sizeof text, "e%u:split", pair);
        uint64_t one = point_seed(gos_str_from(text));
        snprintf(text, sizeof text, "e%u:split", pair + 1);
        uint64_t two = point_seed(gos_str_from(text));
        for (unsigned i = 0; i < 10000; i++) {
            gos_str unit = unit_text(text, sizeof text, "user-%u", i);
            counts[(point_of(one, unit) >> 63) * 2 + (point_of(two, unit) >> 63)]++;
        }
        double n = 10000, a = counts[0], b = counts[1], c = counts[2], d = counts[3];
        double dependent =
            n * (a * d - b * c) * (a * d - b * c) / ((a + b) * (c + d) * (a + c) * (b + d));
        CHECK(dependent < CHI_SQUARE_1);
    }
}

static const char *const busy =
    "{'segments':[{'name':'inner','conditions':{'any':[{'plan':'pro'},{'age':{'at_least':40}}]}},"
    "{'name':'outer','conditions':{'all':[{'segment':'inner'},{'not':{'country':['US','X']}}]}},"
    "{'name':'listed','conditions':{},'include':['u1','u5','u9'],'exclude':['u9']}],"
    "'holdouts':[{'name':'h','percentage':5}],"
    "'experiments':[{'name':'e','status':'Running','coverage':70,'layer':'l',"
    "'targeting_rules':{'exclude_segments':['listed'],'user_attributes':{'country':['US','DE']}},"
    "'variants':[{'name':'control'},{'name':'treatment','configuration':{'n':7}}],"
    "'traffic_allocation':{'control':33.3,'treatment':66.7}},"
    "{'name':'p','status':'Running','unit':'company','coverage':50,"
    "'variants':[{'name':'control'},{'name':'treatment'}],"
    "'traffic_allocation':{'control':50,'treatment':50}}],"
    "'flags':[{'key':'b','type':'Boolean','enabled':true,'rollout_percentage':40,"
    "'dependencies':['d']},"
    "{'key':'d','type':'Boolean','enabled':true,'targeting_rules':{'segments':['outer','listed']}},"
    "{'key':'n','type':'Number','default_value':1,'enabled':true,'experiment_id':'e','value':2},"
    "{'key':'s','type':'String','default_value':'x','enabled':true,'rules':["
    "{'segments':['outer'],'percentage':50,'value':'y'},"
    "{'experiment':'p','values':{'control':'c','treatment':'t'}},"
    "{'conditions':{'email':{'ends_with':'.org','ignore_case':true}},"
    "'split':[{'variant':'l','weight':1,'value':'L'},{'variant':'r','weight':2,'value':'R'}]},"
    "{'conditions':{'tags':{'contains_any':['a','b']},'ip':{'in_network':'10.0.0.0/8'},"
    "'version':{'version_at_least':'2.1'},'seen':{'after':'now-7d'},'name':{'matches':'a.*z'}},"
    "'value':'deep'}]},{'key':'off','type':'Boolean'}],"
    "'overrides':[{'flag_key':'s','user_id':'u3','value':'mine'}]}";

static void busy_context(char *out, size_t bytes, unsigned i)
{
    static const char *const countries[] = {"US", "DE", "FR"};
    static const char *const plans[] = {"free", "pro"};
    snprintf(out, bytes,
             "{'user_id':'u%u','country':'%s','plan':'%s','age':%u,'company':'c%u',"
             "'email':'p%u@X.%s','tags':['%s'],'ip':'10.0.0.%u','version':'2.%u.0',"
             "'seen':'2026-05-%02uT00:00:00Z','name':'a%uz'}",
             i, countries[i % 3], plans[i / 3 % 2], i % 60, i / 2, i, i % 4 ? "com" : "ORG",
             i % 5 ? "q" : "a", i % 250, i % 5, 20 + i % 10, i);
}

static bool same_decision(const gos_decision *a, const gos_decision *b)
{
    return gos_str_equal(a->value, b->value) && gos_str_equal(a->variant, b->variant) &&
           a->code == b->code && a->reason == b->reason && a->by == b->by && a->rule == b->rule &&
           a->experiment == b->experiment && a->experiment_variant == b->experiment_variant &&
           a->assignment == b->assignment;
}

TEST(property, an_explanation_decides_as_the_decision_does)
{
    struct fixture given = fixture_compile(busy);
    char context[512];
    for (unsigned i = 0; i < 500; i++) {
        busy_context(context, sizeof context, i);
        fixture_flag(&given, "b", context);
        gos_arena_mark mark = gos_arena_mark_take(given.arena);
        for (uint32_t flag = 0; flag < gos_ruleset_flag_count(given.rules); flag++) {
            gos_decision explained, decided = gos_eval_flag_at(given.rules, flag, given.context);
            gos_str steps;
            CHECK_OK(gos_explain_flag(given.rules, gos_ruleset_flag(given.rules, flag).key,
                                      given.context, given.arena, &explained, &steps, &given.err),
                     &given.err);
            CHECK(same_decision(&decided, &explained));
            CHECK(str_starts_with(steps, GOS_LIT("{\"steps\":[")));
        }
        gos_arena_mark_return(given.arena, mark);
    }
    fixture_close(&given);
}

TEST(property, deciding_and_binding_again_allocate_nothing)
{
    struct fixture given = fixture_compile(busy);
    char context[512];
    busy_context(context, sizeof context, 0);
    gos_str json = fixture_json(&given, context);
    fixture_flag(&given, "b", context);
    uint64_t blocks = arena_block_count();
    for (unsigned i = 0; i < 100; i++) {
        CHECK_OK(gos_context_bind(given.context, given.rules, &given.subject, json, &given.err),
                 &given.err);
        arena_fail_at(1);
        for (uint32_t flag = 0; flag < gos_ruleset_flag_count(given.rules); flag++)
            gos_eval_flag_at(given.rules, flag, given.context);
        for (uint32_t e = 0; e < gos_ruleset_experiment_count(given.rules); e++)
            gos_eval_experiment_at(given.rules, e, given.context);
        CHECK_INT(arena_asked_count(), 0);
        arena_fail_at(0);
    }
    CHECK_INT(arena_block_count(), blocks);
    fixture_close(&given);
}

TEST(property, the_same_document_gives_the_same_bytes_and_a_copy_decides_alike)
{
    struct fixture one = fixture_compile(busy), two = fixture_compile(busy);
    size_t bytes = gos_ruleset_bytes(one.rules);
    CHECK_INT(bytes, gos_ruleset_bytes(two.rules));
    assert_memory_equal(one.rules, two.rules, bytes);
    void *copy = gos_arena_take(one.arena, bytes, NULL);
    memcpy(copy, one.rules, bytes);
    two.rules = copy;
    char context[512];
    for (unsigned i = 0; i < 50; i++) {
        busy_context(context, sizeof context, i);
        gos_decision a = fixture_flag(&one, "s", context), b = fixture_flag(&two, "s", context);
        CHECK(same_decision(&a, &b));
    }
    fixture_close(&one);
    fixture_close(&two);
}

TEST(property, a_damaged_block_is_found_wherever_the_damage_is)
{
    struct fixture given = fixture_compile(busy);
    size_t bytes = gos_ruleset_bytes(given.rules);
    char *copy = gos_arena_take(given.arena, bytes, NULL);
    for (size_t at = 0; at < bytes; at += 1 + at / 50) {
        memcpy(copy, given.rules, bytes);
        copy[at] ^= 4;
        CHECK(!gos_ruleset_check(copy, bytes, &given.err));
    }
    uint32_t version;
    size_t at = offsetof(gos_ruleset, version);
    memcpy(&version, (const char *)given.rules + at, sizeof version);
    version = __builtin_bswap32(version);
    memcpy(copy, given.rules, bytes);
    memcpy((char *)copy + at, &version, sizeof version);
    CHECK(!gos_ruleset_check(copy, bytes, &given.err));
    CHECK(str_contains(gos_str_from(given.err.message), GOS_LIT("order of bytes")));
    CHECK(!gos_ruleset_check(given.rules, bytes - 1, &given.err));
    CHECK(!gos_ruleset_check(given.rules, 10, &given.err));
    fixture_close(&given);
}

TEST(property, raising_a_percentage_only_adds_units)
{
    char document[200], context[64];
    struct fixture given[3];
    static const char *const shares[] = {"10", "10.000000001", "55.5"};
    for (int i = 0; i < 3; i++) {
        snprintf(document, sizeof document,
                 "{'flags':[{'key':'a','type':'Boolean','enabled':true,'rollout_percentage':%s}]}",
                 shares[i]);
        given[i] = fixture_compile(document);
    }
    for (unsigned i = 0; i < 2000; i++) {
        snprintf(context, sizeof context, "{'user_id':'u%u'}", i);
        bool on[3];
        for (int j = 0; j < 3; j++)
            on[j] = gos_str_equal(fixture_flag(&given[j], "a", context).value, GOS_LIT("true"));
        CHECK(on[0] <= on[1] && on[1] <= on[2]);
    }
    for (int i = 0; i < 3; i++)
        fixture_close(&given[i]);
}

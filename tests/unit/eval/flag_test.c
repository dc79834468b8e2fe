/* What flags serve, by the fields of the data model and by rules. */
#include "fixture.h"

#include <stdio.h>

static void expect(struct fixture *given, const char *key, const char *attributes,
                   const char *value, const char *variant, gos_reason reason)
{
    gos_decision got = fixture_flag(given, key, attributes);
    CHECK_TEXT(got.value, value);
    CHECK_TEXT(got.variant, variant);
    CHECK_TEXT(gos_str_from(gos_reason_name(got.reason)), gos_reason_name(reason));
}

TEST(flag, an_unknown_key_is_flag_not_found)
{
    struct fixture given = fixture_compile("{'flags':[]}");
    gos_decision got = fixture_flag(&given, "nothing", "{}");
    CHECK_INT(got.code, GOS_FLAG_NOT_FOUND);
    CHECK_INT(got.reason, GOS_REASON_ERROR);
    CHECK_INT(got.flag, -1);
    fixture_close(&given);
}

TEST(flag, a_disabled_one_serves_its_default)
{
    struct fixture given = fixture_compile(
        "{'flags':[{'key':'a','type':'String','default_value':'no','value':'yes'}]}");
    expect(&given, "a", "{'targetingKey':'u1'}", "\"no\"", "default", GOS_REASON_DISABLED);
    fixture_close(&given);
}

TEST(flag, an_enabled_boolean_serves_true_to_everybody)
{
    struct fixture given =
        fixture_compile("{'flags':[{'key':'a','type':'Boolean','default_value':false,"
                        "'enabled':true,'rollout_percentage':100}]}");
    expect(&given, "a", "{}", "true", "on", GOS_REASON_STATIC);
    fixture_close(&given);
}

TEST(flag, a_percentage_needs_a_unit_only_between_0_and_100)
{
    struct fixture given = fixture_compile(
        "{'flags':[{'key':'none','type':'Boolean','enabled':true,'rollout_percentage':0},"
        "{'key':'half','type':'Boolean','enabled':true,'rollout_percentage':50}]}");
    expect(&given, "none", "{}", "false", "off", GOS_REASON_DEFAULT);
    CHECK_INT(fixture_flag(&given, "half", "{}").code, GOS_TARGETING_KEY_MISSING);
    CHECK_INT(fixture_flag(&given, "half", "{'device_id':'d'}").code, GOS_OK);
    uint32_t on = 0;
    for (int i = 0; i < 1000; i++) {
        char context[64];
        snprintf(context, sizeof context, "{'targetingKey':'u%d'}", i);
        on += gos_str_equal(fixture_flag(&given, "half", context).variant, GOS_LIT("on"));
    }
    CHECK(on > 430 && on < 570);
    fixture_close(&given);
}

TEST(flag, targeting_asks_any_of_the_segments_and_all_attributes)
{
    struct fixture given = fixture_compile(
        "{'segments':[{'name':'eu','conditions':{'country':['DE','FR']}},"
        "{'name':'staff','conditions':{'email':{'ends_with':'@x.org'}}}],"
        "'flags':[{'key':'a','type':'Number','default_value':1,'value':2,'enabled':true,"
        "'targeting_rules':{'segments':['eu','staff'],'attributes':{'age':{'at_least':18}}}}]}");
    expect(&given, "a", "{'country':'DE','age':18}", "2", "value", GOS_REASON_TARGETING_MATCH);
    expect(&given, "a", "{'email':'a@x.org','age':30}", "2", "value", GOS_REASON_TARGETING_MATCH);
    expect(&given, "a", "{'country':'DE','age':17}", "1", "default", GOS_REASON_DEFAULT);
    expect(&given, "a", "{'country':'US','age':30}", "1", "default", GOS_REASON_DEFAULT);
    expect(&given, "a", "{'country':'DE'}", "1", "default", GOS_REASON_DEFAULT);
    fixture_close(&given);
}

TEST(flag, an_override_comes_before_everything_but_the_switch)
{
    struct fixture given = fixture_compile(
        "{'flags':[{'key':'a','type':'Boolean','enabled':true,'rollout_percentage':0,"
        "'dependencies':['b']},{'key':'b','type':'Boolean'}],"
        "'overrides':[{'flag_key':'a','user_id':'qa','value':true},"
        "{'flag_key':'b','user_id':'qa','value':true}]}");
    expect(&given, "a", "{'targetingKey':'qa'}", "true", "on", GOS_REASON_TARGETING_MATCH);
    expect(&given, "a", "{'targetingKey':'qb'}", "false", "off", GOS_REASON_DEFAULT);
    expect(&given, "b", "{'targetingKey':'qa'}", "false", "off", GOS_REASON_DISABLED);
    fixture_close(&given);
}

TEST(flag, dependencies_must_be_on_or_serve_the_named_variant)
{
    struct fixture given = fixture_compile(
        "{'flags':[{'key':'c','type':'Boolean','enabled':true,"
        "'dependencies':['b',{'flag':'color','variant':'blue'}]},"
        "{'key':'b','type':'Boolean','enabled':true,'dependencies':['a']},"
        "{'key':'a','type':'Boolean','enabled':true,'targeting_rules':{'attributes':{'ok':true}}},"
        "{'key':'color','type':'String','default_value':'r','enabled':true,"
        "'variants':{'red':'r','blue':'b'},'rules':[{'attributes':{'blue':true},"
        "'variant':'blue'}]}]}");
    expect(&given, "c", "{'ok':true,'blue':true}", "true", "on", GOS_REASON_STATIC);
    expect(&given, "c", "{'ok':true}", "false", "off", GOS_REASON_DEFAULT);
    expect(&given, "c", "{'blue':true}", "false", "off", GOS_REASON_DEFAULT);
    CHECK_INT(fixture_flag(&given, "c", "{}").by, GOS_BY_DEPENDENCY);
    expect(&given, "color", "{}", "\"r\"", "red", GOS_REASON_DEFAULT);
    fixture_close(&given);
}

TEST(flag, rules_are_asked_in_order_and_replace_the_simple_fields)
{
    struct fixture given =
        fixture_compile("{'flags':[{'key':'a','type':'String','default_value':'d','enabled':true,"
                        "'rollout_percentage':100,'value':'never','rules':["
                        "{'name':'first','conditions':{'plan':'pro'},'value':'one'},"
                        "{'conditions':{'not':{'plan':'free'}},'value':'two'}]}]}");
    expect(&given, "a", "{'plan':'pro'}", "\"one\"", "first", GOS_REASON_TARGETING_MATCH);
    expect(&given, "a", "{'plan':'free'}", "\"d\"", "default", GOS_REASON_DEFAULT);
    expect(&given, "a", "{}", "\"two\"", "rule", GOS_REASON_TARGETING_MATCH);
    CHECK_INT(fixture_flag(&given, "a", "{}").rule, 1);
    fixture_close(&given);
}

TEST(flag, numbers_keep_the_kind_in_which_the_flag_is_written)
{
    struct fixture given = fixture_compile(
        "{'flags':[{'key':'whole','type':'Number','default_value':9007199254740991,'enabled':true},"
        "{'key':'float','type':'Number','default_value':10,'value':2.50,'enabled':false},"
        "{'key':'zero','type':'Number','default_value':0.0,'enabled':true}]}");
    expect(&given, "whole", "{}", "9007199254740991", "default", GOS_REASON_STATIC);
    expect(&given, "float", "{}", "10.0", "default", GOS_REASON_DISABLED);
    expect(&given, "zero", "{}", "0.0", "default", GOS_REASON_STATIC);
    fixture_close(&given);
    given = fixture_refuse("{'flags':[{'key':'a','type':'Number','default_value':9007199254740992,"
                           "'enabled':true}]}");
    CHECK(fixture_finding(&given, "/flags/0/default_value").len > 0);
    fixture_close(&given);
}

TEST(flag, an_experiment_gives_its_variants_values)
{
    struct fixture given = fixture_compile(
        "{'experiments':[{'id':'e1','name':'exp','status':'Running','variants':["
        "{'name':'control'},{'name':'treatment','configuration':{'b':'from configuration'}}],"
        "'traffic_allocation':{'control':0,'treatment':100}}],"
        "'flags':[{'key':'a','type':'Boolean','enabled':true,'experiment_id':'e1'},"
        "{'key':'b','type':'String','default_value':'d','enabled':true,'experiment_id':'exp'},"
        "{'key':'c','type':'String','default_value':'d','enabled':true,'rules':["
        "{'experiment':'exp','values':{'control':'C','treatment':'T'}}]}]}");
    expect(&given, "a", "{'targetingKey':'u'}", "true", "treatment", GOS_REASON_SPLIT);
    expect(&given, "b", "{'targetingKey':'u'}", "\"from configuration\"", "treatment",
           GOS_REASON_SPLIT);
    expect(&given, "c", "{'targetingKey':'u'}", "\"T\"", "treatment", GOS_REASON_SPLIT);
    gos_decision got = fixture_flag(&given, "c", "{'targetingKey':'u'}");
    CHECK_INT(got.experiment, 0);
    CHECK_INT(got.experiment_variant, 1);
    CHECK_INT(got.assignment, GOS_ASSIGNMENT_SPLIT);
    fixture_close(&given);
}

TEST(flag, a_rollout_moves_with_the_time_that_is_given)
{
    struct fixture given = fixture_compile(
        "{'flags':[{'key':'a','type':'Boolean','enabled':true,'rules':[{'value':true,'rollout':"
        "{'start':'2026-06-01','end':'2026-06-11'}}]}]}");
    uint32_t before = 0;
    for (int day = 0; day <= 11; day++) {
        given.subject.now_ms = FIXTURE_NOW + day * INT64_C(86400000);
        uint32_t on = 0;
        for (int i = 0; i < 500; i++) {
            char context[64];
            snprintf(context, sizeof context, "{'targetingKey':'u%d'}", i);
            on += gos_str_equal(fixture_flag(&given, "a", context).variant, GOS_LIT("on"));
        }
        CHECK(on >= before);
        CHECK_NEAR(on, 500 * (day < 10 ? day / 10.0 : 1), day == 0 || day >= 10 ? 0 : 0.5);
        before = on;
    }
    fixture_close(&given);
}

TEST(flag, a_list_letter_case_aside_finds_its_first_last_and_no_other)
{
    struct fixture given = fixture_compile(
        "{'flags':[{'key':'f','type':'Boolean','enabled':true,'rules':[{'value':true,'conditions':"
        "{'c':{'in':['fr','DE','Us','es','AT','gb','It'],'ignore_case':true}}}]}]}");
    static const char *const in[] = {"at", "DE", "de", "ES", "Fr", "GB", "it", "US"};
    static const char *const out[] = {"", "a", "ATT", "FI", "zz", "d"};
    char context[40];
    for (size_t i = 0; i < sizeof in / sizeof in[0]; i++) {
        snprintf(context, sizeof context, "{'c':'%s'}", in[i]);
        CHECK_TEXT(fixture_flag(&given, "f", context).value, "true");
    }
    for (size_t i = 0; i < sizeof out / sizeof out[0]; i++) {
        snprintf(context, sizeof context, "{'c':'%s'}", out[i]);
        CHECK_TEXT(fixture_flag(&given, "f", context).value, "false");
    }
    fixture_close(&given);
}

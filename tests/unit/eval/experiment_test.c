/* Which variant of an experiment a context gets, and why. */
#include "fixture.h"

#include <stdio.h>

#define VARIANTS "'variants':[{'name':'control'},{'name':'treatment'}],"
#define HALVES   "'traffic_allocation':{'control':50,'treatment':50}"

static void expect(struct fixture *given, const char *attributes, const char *variant,
                   gos_assignment assignment)
{
    gos_decision got = fixture_experiment(given, "e", attributes);
    CHECK_TEXT(gos_str_from(gos_assignment_name(got.assignment)), gos_assignment_name(assignment));
    CHECK_TEXT(got.variant, variant);
    CHECK_INT(got.experiment_variant >= 0, variant[0] != 0);
}

TEST(experiment, gives_variants_only_while_it_runs)
{
    static const char *const states[] = {"Draft", "Completed", "Archived"};
    for (size_t i = 0; i < 3; i++) {
        char document[400];
        snprintf(document, sizeof document,
                 "{'experiments':[{'name':'e','status':'%s'," VARIANTS HALVES "}]}", states[i]);
        struct fixture given = fixture_compile(document);
        expect(&given, "{'user_id':'u'}", "", GOS_ASSIGNMENT_NOT_RUNNING);
        fixture_close(&given);
    }
}

TEST(experiment, a_completed_one_serves_what_was_shipped)
{
    struct fixture given = fixture_compile("{'experiments':[{'name':'e','status':'Completed',"
                                           "'shipped_variant':'treatment'," VARIANTS HALVES "}]}");
    expect(&given, "{}", "treatment", GOS_ASSIGNMENT_SHIPPED);
    fixture_close(&given);
}

TEST(experiment, begins_at_its_start_and_is_over_at_its_end)
{
    struct fixture given = fixture_compile(
        "{'experiments':[{'name':'e','status':'Running','start_date':'2026-06-01T00:00:00Z',"
        "'end_date':'2026-06-02T00:00:00Z','traffic_allocation':{'control':100,'treatment':0},"
        "'variants':[{'name':'control'},{'name':'treatment'}]}]}");
    expect(&given, "{'user_id':'u'}", "control", GOS_ASSIGNMENT_SPLIT);
    given.subject.now_ms = FIXTURE_NOW - 1;
    expect(&given, "{'user_id':'u'}", "", GOS_ASSIGNMENT_OUTSIDE_DATES);
    given.subject.now_ms = FIXTURE_NOW + 86400000 - 1;
    expect(&given, "{'user_id':'u'}", "control", GOS_ASSIGNMENT_SPLIT);
    given.subject.now_ms = FIXTURE_NOW + 86400000;
    expect(&given, "{'user_id':'u'}", "", GOS_ASSIGNMENT_OUTSIDE_DATES);
    fixture_close(&given);
}

static gos_earlier earlier;

static gos_earlier find_earlier(void *user, gos_str experiment_id, gos_str unit,
                                gos_str *out_variant)
{
    CHECK_TEXT(experiment_id, "e");
    CHECK_TEXT(unit, "u");
    *out_variant = gos_str_from(user);
    return earlier;
}

TEST(experiment, an_earlier_assignment_stays_whatever_targeting_says)
{
    struct fixture given = fixture_compile(
        "{'experiments':[{'name':'e','status':'Running','coverage':0,"
        "'targeting_rules':{'user_attributes':{'plan':'pro'}}," VARIANTS HALVES "}]}");
    given.subject.find_earlier = find_earlier;
    given.subject.find_earlier_user = "treatment";
    earlier = GOS_EARLIER_UNIT;
    expect(&given, "{'user_id':'u'}", "treatment", GOS_ASSIGNMENT_STICKY);
    earlier = GOS_EARLIER_IDENTITY;
    expect(&given, "{'user_id':'u'}", "treatment", GOS_ASSIGNMENT_IDENTITY);
    earlier = GOS_EARLIER_NONE;
    expect(&given, "{'user_id':'u'}", "", GOS_ASSIGNMENT_TARGETING);
    expect(&given, "{'user_id':'u','plan':'pro'}", "", GOS_ASSIGNMENT_COVERAGE);
    earlier = GOS_EARLIER_FAILED;
    expect(&given, "{'user_id':'u'}", "", GOS_ASSIGNMENT_FAILED);
    CHECK_INT(fixture_experiment(&given, "e", "{'user_id':'u'}").code, GOS_UNAVAILABLE);
    earlier = GOS_EARLIER_UNIT;
    given.subject.find_earlier_user = "dropped variant";
    expect(&given, "{'user_id':'u'}", "", GOS_ASSIGNMENT_TARGETING);
    fixture_close(&given);
}

TEST(experiment, a_paused_one_keeps_who_it_has_and_takes_nobody_new)
{
    struct fixture given = fixture_compile(
        "{'experiments':[{'name':'e','status':'Paused','sticky':false," VARIANTS HALVES "}]}");
    given.subject.find_earlier = find_earlier;
    given.subject.find_earlier_user = "control";
    earlier = GOS_EARLIER_UNIT;
    expect(&given, "{'user_id':'u'}", "control", GOS_ASSIGNMENT_STICKY);
    earlier = GOS_EARLIER_NONE;
    expect(&given, "{'user_id':'u'}", "", GOS_ASSIGNMENT_PAUSED);
    fixture_close(&given);
}

TEST(experiment, excluded_and_included_segments_and_attributes_are_told_apart)
{
    struct fixture given = fixture_compile(
        "{'segments':[{'name':'staff','conditions':{'staff':true}},"
        "{'name':'eu','id':'7','conditions':{'country':'DE'}}],"
        "'experiments':[{'name':'e','status':'Running','forced_variants':{'qa':'treatment'},"
        "'targeting_rules':{'include_segments':['7'],'exclude_segments':['staff'],"
        "'user_attributes':{'plan':['pro']}},'traffic_allocation':{'control':100,'treatment':0},"
        "'variants':[{'name':'control'},{'name':'treatment'}]}]}");
    expect(&given, "{'user_id':'u','staff':true,'country':'DE','plan':'pro'}", "",
           GOS_ASSIGNMENT_EXCLUDED);
    expect(&given, "{'user_id':'u','plan':'pro'}", "", GOS_ASSIGNMENT_TARGETING);
    expect(&given, "{'user_id':'u','country':'DE'}", "", GOS_ASSIGNMENT_TARGETING);
    expect(&given, "{'user_id':'u','country':'DE','plan':'pro'}", "control", GOS_ASSIGNMENT_SPLIT);
    expect(&given, "{'user_id':'qa','staff':true}", "treatment", GOS_ASSIGNMENT_OVERRIDE);
    expect(&given, "{'country':'DE','plan':'pro'}", "", GOS_ASSIGNMENT_NO_UNIT);
    fixture_close(&given);
}

TEST(experiment, splits_by_the_unit_it_names)
{
    struct fixture given = fixture_compile("{'experiments':[{'name':'e','status':'Running',"
                                           "'unit':'company'," VARIANTS HALVES "}]}");
    expect(&given, "{'user_id':'u'}", "", GOS_ASSIGNMENT_NO_UNIT);
    CHECK_INT(fixture_experiment(&given, "e", "{'user_id':'u'}").code, GOS_OK);
    gos_decision one = fixture_experiment(&given, "e", "{'user_id':'u','company':7}");
    gos_decision two = fixture_experiment(&given, "e", "{'user_id':'v','company':'7'}");
    CHECK_INT(one.assignment, GOS_ASSIGNMENT_SPLIT);
    CHECK_INT(one.experiment_variant, two.experiment_variant);
    CHECK_TEXT(gos_eval_unit(given.rules, 0, given.context), "7");
    fixture_close(&given);
}

TEST(experiment, shares_must_sum_to_exactly_100)
{
    struct fixture given = fixture_compile(
        "{'experiments':[{'name':'e','variants':[{'name':'a'},{'name':'b'},{'name':'c'}],"
        "'traffic_allocation':{'a':33.3,'b':33.3,'c':33.4}}]}");
    fixture_close(&given);
    given = fixture_refuse("{'experiments':[{'name':'x'," VARIANTS HALVES "},"
                           "{'name':'e'," VARIANTS
                           "'traffic_allocation':{'control':50,'treatment':50.000000001}}]}");
    CHECK_TEXT(fixture_finding(&given, "/experiments/1/traffic_allocation"),
               "the shares sum to 100.000000001; they must sum to 100");
    CHECK_INT(given.report.error_count, 1);
    fixture_close(&given);
}

TEST(experiment, experiments_of_one_layer_never_share_a_unit_and_keep_their_room)
{
    static const char *const before =
        "{'experiments':[{'id':'1','name':'a','status':'Running','layer':'l','coverage':40,"
        "'start_date':'2026-01-01'," VARIANTS HALVES "},"
        "{'id':'2','name':'b','status':'Running','layer':'l','coverage':60,"
        "'start_date':'2026-02-01'," VARIANTS HALVES "}]}";
    static const char *const after =
        "{'experiments':[{'id':'3','name':'c','status':'Running','layer':'l','coverage':50,"
        "'start_date':'2026-04-01'," VARIANTS HALVES "},"
        "{'id':'1','name':'a','status':'Completed','layer':'l','coverage':40,"
        "'start_date':'2026-01-01','end_date':'2026-03-01'," VARIANTS HALVES "},"
        "{'id':'2','name':'b','status':'Running','layer':'l','coverage':60,"
        "'start_date':'2026-02-01'," VARIANTS HALVES "}]}";
    struct fixture first = fixture_compile(before), second = fixture_compile(after);
    CHECK(fixture_finding(&second, "/experiments/0/layer").len > 0);
    for (int i = 0; i < 300; i++) {
        char context[64];
        snprintf(context, sizeof context, "{'user_id':'u%d'}", i);
        bool in_a = fixture_experiment(&first, "a", context).experiment_variant >= 0;
        bool in_b = fixture_experiment(&first, "b", context).experiment_variant >= 0;
        CHECK(in_a != in_b);
        CHECK_INT(fixture_experiment(&second, "b", context).experiment_variant >= 0, in_b);
        CHECK_INT(fixture_experiment(&second, "c", context).experiment_variant >= 0, in_a);
    }
    fixture_close(&first);
    fixture_close(&second);
}

TEST(experiment, a_holdout_keeps_its_units_out_of_everything)
{
    struct fixture given =
        fixture_compile("{'holdouts':[{'name':'h','percentage':20}],'experiments':["
                        "{'name':'e','status':'Running'," VARIANTS HALVES "},"
                        "{'name':'f','status':'Running'," VARIANTS HALVES "}]}");
    uint32_t held = 0;
    for (int i = 0; i < 1000; i++) {
        char context[64];
        snprintf(context, sizeof context, "{'user_id':'u%d'}", i);
        gos_assignment one = fixture_experiment(&given, "e", context).assignment;
        gos_assignment two = fixture_experiment(&given, "f", context).assignment;
        CHECK_INT(one == GOS_ASSIGNMENT_HOLDOUT, two == GOS_ASSIGNMENT_HOLDOUT);
        held += one == GOS_ASSIGNMENT_HOLDOUT;
    }
    CHECK(held > 150 && held < 250);
    fixture_close(&given);
}

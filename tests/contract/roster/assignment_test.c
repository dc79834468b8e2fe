/* Assignments: first write wins, in one batch, across batches and across a restart. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#define PRODUCTION GOS_LIT("production")

TEST(roster, keeps_an_assignment_with_every_field_across_a_restart)
{
    struct fixture f = fixture_open();
    struct roster_item item = assign_on(&f, 1, "ann", "phone", "control");
    item.assignment.has_session = true;
    item.assignment.session_id = experiment(200);
    item.assignment.assigned_at = INT64_MIN;
    item.attributes = GOS_LIT("{\"country\":\"FR\"}");
    CHECK_INT(commit_one(&f, item).outcome, ROSTER_CREATED);
    fixture_reopen(&f);
    const struct assignment *got = NULL;
    CHECK_OK(roster_find_assignment(f.roster, PRODUCTION, &item.assignment.experiment_id,
                                    GOS_LIT("ann"), f.arena, &got, &f.err),
             &f.err);
    CHECK(got && uuid_equal(&got->id, &item.assignment.id));
    CHECK(uuid_equal(&got->experiment_id, &item.assignment.experiment_id));
    CHECK_TEXT(got->environment, "production");
    CHECK_TEXT(got->user_id, "ann");
    CHECK_TEXT(got->variant, "control");
    CHECK_TEXT(got->assignment_reason, "split");
    CHECK_TEXT(got->device_id, "phone");
    CHECK(got->has_session && uuid_equal(&got->session_id, &item.assignment.session_id));
    CHECK(got->sticky && got->assigned_at == item.assignment.assigned_at);
    fixture_close(&f);
}

TEST(roster, answers_a_second_assignment_with_the_first)
{
    struct fixture f = fixture_open();
    struct roster_item first = commit_one(&f, assign(&f, 1, "ann", "control"));
    struct roster_item second = commit_one(&f, assign(&f, 1, "ann", "treatment"));
    CHECK_INT(second.outcome, ROSTER_EXISTING);
    CHECK_TEXT(second.stored.variant, "control");
    CHECK(uuid_equal(&second.stored.id, &first.assignment.id));
    CHECK_TEXT(variant_of(&f, 1, "ann"), "control");
    CHECK_INT(facts_of(&f).count, 1);
    CHECK_INT(count_of(&f, 1, ""), 1);
    fixture_close(&f);
}

TEST(roster, lets_the_first_of_two_in_one_batch_win)
{
    struct fixture f = fixture_open();
    struct roster_item items[] = {assign(&f, 1, "ann", "control"),
                                  assign(&f, 1, "ann", "treatment"),
                                  assign(&f, 2, "ann", "treatment")};
    CHECK_OK(roster_commit(f.roster, items, 3, f.now_ms, f.arena, &f.err), &f.err);
    CHECK_INT(items[0].outcome, ROSTER_CREATED);
    CHECK_INT(items[1].outcome, ROSTER_EXISTING);
    CHECK_TEXT(items[1].stored.variant, "control");
    CHECK_TEXT(items[2].stored.variant, "treatment");
    CHECK_INT(facts_of(&f).count, 2);
    fixture_close(&f);
}

TEST(roster, keeps_environments_and_look_alike_units_apart)
{
    struct fixture f = fixture_open();
    struct roster_item staging = assign(&f, 1, "ann", "treatment");
    staging.assignment.environment = GOS_LIT("staging");
    commit_one(&f, staging);
    CHECK_TEXT(variant_of(&f, 1, "ann"), "none");
    commit_one(&f, assign(&f, 1, "ann", "control"));
    CHECK_TEXT(variant_of(&f, 1, "ann"), "control");
    CHECK_TEXT(variant_of(&f, 1, "an"), "none");
    CHECK_TEXT(variant_of(&f, 1, "ann "), "none");
    CHECK_TEXT(variant_of(&f, 2, "ann"), "none");
    CHECK_INT(count_of(&f, 1, ""), 1);
    fixture_close(&f);
}

TEST(roster, takes_units_of_any_bytes_up_to_the_limit_and_none_longer)
{
    struct fixture f = fixture_open();
    static char unit[514];
    memset(unit, 'u', 513);
    struct roster_item item = assign(&f, 1, unit, "control");
    CHECK_FAILS(roster_commit(f.roster, &item, 1, 0, f.arena, &f.err), &f.err, GOS_BAD_INPUT,
                "/0/user_id");
    item.assignment.user_id.len = 512;
    CHECK_INT(commit_one(&f, item).outcome, ROSTER_CREATED);
    item.assignment.user_id = (gos_str){"\0\xff\0", 3};
    CHECK_INT(commit_one(&f, item).outcome, ROSTER_CREATED);
    CHECK_INT(commit_one(&f, item).outcome, ROSTER_EXISTING);
    item.assignment.user_id.len = 0;
    CHECK_FAILS(roster_check(&item, &f.err), &f.err, GOS_BAD_INPUT, "/user_id");
    CHECK_INT(count_of(&f, 1, "control"), 2);
    fixture_close(&f);
}

static uint32_t list_all(struct fixture *f, const char *variant, uint32_t limit, char *out)
{
    struct roster_page page = {.next = {"", 0}};
    struct uuid id = experiment(1);
    uint32_t count = 0;
    *out = 0;
    do {
        CHECK_OK(roster_list_experiment(f->roster, PRODUCTION, &id, gos_str_from(variant),
                                        page.next, limit, f->arena, &page, &f->err),
                 &f->err);
        CHECK(page.count <= limit);
        for (uint32_t i = 0; i < page.count; i++, count++)
            sprintf(out + strlen(out), "%.*s ", GOS_ARG(page.items[i].user_id));
    } while (page.next.len);
    return count;
}

TEST(roster, lists_an_experiment_page_by_page_and_by_variant)
{
    struct fixture f = fixture_open();
    char units[8][4], text[200];
    for (int i = 0; i < 7; i++) {
        sprintf(units[i], "u%d", i);
        commit_one(&f, assign(&f, 1, units[i], i % 3 == 0 ? "control" : "treatment"));
        commit_one(&f, assign(&f, 2, units[i], "control"));
    }
    for (uint32_t limit = 1; limit < 10; limit++) {
        CHECK_INT(list_all(&f, "", limit, text), 7);
        CHECK_TEXT(gos_str_from(text), "u0 u1 u2 u3 u4 u5 u6 ");
        CHECK_INT(list_all(&f, "control", limit, text), 3);
        CHECK_TEXT(gos_str_from(text), "u0 u3 u6 ");
    }
    CHECK_INT(list_all(&f, "contro", 5, text), 0);
    CHECK_INT(count_of(&f, 1, ""), 7);
    CHECK_INT(count_of(&f, 1, "control"), 3);
    CHECK_INT(count_of(&f, 1, "contro"), 0);
    CHECK_INT(count_of(&f, 2, "control"), 7);
    CHECK_INT(count_of(&f, 3, ""), 0);
    fixture_close(&f);
}

TEST(roster, lists_all_assignments_of_a_unit)
{
    struct fixture f = fixture_open();
    struct assignment *items = NULL;
    uint32_t count = 0;
    for (uint8_t n = 1; n <= 20; n++)
        commit_one(&f, assign(&f, n, n % 2 ? "ann" : "bob", "control"));
    CHECK_OK(roster_list_unit(f.roster, PRODUCTION, GOS_LIT("ann"), 100, f.arena, &items, &count,
                              &f.err),
             &f.err);
    CHECK_INT(count, 10);
    for (uint32_t i = 0; i < count; i++)
        CHECK(items[i].experiment_id.bytes[15] == 2 * i + 1);
    CHECK_OK(
        roster_list_unit(f.roster, PRODUCTION, GOS_LIT("ann"), 3, f.arena, &items, &count, &f.err),
        &f.err);
    CHECK_INT(count, 3);
    CHECK_OK(
        roster_list_unit(f.roster, PRODUCTION, GOS_LIT("eve"), 3, f.arena, &items, &count, &f.err),
        &f.err);
    CHECK_INT(count, 0);
    fixture_close(&f);
}

TEST(roster, counts_right_over_many_variants_and_experiments_in_one_batch)
{
    struct fixture f = fixture_open();
    static struct roster_item items[1000];
    static char units[1000][8];
    static const char *VARIANTS[] = {"a", "b", "c"};
    for (int i = 0; i < 1000; i++) {
        sprintf(units[i], "u%d", i);
        items[i] = assign(&f, (uint8_t)(i % 100), units[i], VARIANTS[i / 100 % 3]);
    }
    for (int round = 0; round < 2; round++)
        CHECK_OK(roster_commit(f.roster, items, 1000, f.now_ms, f.arena, &f.err), &f.err);
    for (uint8_t n = 0; n < 100; n++) {
        CHECK_INT(count_of(&f, n, ""), 10);
        CHECK_INT(count_of(&f, n, "a"), 4);
        CHECK_INT(count_of(&f, n, "c"), 3);
    }
    fixture_close(&f);
}

TEST(roster, deletes_an_experiments_assignments_step_by_step)
{
    struct fixture f = fixture_open();
    struct uuid id = experiment(1);
    uint64_t count = 0, total = 0;
    bool more = true;
    char units[25][4];
    for (int i = 0; i < 25; i++) {
        sprintf(units[i], "u%d", i);
        commit_one(&f, assign(&f, 1, units[i], i % 2 ? "control" : "treatment"));
        commit_one(&f, assign(&f, 2, units[i], "control"));
    }
    CHECK_OK(roster_delete_assignments(f.roster, PRODUCTION, &id, 10, true, &count, &more, &f.err),
             &f.err);
    CHECK(count == 25 && !more);
    for (int round = 0; round < 3; round++) {
        CHECK_OK(
            roster_delete_assignments(f.roster, PRODUCTION, &id, 10, false, &count, &more, &f.err),
            &f.err);
        total += count;
        CHECK(more == (round < 2));
        CHECK_INT(count_of(&f, 1, ""), 25 - total);
        fixture_reopen(&f);
    }
    CHECK_INT(total, 25);
    CHECK_TEXT(variant_of(&f, 1, "u0"), "none");
    CHECK_TEXT(variant_of(&f, 2, "u0"), "control");
    CHECK_INT(count_of(&f, 2, ""), 25);
    CHECK_OK(roster_delete_assignments(f.roster, PRODUCTION, &id, 10, false, &count, &more, &f.err),
             &f.err);
    CHECK(count == 0 && !more);
    CHECK_INT(commit_one(&f, assign(&f, 1, "u0", "control")).outcome, ROSTER_CREATED);
    fixture_close(&f);
}

TEST(roster, says_which_backends_there_are)
{
    struct roster *roster = NULL;
    gos_error err = {0};
    struct roster_options options = {.folder = "/nowhere/at/all"};
    CHECK_FAILS(roster_open(GOS_LIT("paper"), &options, &roster, &err), &err, GOS_BAD_INPUT, "");
    CHECK(strstr(err.message, "rocksdb"));
    CHECK_FAILS(roster_open(GOS_LIT("rocksdb"), &options, &roster, &err), &err, GOS_STORE_FAILED,
                "");
    roster_close(NULL);
}

/* The spool: consecutive, complete, bounded, trimmed from the front; events once. */
#include "base/arena.h"
#include "base/time.h"
#include "fixture.h"
#include "roster/kv.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define PRODUCTION GOS_LIT("production")

static struct roster_spool_depth depth_of(struct fixture *f)
{
    struct roster_spool_depth depth;
    roster_spool_depth(f->roster, &depth);
    return depth;
}

TEST(spool, carries_each_kind_of_fact_whole_and_in_order)
{
    struct fixture f = fixture_open();
    struct roster_item assignment = assign(&f, 1, "ann", "control");
    assignment.attributes = GOS_LIT("{\"country\":\"FR\"}");
    assignment.ruleset = GOS_LIT("0123456789abcdef0123456789abcdef");
    struct roster_item exposure = {.kind = ROSTER_EXPOSURE,
                                   .exposure = {.environment = PRODUCTION,
                                                .experiment_id = experiment(9),
                                                .unit = GOS_LIT("eve"),
                                                .variant = GOS_LIT("b"),
                                                .reason = GOS_LIT("override"),
                                                .is_crossover = true,
                                                .at = -5}};
    struct roster_item bare = event(&f, "e2", "");
    bare.event.device_id = GOS_LIT("phone");
    bare.event.has_value = false;
    bare.event.properties = GOS_LIT("");
    struct roster_item items[] = {assignment, event(&f, "e1", "ann"), link_of(&f, "phone", "ann"),
                                  exposure, bare};
    CHECK_OK(roster_commit(f.roster, items, 5, 777, f.arena, &f.err), &f.err);
    fixture_reopen(&f);
    struct roster_facts facts = facts_of(&f);
    CHECK_INT(facts.count, 5);
    for (uint32_t i = 0; i < 5; i++)
        CHECK_INT(facts.items[i].sequence, i + 1);
    CHECK_TEXT(facts.items[0].exposure.attributes, "{\"country\":\"FR\"}");
    CHECK_INT(facts.items[0].exposure.at, assignment.assignment.assigned_at);
    const struct event *e1 = &facts.items[1].event;
    CHECK_TEXT(e1->event_id, "e1");
    CHECK_TEXT(e1->name, "purchase");
    CHECK_TEXT(e1->properties, "{\"sku\":\"a\"}");
    CHECK(e1->has_value && e1->value == 12.5 && e1->received_at == e1->at + 5);
    CHECK_TEXT(facts.items[2].link.device_id, "phone");
    CHECK_TEXT(facts.items[3].exposure.reason, "override");
    CHECK_INT(facts.items[3].exposure.at, -5);
    CHECK(facts.items[3].exposure.is_crossover && !facts.items[0].exposure.is_crossover);
    CHECK_TEXT(facts.items[0].exposure.ruleset, "0123456789abcdef0123456789abcdef");
    CHECK_INT(facts.items[3].exposure.ruleset.len, 0);
    CHECK_TEXT(facts.items[4].event.device_id, "phone");
    CHECK(!facts.items[4].event.has_value && facts.items[4].event.user_id.len == 0);
    CHECK_INT(depth_of(&f).oldest_ms, 777);
    fixture_close(&f);
}

TEST(spool, knows_an_event_by_its_id_in_its_environment)
{
    struct fixture f = fixture_open();
    struct roster_item elsewhere = event(&f, "e1", "ann");
    elsewhere.event.environment = GOS_LIT("staging");
    struct roster_item items[] = {event(&f, "e1", "ann"), event(&f, "e1", "bob"), elsewhere};
    CHECK_OK(roster_commit(f.roster, items, 3, f.now_ms, f.arena, &f.err), &f.err);
    CHECK_INT(items[0].outcome, ROSTER_CREATED);
    CHECK_INT(items[1].outcome, ROSTER_DUPLICATE);
    CHECK_INT(items[2].outcome, ROSTER_CREATED);
    fixture_reopen(&f);
    CHECK_INT(commit_one(&f, event(&f, "e1", "ann")).outcome, ROSTER_DUPLICATE);
    CHECK_INT(facts_of(&f).count, 2);
    fixture_close(&f);
}

TEST(spool, lets_old_event_ids_go_when_told_to)
{
    struct fixture f = fixture_open();
    commit_one(&f, event(&f, "old", "ann"));
    f.now_ms += TIME_DAY_MS;
    commit_one(&f, event(&f, "new", "ann"));
    roster_forget_event_ids(f.roster, f.now_ms);
    CHECK_OK(roster_compact(f.roster, &f.err), &f.err);
    CHECK_INT(commit_one(&f, event(&f, "new", "ann")).outcome, ROSTER_DUPLICATE);
    CHECK_INT(commit_one(&f, event(&f, "old", "ann")).outcome, ROSTER_CREATED);
    fixture_close(&f);
}

static void fill(struct fixture *f, int from, int to)
{
    char id[16];
    for (int i = from; i < to; i++) {
        sprintf(id, "e%d", i);
        commit_one(f, event(f, id, "ann"));
    }
}

TEST(spool, is_read_in_pieces_by_count_and_by_bytes)
{
    struct fixture f = fixture_open();
    struct roster_facts facts;
    fill(&f, 0, 10);
    CHECK_OK(roster_spool_read(f.roster, 4, 3, SIZE_MAX, f.arena, &facts, &f.err), &f.err);
    CHECK(facts.count == 3 && facts.items[0].sequence == 4 && facts.items[2].sequence == 6);
    CHECK_OK(roster_spool_read(f.roster, 9, 100, SIZE_MAX, f.arena, &facts, &f.err), &f.err);
    CHECK_INT(facts.count, 2);
    CHECK_OK(roster_spool_read(f.roster, 1, 100, 1, f.arena, &facts, &f.err), &f.err);
    CHECK_INT(facts.count, 1);
    CHECK_OK(roster_spool_read(f.roster, 11, 100, SIZE_MAX, f.arena, &facts, &f.err), &f.err);
    CHECK_INT(facts.count, 0);
    fixture_close(&f);
}

TEST(spool, keeps_its_numbers_and_depth_through_trims_and_restarts)
{
    struct fixture f = fixture_open();
    fill(&f, 0, 10);
    uint64_t bytes = depth_of(&f).bytes;
    CHECK_OK(roster_spool_trim(f.roster, 4, &f.err), &f.err);
    for (int round = 0; round < 2; round++) {
        struct roster_spool_depth depth = depth_of(&f);
        CHECK(depth.first_sequence == 5 && depth.next_sequence == 11 && depth.count == 6);
        CHECK(depth.bytes > 0 && depth.bytes < bytes);
        CHECK_INT(facts_of(&f).items[0].sequence, 5);
        CHECK_OK(roster_spool_trim(f.roster, 3, &f.err), &f.err);
        fixture_reopen(&f);
    }
    CHECK_OK(roster_spool_trim(f.roster, 1000, &f.err), &f.err);
    for (int round = 0; round < 2; round++) {
        struct roster_spool_depth depth = depth_of(&f);
        CHECK(depth.first_sequence == 11 && depth.next_sequence == 11 && depth.count == 0);
        CHECK(depth.bytes == 0 && depth.oldest_ms == TIME_NONE);
        fixture_reopen(&f);
    }
    fill(&f, 10, 11);
    CHECK_INT(facts_of(&f).items[0].sequence, 11);
    fixture_close(&f);
}

TEST(spool, keeps_the_fact_behind_a_trim_when_it_ends_a_table)
{
    struct fixture f = fixture_open();
    fill(&f, 0, 5);
    CHECK_OK(roster_compact(f.roster, &f.err), &f.err);
    CHECK_OK(roster_spool_trim(f.roster, 4, &f.err), &f.err);
    CHECK(facts_of(&f).count == 1 && facts_of(&f).items[0].sequence == 5);
    CHECK_OK(roster_spool_trim(f.roster, 5, &f.err), &f.err);
    CHECK_INT(facts_of(&f).count, 0);
    fixture_close(&f);
}

TEST(spool, refuses_a_whole_batch_when_it_is_full)
{
    struct fixture f = fixture_open();
    f.spool_count_max = 3;
    fixture_reopen(&f);
    fill(&f, 0, 2);
    struct roster_item items[] = {assign(&f, 1, "ann", "control"), event(&f, "e9", "ann")};
    CHECK_FAILS(roster_commit(f.roster, items, 2, 0, f.arena, &f.err), &f.err, GOS_OVERLOADED, "");
    CHECK_TEXT(variant_of(&f, 1, "ann"), "none");
    CHECK_INT(depth_of(&f).count, 2);
    CHECK_INT(commit_one(&f, items[0]).outcome, ROSTER_CREATED);
    CHECK_INT(commit_one(&f, items[0]).outcome, ROSTER_EXISTING);
    CHECK_OK(roster_spool_trim(f.roster, 1, &f.err), &f.err);
    CHECK_INT(commit_one(&f, items[1]).outcome, ROSTER_CREATED);
    fixture_close(&f);
}

TEST(spool, changes_nothing_when_any_read_or_write_of_a_commit_fails)
{
    struct fixture f = fixture_open();
    commit_one(&f, assign(&f, 1, "phone", "treatment"));
    bool done = false;
    for (uint64_t n = 1; !done; n++) {
        struct roster_item items[] = {assign_on(&f, 1, "ann", "phone", "control"),
                                      event(&f, "e1", "ann"), profile_of("ann", "{\"a\":1}"),
                                      assign(&f, 2, "ann", "control")};
        kv_fail_at(n);
        done = roster_commit(f.roster, items, 4, f.now_ms, f.arena, &f.err);
        kv_fail_at(0);
        CHECK(done ? n > 10 : f.err.code == GOS_STORE_FAILED);
        CHECK_INT(facts_of(&f).count, done ? 5 : 1);
        CHECK_INT(count_of(&f, 2, ""), done ? 1 : 0);
        CHECK_TEXT(variant_of(&f, 1, "ann"), done ? "treatment" : "none");
    }
    fixture_close(&f);
}

TEST(spool, changes_nothing_when_any_allocation_of_a_commit_fails)
{
    struct fixture f = fixture_open();
    commit_one(&f, assign(&f, 1, "phone", "treatment"));
    bool done = false;
    for (uint64_t n = 1; !done; n++) {
        struct roster_item items[] = {assign_on(&f, 1, "ann", "phone", "control"),
                                      event(&f, "e1", "ann"), profile_of("ann", "{\"a\":1}")};
        arena_fail_at(n);
        done = roster_commit(f.roster, items, 3, f.now_ms, f.arena, &f.err);
        arena_fail_at(0);
        CHECK(done || f.err.code == GOS_OUT_OF_MEMORY || f.err.code == GOS_TOO_LARGE);
        CHECK_INT(facts_of(&f).count, done ? 4 : 1);
        CHECK_TEXT(variant_of(&f, 1, "ann"), done ? "treatment" : "none");
    }
    fixture_close(&f);
}

static void files_may_grow_to(rlim_t bytes)
{
    struct rlimit limit;
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

TEST(spool, takes_writes_again_when_the_disk_does)
{
    struct fixture f = fixture_open();
    char id[16];
    int kept = 0;
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    commit_one(&f, assign(&f, 1, "ann", "control"));
    files_may_grow_to(20000);
    for (bool done = true; done; kept++) {
        sprintf(id, "e%d", kept);
        struct roster_item item = event(&f, id, "ann");
        done = roster_commit(f.roster, &item, 1, f.now_ms, f.arena, &f.err);
        CHECK(kept < 1000);
    }
    kept--;
    struct roster_item refused = event(&f, id, "ann");
    CHECK_FAILS(roster_commit(f.roster, &refused, 1, f.now_ms, f.arena, &f.err), &f.err,
                GOS_STORE_FAILED, "");
    CHECK_FAILS(roster_spool_trim(f.roster, 1, &f.err), &f.err, GOS_STORE_FAILED, "");
    CHECK_TEXT(variant_of(&f, 1, "ann"), "control");
    CHECK_INT(facts_of(&f).count, kept + 1);
    files_may_grow_to(RLIM_INFINITY);
    CHECK_INT(commit_one(&f, event(&f, id, "ann")).outcome, ROSTER_CREATED);
    CHECK_OK(roster_spool_trim(f.roster, 1, &f.err), &f.err);
    fixture_reopen(&f);
    CHECK_INT(facts_of(&f).count, kept + 1);
    CHECK_TEXT(variant_of(&f, 1, "ann"), "control");
    signal(SIGXFSZ, before);
    fixture_close(&f);
}

TEST(spool, is_copied_with_the_rest_by_a_backup_while_serving)
{
    struct fixture f = fixture_open();
    char folder[200];
    commit_one(&f, assign(&f, 1, "ann", "control"));
    snprintf(folder, sizeof folder, "%s/copy", f.folder);
    CHECK_OK(roster_backup(f.roster, folder, &f.err), &f.err);
    CHECK_FAILS(roster_backup(f.roster, folder, &f.err), &f.err, GOS_STORE_FAILED, "");
    commit_one(&f, assign(&f, 1, "bob", "control"));
    struct fixture copy = f;
    copy.folder = folder;
    struct roster_options options = {
        .folder = folder, .spool_count_max = 100, .spool_bytes_max = 1 << 20};
    CHECK_OK(roster_open(GOS_LIT("rocksdb"), &options, &copy.roster, &f.err), &f.err);
    CHECK_TEXT(variant_of(&copy, 1, "ann"), "control");
    CHECK_TEXT(variant_of(&copy, 1, "bob"), "none");
    CHECK_INT(facts_of(&copy).count, 1);
    roster_close(copy.roster);
    fixture_close(&f);
}

TEST(spool, counts_what_it_holds)
{
    struct fixture f = fixture_open();
    struct roster_stats stats;
    commit_one(&f, assign(&f, 1, "ann", "control"));
    commit_one(&f, event(&f, "e1", "ann"));
    CHECK_OK(roster_compact(f.roster, &f.err), &f.err);
    CHECK_OK(roster_stats(f.roster, &stats, &f.err), &f.err);
    CHECK(stats.assignments == 1 && stats.event_ids == 1);
    CHECK(stats.assignment_bytes > 0 && stats.disk_bytes > stats.assignment_bytes);
    fixture_close(&f);
}

TEST(spool, keeps_a_long_batch_whole_beside_other_writes_and_trims_it_anywhere)
{
    enum { COUNT = 5000 };
    struct fixture f = fixture_open();
    struct roster_item *items = gos_arena_array(f.arena, COUNT + 1, sizeof *items, &f.err);
    items[0] = assign_on(&f, 1, "ann", "phone", "control");
    for (int i = 1; i <= COUNT; i++)
        items[i] = event(&f, gos_arena_print(f.arena, "long-%d", i).data, "ann");
    CHECK_OK(roster_commit(f.roster, items, COUNT + 1, f.now_ms, f.arena, &f.err), &f.err);
    CHECK_TEXT(variant_of(&f, 1, "ann"), "control");
    uint64_t sequences[] = {1, 2, 2500, COUNT, COUNT + 1};
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        struct roster_facts facts;
        fixture_reopen(&f);
        CHECK_OK(roster_spool_read(f.roster, sequences[i], 10, SIZE_MAX, f.arena, &facts, &f.err),
                 &f.err);
        uint64_t left = depth_of(&f).next_sequence - sequences[i];
        CHECK_INT(facts.count, left < 10 ? left : 10);
        for (uint32_t k = 0; k < facts.count; k++)
            CHECK_INT(facts.items[k].sequence, sequences[i] + k);
        CHECK_OK(roster_spool_trim(f.roster, sequences[i], &f.err), &f.err);
        CHECK_INT(depth_of(&f).count, left - 1);
    }
    fixture_close(&f);
}

TEST(spool, knows_every_event_of_many_at_once_and_after_a_restart)
{
    enum { COUNT = 3000 };
    struct fixture f = fixture_open();
    struct roster_item *items = gos_arena_array(f.arena, COUNT, sizeof *items, &f.err);
    for (int round = 0; round < 4; round++) {
        uint64_t created = 0;
        for (int i = 0; i < COUNT; i++)
            items[i] = event(&f, gos_arena_print(f.arena, "%d", i / 2 + 500 * round).data, "ann");
        CHECK_OK(roster_commit(f.roster, items, COUNT, f.now_ms, f.arena, &f.err), &f.err);
        for (int i = 0; i < COUNT; i++)
            created += items[i].outcome == ROSTER_CREATED;
        CHECK_INT(created, round == 0 ? COUNT / 2 : 500);
        if (round == 1)
            fixture_reopen(&f);
    }
    CHECK_INT(facts_of(&f).count, COUNT / 2 + 3 * 500);
    fixture_close(&f);
}

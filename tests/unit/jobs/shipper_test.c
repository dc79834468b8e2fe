/* Facts travel from a roster to a ledger once, across restarts of either. */
#include "jobs/shipper.h"
#include "test.h"

#include <stdio.h>

static gos_arena *arena;
static struct roster *roster;
static struct ledger *ledger;
static struct shipper *shipper;
static char roster_folder[400], ledger_path[400];

static void open_roster(void)
{
    struct roster_options options = {
        .folder = roster_folder, .spool_count_max = UINT64_MAX, .spool_bytes_max = UINT64_MAX};
    gos_error err = {0};
    CHECK_OK(roster_open(GOS_LIT("rocksdb"), &options, &roster, &err), &err);
}

static void open_ledger(void)
{
    struct ledger_options options = {.backend = "duckdb", .location = ledger_path};
    gos_error err = {0};
    CHECK_OK(ledger_open(&options, &ledger, &err), &err);
}

static void open_shipper(void)
{
    struct shipper_options options = {.roster = roster, .ledger = ledger, .pause_ms = 5};
    gos_error err = {0};
    CHECK_OK(shipper_open(&options, &shipper, &err), &err);
}

static void commit_events(int first, int count)
{
    struct roster_item items[64] = {0};
    gos_error err = {0};
    for (int i = 0; i < count; i++) {
        items[i].kind = ROSTER_EVENT;
        items[i].event = (struct event){
            .environment = GOS_LIT("production"),
            .event_id = gos_arena_print(arena, "event-%d", first + i),
            .user_id = GOS_LIT("ann"),
            .name = GOS_LIT("buy"),
            .at = 1700000000000 + i,
            .received_at = 1700000000000,
        };
    }
    CHECK_OK(roster_commit(roster, items, (size_t)count, 1700000000000, arena, &err), &err);
}

static void check_events(uint64_t want)
{
    struct ledger_event *events = NULL;
    uint32_t count = 0;
    gos_error err = {0};
    CHECK_OK(shipper_flush(shipper, 10000, &err), &err);
    CHECK_OK(ledger_list_events(ledger, GOS_LIT("production"), arena, &events, &count, &err), &err);
    CHECK_INT(count, 1);
    CHECK_INT(events[0].count, want);
}

static void begin(void)
{
    arena = gos_arena_open((size_t)1 << 26);
    const char *folder = test_folder();
    snprintf(roster_folder, sizeof roster_folder, "%s/roster", folder);
    snprintf(ledger_path, sizeof ledger_path, "%s/ledger.db", folder);
    open_roster();
    open_ledger();
    open_shipper();
}

static void end(void)
{
    shipper_close(shipper);
    ledger_close(ledger);
    roster_close(roster);
    gos_arena_close(arena);
}

TEST(shipper, carries_each_fact_once_and_trims_the_spool)
{
    begin();
    commit_events(0, 50);
    commit_events(40, 20);
    check_events(60);
    struct shipper_stats stats;
    shipper_stats(shipper, &stats);
    CHECK_INT(stats.facts, 60);
    CHECK_INT(stats.waiting, 0);
    shipper_close(shipper);
    commit_events(100, 5);
    ledger_close(ledger);
    open_ledger();
    open_shipper();
    check_events(65);
    end();
}

TEST(shipper, passes_over_what_the_ledger_had_before_the_spool_was_trimmed)
{
    begin();
    shipper_close(shipper);
    commit_events(0, 10);
    struct roster_facts facts = {0};
    gos_error err = {0};
    CHECK_OK(roster_spool_read(roster, 1, 6, 1 << 20, arena, &facts, &err), &err);
    CHECK_OK(ledger_append(ledger, facts.items, facts.count, &err), &err);
    open_shipper();
    check_events(10);
    end();
}

TEST(shipper, takes_new_facts_of_a_roster_that_was_restored_from_an_older_copy)
{
    begin();
    commit_events(0, 10);
    check_events(10);
    shipper_close(shipper);
    roster_close(roster);
    snprintf(roster_folder, sizeof roster_folder, "%s/roster", test_folder());
    open_roster();
    open_shipper();
    commit_events(50, 3);
    commit_events(60, 2);
    check_events(15);
    end();
}

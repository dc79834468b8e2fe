/* The roster's writer: many callers, one commit, each with its own answer. */
#include "jobs/writer.h"
#include "roster/spool.h"
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 4, ROUNDS = 50, ITEMS = 5, UNITS = 40 };

struct fixture {
    const char *folder;
    struct roster *roster;
    struct writer *writer;
    gos_arena *arena;
    gos_error err;
};

static int64_t clock_ms(void *context)
{
    (void)context;
    return INT64_C(1700000000000);
}

static struct fixture fixture_open(uint32_t queue_items_max, uint64_t spool_count_max)
{
    struct fixture f = {.folder = test_folder(), .arena = gos_arena_open(SIZE_MAX / 4)};
    struct roster_options roster = {
        .folder = f.folder, .spool_count_max = spool_count_max, .spool_bytes_max = 1 << 30};
    struct writer_options writer = {.queue_items_max = queue_items_max, .now_ms = clock_ms};
    CHECK_OK(roster_open(GOS_LIT("rocksdb"), &roster, &f.roster, &f.err), &f.err);
    CHECK_OK(writer_open(f.roster, &writer, &f.writer, &f.err), &f.err);
    return f;
}

static void fixture_close(struct fixture *f)
{
    writer_close(f->writer);
    roster_close(f->roster);
    gos_arena_close(f->arena);
}

static struct roster_item assign(gos_str unit, gos_str variant)
{
    return (struct roster_item){.kind = ROSTER_ASSIGNMENT,
                                .assignment = {.environment = GOS_LIT("production"),
                                               .user_id = unit,
                                               .variant = variant,
                                               .assignment_reason = GOS_LIT("split"),
                                               .assigned_at = 1}};
}

TEST(writer, answers_each_waiting_caller_with_what_became_of_its_items)
{
    struct fixture f = fixture_open(0, 1000);
    struct roster_item items[] = {assign(GOS_LIT("ann"), GOS_LIT("control")),
                                  assign(GOS_LIT("ann"), GOS_LIT("treatment"))};
    CHECK_OK(writer_commit(f.writer, items, 2, f.arena, &f.err), &f.err);
    CHECK_INT(items[0].outcome, ROSTER_CREATED);
    CHECK_INT(items[1].outcome, ROSTER_EXISTING);
    CHECK_TEXT(items[1].stored.variant, "control");
    struct writer_stats stats;
    writer_stats(f.writer, &stats);
    CHECK(stats.commits == 1 && stats.items == 2 && stats.waiting == 0);
    fixture_close(&f);
}

struct counter {
    _Atomic int done, failed;
    _Atomic gos_code code;
};

static void count_done(struct writer_submission *submission, const gos_error *err)
{
    struct counter *counter = submission->user;
    if (err) {
        atomic_store(&counter->code, err->code);
        atomic_fetch_add(&counter->failed, 1);
    } else {
        atomic_fetch_add(&counter->done, 1);
    }
}

TEST(writer, completes_everything_taken_before_it_closes_and_takes_nothing_after)
{
    struct fixture f = fixture_open(0, 100000);
    static struct roster_item items[1000];
    static struct writer_submission submissions[1000];
    static char units[1000][8];
    struct counter counter = {0};
    for (int i = 0; i < 1000; i++) {
        sprintf(units[i], "u%d", i);
        items[i] = assign(gos_str_from(units[i]), GOS_LIT("control"));
        submissions[i] = (struct writer_submission){
            .items = &items[i], .item_count = 1, .done = count_done, .user = &counter};
        CHECK_OK(writer_submit(f.writer, &submissions[i], &f.err), &f.err);
    }
    writer_close(f.writer);
    f.writer = NULL;
    CHECK_INT(counter.done, 1000);
    CHECK_INT(items[999].outcome, ROSTER_CREATED);
    struct roster_spool_depth depth;
    roster_spool_depth(f.roster, &depth);
    CHECK_INT(depth.count, 1000);
    fixture_close(&f);
}

TEST(writer, refuses_bad_items_and_more_than_its_queue_holds)
{
    struct fixture f = fixture_open(3, 1000);
    struct counter counter = {0};
    struct roster_item items[4];
    for (int i = 0; i < 4; i++)
        items[i] = assign(GOS_LIT("ann"), GOS_LIT("control"));
    struct writer_submission submission = {
        .items = items, .item_count = 4, .done = count_done, .user = &counter};
    CHECK_FAILS(writer_submit(f.writer, &submission, &f.err), &f.err, GOS_OVERLOADED, "");
    items[2].assignment.variant = GOS_LIT("");
    submission.item_count = 3;
    CHECK_FAILS(writer_submit(f.writer, &submission, &f.err), &f.err, GOS_BAD_INPUT, "/2/variant");
    items[2].assignment.variant = GOS_LIT("control");
    CHECK_OK(writer_submit(f.writer, &submission, &f.err), &f.err);
    writer_close(f.writer);
    f.writer = NULL;
    CHECK(counter.done == 1 && counter.failed == 0);
    fixture_close(&f);
}

TEST(writer, says_overloaded_when_the_spool_is_full_but_still_answers_what_needs_no_place)
{
    struct fixture f = fixture_open(0, 1);
    struct roster_item ann = assign(GOS_LIT("ann"), GOS_LIT("control"));
    struct roster_item bob = assign(GOS_LIT("bob"), GOS_LIT("control"));
    CHECK_OK(writer_commit(f.writer, &ann, 1, f.arena, &f.err), &f.err);
    struct counter counter = {0};
    struct roster_item items[] = {ann, bob, ann};
    struct writer_submission submissions[3];
    for (int i = 0; i < 3; i++) {
        submissions[i] = (struct writer_submission){
            .items = &items[i], .item_count = 1, .done = count_done, .user = &counter};
        CHECK_OK(writer_submit(f.writer, &submissions[i], &f.err), &f.err);
    }
    writer_close(f.writer);
    f.writer = NULL;
    CHECK(counter.done == 2 && counter.failed == 1 && counter.code == GOS_OVERLOADED);
    CHECK_INT(items[2].outcome, ROSTER_EXISTING);
    fixture_close(&f);
}

struct caller {
    struct fixture *f;
    unsigned seed;
    gos_str variant;
    gos_str seen[UNITS]; /* the variant that each unit was said to have */
    bool has_failed;
};

static char unit_names[UNITS][8];

/* Asks for the same units as the others, with a variant of its own. */
static void *call(void *context)
{
    struct caller *caller = context;
    gos_arena *arena = gos_arena_open(1 << 24);
    for (int round = 0; round < ROUNDS; round++) {
        struct roster_item items[ITEMS];
        int units[ITEMS];
        for (int i = 0; i < ITEMS; i++) {
            units[i] = rand_r(&caller->seed) % UNITS;
            items[i] = assign(gos_str_from(unit_names[units[i]]), caller->variant);
        }
        if (!writer_commit(caller->f->writer, items, ITEMS, arena, NULL))
            caller->has_failed = true;
        for (int i = 0; i < ITEMS; i++) {
            gos_str *seen = &caller->seen[units[i]];
            if (seen->len && !gos_str_equal(*seen, items[i].stored.variant))
                caller->has_failed = true;
            *seen = items[i].stored.variant.data[0] == 'a'   ? GOS_LIT("a")
                    : items[i].stored.variant.data[0] == 'b' ? GOS_LIT("b")
                    : items[i].stored.variant.data[0] == 'c' ? GOS_LIT("c")
                                                             : GOS_LIT("d");
        }
    }
    gos_arena_close(arena);
    return NULL;
}

TEST(writer, gives_a_unit_one_variant_however_many_threads_ask)
{
    struct fixture f = fixture_open(0, 100000);
    static struct caller callers[THREADS];
    static const gos_str VARIANTS[THREADS] = {{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}};
    pthread_t threads[THREADS];
    for (int i = 0; i < UNITS; i++)
        sprintf(unit_names[i], "u%d", i);
    for (unsigned i = 0; i < THREADS; i++) {
        callers[i] = (struct caller){.f = &f, .seed = i, .variant = VARIANTS[i]};
        CHECK_INT(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++) {
        CHECK(!callers[i].has_failed);
        for (int unit = 0; unit < UNITS; unit++) {
            if (callers[i].seen[unit].len && callers[0].seen[unit].len)
                CHECK(gos_str_equal(callers[i].seen[unit], callers[0].seen[unit]));
        }
    }
    struct roster_spool_depth depth;
    roster_spool_depth(f.roster, &depth);
    CHECK_INT(depth.count, UNITS);
    fixture_close(&f);
}

struct follower {
    struct roster *roster;
    _Atomic bool is_last;
    uint64_t seen; /* facts, all consecutive */
    bool has_failed;
};

/* Reads the spool in order and trims what it has read, as a shipper does. */
static void *follow(void *context)
{
    struct follower *follower = context;
    gos_arena *arena = gos_arena_open(1 << 26);
    for (bool is_last = false;;) {
        struct roster_facts facts;
        bool was_last = is_last;
        is_last = atomic_load(&follower->is_last);
        gos_arena_reset(arena);
        if (!roster_spool_read(follower->roster, follower->seen + 1, 7, SIZE_MAX, arena, &facts,
                               NULL))
            follower->has_failed = true;
        for (uint32_t i = 0; i < facts.count; i++) {
            if (facts.items[i].sequence != ++follower->seen)
                follower->has_failed = true;
        }
        if (facts.count > 0 && !roster_spool_trim(follower->roster, follower->seen, NULL))
            follower->has_failed = true;
        if (follower->has_failed || (was_last && facts.count == 0))
            break;
    }
    gos_arena_close(arena);
    return NULL;
}

TEST(writer, feeds_one_who_reads_and_trims_the_spool_meanwhile)
{
    struct fixture f = fixture_open(0, 100000);
    struct follower follower = {.roster = f.roster};
    pthread_t thread;
    CHECK_INT(pthread_create(&thread, NULL, follow, &follower), 0);
    char units[5][16];
    for (int round = 0; round < 300; round++) {
        struct roster_item items[5];
        for (int i = 0; i < 5; i++) {
            sprintf(units[i], "u%d-%d", round, i);
            items[i] = assign(gos_str_from(units[i]), GOS_LIT("control"));
        }
        CHECK_OK(writer_commit(f.writer, items, 5, f.arena, &f.err), &f.err);
    }
    atomic_store(&follower.is_last, true);
    pthread_join(thread, NULL);
    CHECK(!follower.has_failed);
    CHECK_INT(follower.seen, 1500);
    struct roster_spool_depth depth;
    roster_spool_depth(f.roster, &depth);
    CHECK(depth.count == 0 && depth.bytes == 0 && depth.next_sequence == 1501);
    fixture_close(&f);
}

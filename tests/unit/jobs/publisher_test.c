/* Rulesets are swapped whole: readers never wait, never see a half, never go back in time. */
#include "jobs/publisher.h"

#include "base/secret.h"
#include "gosset/eval.h"
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

enum { READERS = 3, SWAPS = 150 };

struct given {
    struct catalog *catalog;
    struct publisher *publisher;
    gos_arena *arena;
    gos_error err;
    int64_t share;
    atomic_bool stopping;
    _Atomic uint64_t reads;
};

static int64_t clock_ms(void *context)
{
    (void)context;
    return INT64_C(1772366400000);
}

/* Creates the flag with the first call, changes its rollout with each later one. */
static void put_flag(struct given *given, int64_t share)
{
    gos_str production = GOS_LIT("production");
    struct definition stored, made;
    bool found;
    char body[256];
    snprintf(body, sizeof body,
             "{\"key\":\"f\",\"name\":\"f\",\"type\":\"Boolean\",\"default_value\":false,"
             "\"enabled\":true,\"rollout_percentage\":%d}",
             (int)share);
    gos_arena_reset(given->arena);
    CHECK_OK(catalog_find(given->catalog, production, KIND_FLAG, GOS_LIT("f"), given->arena,
                          &stored, &found, &given->err),
             &given->err);
    struct definition_input input = {.kind = KIND_FLAG,
                                     .stored = found ? &stored : NULL,
                                     .id = secret_uuid(clock_ms(NULL)),
                                     .environment = production,
                                     .actor = GOS_LIT("test"),
                                     .now_ms = clock_ms(NULL)};
    CHECK_OK(json_read(gos_str_from(body), given->arena, &input.json, &given->err), &given->err);
    CHECK_OK(definition_read(&input, given->arena, &made, &given->err), &given->err);
    struct catalog_write write = {
        .environment = production, .actor = GOS_LIT("test"), .now_ms = clock_ms(NULL)};
    struct catalog_change change = {.operation = CATALOG_PUT,
                                    .definition = &made,
                                    .expected_version = CATALOG_VERSION_ANY,
                                    .action = GOS_LIT("put"),
                                    .pointer = ""};
    change.expected_version = found ? stored.version : CATALOG_VERSION_NEW;
    CHECK_OK(catalog_apply(given->catalog, &write, &change, 1, NULL, &given->err), &given->err);
}

static void given_open(struct given *given)
{
    char path[256];
    *given = (struct given){.arena = gos_arena_open(64 << 20)};
    CHECK_OK(secret_start(&given->err), &given->err);
    snprintf(path, sizeof path, "%s/catalog.db", test_folder());
    struct catalog_options catalog = {"sqlite", path, 1, clock_ms(NULL)};
    CHECK_OK(catalog_open(&catalog, &given->catalog, &given->err), &given->err);
    put_flag(given, 0);
    struct publisher_options options = {.catalog = given->catalog, .now_ms = clock_ms};
    CHECK_OK(publisher_open(&options, &given->publisher, &given->err), &given->err);
}

static void given_close(struct given *given)
{
    publisher_close(given->publisher);
    catalog_close(given->catalog);
    gos_arena_close(given->arena);
}

static void *read_on(void *user)
{
    struct given *given = user;
    gos_context *context = gos_context_open(1 << 16);
    int64_t newest = 0;
    while (!atomic_load(&given->stopping)) {
        struct publisher_pin pin;
        gos_error err;
        gos_subject subject = {.user_id = GOS_LIT("u"), .now_ms = 1};
        if (!publisher_pin(given->publisher, GOS_LIT("production"), &pin, &err) ||
            !gos_context_bind(context, pin.rules, &subject, GOS_LIT(""), &err))
            break;
        gos_decision decision = gos_eval_flag(pin.rules, GOS_LIT("f"), context);
        bool whole = decision.code == GOS_OK && pin.sequence >= newest;
        newest = pin.sequence;
        publisher_unpin(given->publisher, &pin);
        if (!whole)
            break;
        atomic_fetch_add(&given->reads, 1);
    }
    gos_context_close(context);
    return atomic_load(&given->stopping) ? user : NULL;
}

TEST(publisher, swaps_under_readers_that_always_see_a_whole_and_newer_ruleset)
{
    struct given given;
    given_open(&given);
    pthread_t readers[READERS];
    for (int i = 0; i < READERS; i++)
        CHECK_INT(pthread_create(&readers[i], NULL, read_on, &given), 0);
    for (int i = 1; i <= SWAPS; i++) {
        put_flag(&given, i % 101);
        CHECK_OK(publisher_publish(given.publisher, GOS_LIT("production"), &given.err), &given.err);
    }
    while (atomic_load(&given.reads) < 1000)
        continue;
    atomic_store(&given.stopping, true);
    for (int i = 0; i < READERS; i++) {
        void *whole;
        pthread_join(readers[i], &whole);
        CHECK(whole != NULL);
    }
    CHECK(publisher_count(given.publisher) >= SWAPS);
    given_close(&given);
}

TEST(publisher, serves_a_change_to_whoever_pins_after_it_and_the_old_to_whoever_pinned_before)
{
    struct given given;
    given_open(&given);
    struct publisher_pin before, after;
    gos_str production = GOS_LIT("production");
    CHECK_OK(publisher_pin(given.publisher, production, &before, &given.err), &given.err);
    put_flag(&given, 100);
    CHECK_OK(publisher_publish(given.publisher, production, &given.err), &given.err);
    CHECK_OK(publisher_pin(given.publisher, production, &after, &given.err), &given.err);
    CHECK(after.sequence > before.sequence);
    CHECK(!gos_str_equal(gos_ruleset_hash(before.rules), gos_ruleset_hash(after.rules)));
    publisher_unpin(given.publisher, &before);
    publisher_unpin(given.publisher, &after);
    given_close(&given);
}

TEST(publisher, does_nothing_when_nothing_has_changed)
{
    struct given given;
    given_open(&given);
    uint64_t count = publisher_count(given.publisher);
    CHECK_OK(publisher_publish(given.publisher, GOS_LIT("production"), &given.err), &given.err);
    CHECK_INT(publisher_count(given.publisher), count);
    given_close(&given);
}

TEST(publisher, rebuilds_the_ruleset_of_a_past_change)
{
    struct given given;
    given_open(&given);
    struct publisher_pin now, past;
    struct publisher_past *opened;
    gos_str production = GOS_LIT("production");
    CHECK_OK(publisher_pin(given.publisher, production, &now, &given.err), &given.err);
    put_flag(&given, 100);
    CHECK_OK(publisher_publish(given.publisher, production, &given.err), &given.err);
    CHECK_OK(
        publisher_past_open(given.publisher, production, now.sequence, &opened, &past, &given.err),
        &given.err);
    CHECK(gos_str_equal(gos_ruleset_hash(past.rules), gos_ruleset_hash(now.rules)));
    publisher_past_close(given.publisher, opened);
    publisher_unpin(given.publisher, &now);
    given_close(&given);
}

TEST(publisher, knows_no_environment_that_does_not_exist)
{
    struct given given;
    given_open(&given);
    struct publisher_pin pin;
    CHECK_FAILS(publisher_pin(given.publisher, GOS_LIT("nowhere"), &pin, &given.err), &given.err,
                GOS_NOT_FOUND, "/environment");
    given_close(&given);
}

TEST(publisher, takes_over_what_a_check_compiled_unless_it_is_out_of_date)
{
    struct given given;
    given_open(&given);
    gos_str production = GOS_LIT("production"), document;
    struct document_checked checked;
    struct publisher_pin pin;
    int64_t sequence;
    gos_arena *arena = gos_arena_open(1 << 24);
    for (int round = 0; round < 2; round++) {
        put_flag(&given, 50 + round);
        CHECK_OK(catalog_document(given.catalog, production, CATALOG_NOW, arena, &document,
                                  &sequence, &given.err),
                 &given.err);
        CHECK_OK(document_check(document, NULL, NULL, 0, &checked, &given.err), &given.err);
        if (round == 1)
            put_flag(&given, 77);
        const gos_ruleset *rules = checked.rules;
        CHECK_OK(
            publisher_publish_checked(given.publisher, production, &checked, sequence, &given.err),
            &given.err);
        CHECK_OK(publisher_pin(given.publisher, production, &pin, &given.err), &given.err);
        CHECK_INT(pin.rules == rules, round == 0);
        CHECK_INT(pin.sequence - sequence, round);
        CHECK_INT(checked.arena == NULL, round == 0);
        publisher_unpin(given.publisher, &pin);
        gos_arena_close(checked.arena);
    }
    gos_arena_close(arena);
    given_close(&given);
}

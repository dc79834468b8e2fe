/* Keys, results, copies and many threads at once. */
#include "fixture.h"

#include "base/text.h"
#include "base/time.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#define PRODUCTION GOS_LIT("production")

static struct api_key key_of(const char *hash, uint8_t id)
{
    struct api_key key = {.environment = PRODUCTION,
                          .name = GOS_LIT("ci"),
                          .scope = GOS_LIT("server"),
                          .prefix = GOS_LIT("gos_abcd"),
                          .hash = gos_str_from(hash),
                          .created_by = GOS_LIT("ann"),
                          .created_at = FIXTURE_NOW,
                          .last_used_at = TIME_NONE,
                          .revoked_at = TIME_NONE};
    memset(key.id.bytes, id, sizeof key.id.bytes);
    return key;
}

TEST(catalog_key, is_found_by_its_hash_until_and_after_it_is_revoked)
{
    struct fixture given = fixture_open();
    struct api_key key = key_of("aaaa", 1);
    struct api_key got;
    struct api_key *keys;
    uint32_t count;
    bool found;
    CHECK_OK(catalog_add_key(given.catalog, &key, &given.err), &given.err);
    key.id.bytes[0] = 9;
    CHECK_FAILS(catalog_add_key(given.catalog, &key, &given.err), &given.err, GOS_CONFLICT, "");
    key.id.bytes[0] = 1;
    CHECK_OK(
        catalog_find_key(given.catalog, GOS_LIT("aaaa"), given.arena, &got, &found, &given.err),
        &given.err);
    CHECK(found);
    CHECK_TEXT(got.environment, "production");
    CHECK_TEXT(got.scope, "server");
    CHECK_INT(got.revoked_at, TIME_NONE);
    CHECK(catalog_find_key(given.catalog, GOS_LIT("bbbb"), given.arena, &got, &found, &given.err));
    CHECK(!found);
    CHECK_OK(catalog_touch_key(given.catalog, key.id, FIXTURE_NOW + 7, &given.err), &given.err);
    CHECK_FAILS(catalog_revoke_key(given.catalog, GOS_LIT("staging"), key.id, GOS_LIT("ann"),
                                   FIXTURE_NOW + 9, &given.err),
                &given.err, GOS_NOT_FOUND, "");
    CHECK_OK(catalog_revoke_key(given.catalog, PRODUCTION, key.id, GOS_LIT("ann"), FIXTURE_NOW + 9,
                                &given.err),
             &given.err);
    CHECK_FAILS(catalog_revoke_key(given.catalog, PRODUCTION, key.id, GOS_LIT("ann"),
                                   FIXTURE_NOW + 9, &given.err),
                &given.err, GOS_NOT_FOUND, "");
    CHECK_OK(catalog_list_keys(given.catalog, GOS_LIT(""), given.arena, &keys, &count, &given.err),
             &given.err);
    CHECK_INT(count, 1);
    CHECK_INT(keys[0].last_used_at, FIXTURE_NOW + 7);
    CHECK_INT(keys[0].revoked_at, FIXTURE_NOW + 9);
    CHECK(catalog_list_keys(given.catalog, GOS_LIT("staging"), given.arena, &keys, &count,
                            &given.err));
    CHECK_INT(count, 0);
    fixture_close(&given);
}

TEST(catalog_key, its_hash_never_reaches_the_log)
{
    struct fixture given = fixture_open();
    struct api_key key = key_of("feedbeef", 1);
    struct audit_page page;
    struct audit_query query = {
        .environment = PRODUCTION, .since = TIME_NONE, .until = TIME_NONE, .limit = 10};
    CHECK_OK(catalog_add_key(given.catalog, &key, &given.err), &given.err);
    CHECK(catalog_list_audit(given.catalog, &query, given.arena, &page, &given.err));
    CHECK_INT(page.count, 1);
    CHECK_TEXT(page.items[0].after,
               "{\"name\":\"ci\",\"scope\":\"server\",\"prefix\":\"gos_abcd\"}");
    fixture_close(&given);
}

static struct result result_of(const struct definition *experiment, const char *metric,
                               const char *variant, int64_t at)
{
    return (struct result){.experiment_id = experiment->id,
                           .environment = PRODUCTION,
                           .variant = gos_str_from(variant),
                           .metric_name = gos_str_from(metric),
                           .sample_size = 100,
                           .conversions = 20,
                           .mean_value = 0.2,
                           .variance = 0.16,
                           .interval_lower = 0.13,
                           .interval_upper = 0.29,
                           .p_value = NAN,
                           .lift = 10,
                           .statistical_power = 0.8,
                           .computed_at = at,
                           .window_start = FIXTURE_NOW - 1000,
                           .window_end = FIXTURE_NOW,
                           .detail = GOS_LIT("{\"diff\":1}")};
}

TEST(catalog_result, the_latest_computation_and_its_history_are_kept)
{
    struct fixture given = fixture_open();
    struct definition experiment;
    struct result rows[2];
    struct result *got;
    uint32_t count;
    fixture_metric(&given, "m");
    fixture_experiment(&given, "e", "");
    CHECK(catalog_get(given.catalog, PRODUCTION, KIND_EXPERIMENT, GOS_LIT("e"), given.arena,
                      &experiment, &given.err));
    for (int64_t at = 1; at <= 3; at++) {
        rows[0] = result_of(&experiment, "m", "control", at);
        rows[1] = result_of(&experiment, "m", "treatment", at);
        rows[1].sample_size = 100 + at;
        CHECK_OK(catalog_add_results(given.catalog, rows, 2, &given.err), &given.err);
    }
    CHECK_FAILS(catalog_add_results(given.catalog, rows, 2, &given.err), &given.err, GOS_CONFLICT,
                "");
    CHECK_OK(catalog_latest_results(given.catalog, PRODUCTION, experiment.id, given.arena, &got,
                                    &count, &given.err),
             &given.err);
    CHECK_INT(count, 2);
    CHECK_TEXT(got[1].variant, "treatment");
    CHECK_INT(got[1].sample_size, 103);
    CHECK(isnan(got[1].p_value));
    CHECK_NEAR(got[1].mean_value, 0.2, 0);
    CHECK_TEXT(got[1].detail, "{\"diff\":1}");
    CHECK_OK(catalog_result_history(given.catalog, PRODUCTION, experiment.id, GOS_LIT("m"), 2, 100,
                                    given.arena, &got, &count, &given.err),
             &given.err);
    CHECK_INT(count, 4);
    CHECK_INT(got[0].computed_at, 2);
    CHECK_FAILS(catalog_latest_results(given.catalog, GOS_LIT("staging"), experiment.id,
                                       given.arena, &got, &count, &given.err),
                &given.err, GOS_NOT_FOUND, "/experiment_id");
    rows[0].computed_at = rows[1].computed_at = 9;
    rows[1].p_value = 1.5;
    CHECK_FAILS(catalog_add_results(given.catalog, rows, 2, &given.err), &given.err, GOS_BAD_INPUT,
                "/p_value");
    CHECK_FAILS(fixture_delete(&given, KIND_EXPERIMENT, "e"), &given.err, GOS_IN_USE, "");
    fixture_close(&given);
}

TEST(catalog_backup, is_a_whole_catalog_and_overwrites_nothing)
{
    struct fixture given = fixture_open();
    struct definition got;
    char copy[256];
    fixture_flag(&given, "a", "");
    snprintf(copy, sizeof copy, "%.200s.copy", given.path);
    CHECK_OK(catalog_backup(given.catalog, copy, &given.err), &given.err);
    CHECK_FAILS(catalog_backup(given.catalog, copy, &given.err), &given.err, GOS_BAD_INPUT, "");
    fixture_flag(&given, "b", "");
    snprintf(given.path, sizeof given.path, "%s", copy);
    fixture_reopen(&given);
    CHECK_OK(catalog_get(given.catalog, PRODUCTION, KIND_FLAG, GOS_LIT("a"), given.arena, &got,
                         &given.err),
             &given.err);
    CHECK_FAILS(catalog_get(given.catalog, PRODUCTION, KIND_FLAG, GOS_LIT("b"), given.arena, &got,
                            &given.err),
                &given.err, GOS_NOT_FOUND, "");
    fixture_close(&given);
}

/* Files may not grow beyond `bytes`; -1 takes the limit away. */
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    CHECK_INT(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

TEST(catalog, a_full_disk_refuses_writes_keeps_what_was_acknowledged_and_heals)
{
    struct fixture given = fixture_open();
    struct catalog_page page;
    struct catalog_query query = {.environment = PRODUCTION, .kind = KIND_FLAG, .limit = 1};
    int64_t kept = 0;
    bool done = true;
    signal(SIGXFSZ, SIG_IGN);
    limit_files(300000);
    for (int i = 0; i < 2000 && done; i++) {
        char json[96];
        snprintf(json, sizeof json, "{\"key\":\"f%d\",\"type\":\"Boolean\"}", i);
        done = fixture_create(&given, KIND_FLAG, json, NULL);
        kept += done;
    }
    CHECK(!done && kept > 0);
    CHECK_INT(given.err.code, GOS_STORE_FAILED);
    CHECK_OK(catalog_list(given.catalog, &query, given.arena, &page, &given.err), &given.err);
    CHECK_INT(page.total, kept);
    limit_files(RLIM_INFINITY);
    CHECK_OK(fixture_create(&given, KIND_FLAG, "{\"key\":\"last\",\"type\":\"Boolean\"}", NULL),
             &given.err);
    fixture_reopen(&given);
    CHECK_OK(catalog_list(given.catalog, &query, given.arena, &page, &given.err), &given.err);
    CHECK_INT(page.total, kept + 1);
    fixture_close(&given);
}

enum { WORKERS = 4, ROUNDS = 25 };

struct worker {
    struct fixture given;
    int number;
    int failures;
};

/* Creates, changes and lists beside the others; cmocka's checks are for the main thread only. */
static void *work(void *user)
{
    struct worker *worker = user;
    struct fixture *given = &worker->given;
    for (int i = 0; i < ROUNDS; i++) {
        struct catalog_page page;
        struct catalog_query query = {.environment = PRODUCTION, .kind = KIND_FLAG, .limit = 500};
        char json[128], key[32];
        snprintf(key, sizeof key, "w%d-%d", worker->number, i);
        snprintf(json, sizeof json, "{\"key\":\"%s\",\"type\":\"Boolean\"}", key);
        worker->failures += !fixture_create(given, KIND_FLAG, json, NULL);
        worker->failures += !fixture_change(given, KIND_FLAG, key, "{\"enabled\":true}", NULL);
        worker->failures +=
            !catalog_list(given->catalog, &query, given->arena, &page, &given->err) ||
            page.total < i + 1;
        gos_arena_reset(given->arena);
    }
    return NULL;
}

TEST(catalog, many_threads_write_and_read_at_once)
{
    struct fixture given = fixture_open();
    struct worker workers[WORKERS];
    pthread_t threads[WORKERS];
    int64_t sequence;
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (struct worker){.given = given, .number = i};
        workers[i].given.arena = gos_arena_open(64 * 1024 * 1024);
        CHECK_INT(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(threads[i], NULL);
        gos_arena_close(workers[i].given.arena);
        CHECK_INT(workers[i].failures, 0);
    }
    CHECK(catalog_sequence(given.catalog, PRODUCTION, &sequence, &given.err));
    CHECK_INT(sequence, WORKERS * ROUNDS * 2);
    fixture_close(&given);
}

TEST(catalog, refuses_a_file_that_is_none_and_a_backend_that_is_none)
{
    struct fixture given = fixture_open();
    struct catalog *catalog;
    struct catalog_options options = {.backend = "none", .location = given.path};
    CHECK_FAILS(catalog_open(&options, &catalog, &given.err), &given.err, GOS_BAD_INPUT,
                "/catalog");
    options.backend = "sqlite";
    options.location = "/nowhere/catalog.db";
    CHECK_FAILS(catalog_open(&options, &catalog, &given.err), &given.err, GOS_STORE_FAILED, "");
    options.location = "/proc/self/exe";
    CHECK_FAILS(catalog_open(&options, &catalog, &given.err), &given.err, GOS_STORE_FAILED, "");
    fixture_close(&given);
}

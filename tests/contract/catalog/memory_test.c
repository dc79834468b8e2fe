/* However little memory a reader brings, it gets all of the answer or TOO_LARGE. */
#include "fixture.h"

#include "base/time.h"

#define PRODUCTION GOS_LIT("production")

enum { LIMIT_MAX = 300000, LIMIT_STEP = 97 };

typedef bool read_call(struct fixture *given, gos_arena *arena, gos_error *err);

static bool read_one(struct fixture *given, gos_arena *arena, gos_error *err)
{
    struct definition got;
    return catalog_get(given->catalog, PRODUCTION, KIND_EXPERIMENT, GOS_LIT("e"), arena, &got, err);
}

static bool read_list(struct fixture *given, gos_arena *arena, gos_error *err)
{
    struct catalog_page page;
    struct catalog_query query = {
        .environment = PRODUCTION, .kind = KIND_FLAG, .text = GOS_LIT("f"), .limit = 2};
    return catalog_list(given->catalog, &query, arena, &page, err);
}

static bool read_overrides(struct fixture *given, gos_arena *arena, gos_error *err)
{
    struct override_page page;
    struct override one;
    bool found;
    return catalog_list_overrides(given->catalog, PRODUCTION, GOS_LIT("f1"), GOS_LIT(""),
                                  GOS_LIT(""), 1, arena, &page, err) &&
           catalog_find_override(given->catalog, PRODUCTION, GOS_LIT("f1"), GOS_LIT("ann"), arena,
                                 &one, &found, err);
}

static bool read_document(struct fixture *given, gos_arena *arena, gos_error *err)
{
    gos_str document;
    return catalog_document(given->catalog, PRODUCTION, CATALOG_NOW, arena, &document, NULL, err) &&
           catalog_document(given->catalog, PRODUCTION, 3, arena, &document, NULL, err);
}

static bool read_log(struct fixture *given, gos_arena *arena, gos_error *err)
{
    struct audit_page page;
    struct audit_query query = {
        .environment = PRODUCTION, .since = TIME_NONE, .until = TIME_NONE, .limit = 2};
    return catalog_list_audit(given->catalog, &query, arena, &page, err);
}

static bool read_keys(struct fixture *given, gos_arena *arena, gos_error *err)
{
    struct api_key *keys;
    struct api_key key;
    struct environment *environments;
    uint32_t count;
    bool found;
    return catalog_list_keys(given->catalog, GOS_LIT(""), arena, &keys, &count, err) &&
           catalog_find_key(given->catalog, GOS_LIT("aa"), arena, &key, &found, err) &&
           catalog_list_environments(given->catalog, arena, &environments, &count, err);
}

static void sweep(struct fixture *given, read_call *call)
{
    bool done = false;
    for (size_t limit = 0; limit < LIMIT_MAX && !done; limit += LIMIT_STEP) {
        gos_error err = {0};
        gos_arena *arena = gos_arena_open(limit);
        done = arena && call(given, arena, &err);
        gos_arena_close(arena);
        if (arena && !done && err.code != GOS_TOO_LARGE && err.code != GOS_OUT_OF_MEMORY)
            fail_msg("with %zu bytes: %s: %s", limit, gos_code_name(err.code), err.message);
    }
    CHECK(done);
}

TEST(catalog_memory, runs_out_at_any_point_and_the_store_goes_on)
{
    static read_call *const calls[] = {read_one,      read_list, read_overrides,
                                       read_document, read_log,  read_keys};
    struct fixture given = fixture_open();
    struct api_key key = {.environment = PRODUCTION,
                          .name = GOS_LIT("k"),
                          .scope = GOS_LIT("server"),
                          .prefix = GOS_LIT("p"),
                          .hash = GOS_LIT("aa"),
                          .created_by = GOS_LIT("t"),
                          .last_used_at = TIME_NONE,
                          .revoked_at = TIME_NONE};
    fixture_metric(&given, "m");
    fixture_experiment(&given, "e", "");
    fixture_flag(&given, "f1", "");
    fixture_flag(&given, "f2", "");
    fixture_flag(&given, "f3", "");
    CHECK_OK(fixture_override(&given, "f1", "ann", "true"), &given.err);
    CHECK_OK(fixture_override(&given, "f1", "bob", "true"), &given.err);
    CHECK_OK(catalog_add_key(given.catalog, &key, &given.err), &given.err);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        sweep(&given, calls[i]);
    CHECK_OK(fixture_change(&given, KIND_FLAG, "f1", "{\"enabled\":true}", NULL), &given.err);
    fixture_close(&given);
}

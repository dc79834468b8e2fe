/* However little memory there is, reading a definition succeeds whole or fails with TOO_LARGE. */
#include "fixture.h"

enum { LIMIT_MAX = 400000, LIMIT_STEP = 61 };

static bool read_within(size_t limit, enum kind kind, gos_str text, const struct definition *stored,
                        gos_error *err)
{
    gos_arena *input_arena = gos_arena_open(1024 * 1024);
    gos_arena *arena = gos_arena_open(limit);
    const struct reference *references;
    uint32_t count;
    struct definition made;
    struct definition_input input = {.kind = kind,
                                     .stored = stored,
                                     .merge = stored != NULL,
                                     .environment = GOS_LIT("production"),
                                     .actor = GOS_LIT("test"),
                                     .now_ms = FIXTURE_NOW + 1};
    CHECK(json_read(text, input_arena, &input.json, NULL));
    bool done = arena && definition_read(&input, arena, &made, err) &&
                definition_references(&made, arena, &references, &count, err);
    if (!arena)
        gos_fail(err, GOS_TOO_LARGE, "", "no arena");
    gos_arena_close(arena);
    gos_arena_close(input_arena);
    return done;
}

static void sweep(enum kind kind, gos_str text, const struct definition *stored)
{
    bool done = false;
    for (size_t limit = 0; limit < LIMIT_MAX && !done; limit += LIMIT_STEP) {
        gos_error err = {0};
        done = read_within(limit, kind, text, stored, &err);
        if (!done && err.code != GOS_TOO_LARGE && err.code != GOS_OUT_OF_MEMORY)
            fail_msg("with %zu bytes: %s: %s", limit, gos_code_name(err.code), err.message);
    }
    CHECK(done);
}

TEST(memory, runs_out_at_any_point_without_harm)
{
    gos_error err;
    struct definition draft;
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        if (kind == KIND_HOLDOUT || kind == KIND_LAYER)
            continue;
        gos_arena *arena = gos_arena_open(1024 * 1024);
        gos_str text = gos_arena_text(arena, fixture_with((enum kind)kind, NULL, NULL), NULL);
        sweep((enum kind)kind, text, NULL);
        gos_arena_close(arena);
    }
    CHECK_OK(fixture_new(KIND_EXPERIMENT, fixture_with(KIND_EXPERIMENT, NULL, NULL), &draft, &err),
             &err);
    sweep(KIND_EXPERIMENT, GOS_LIT("{\"status\":\"Running\"}"), &draft);
    CHECK_OK(fixture_new(KIND_FLAG, fixture_with(KIND_FLAG, NULL, NULL), &draft, &err), &err);
    sweep(KIND_FLAG, GOS_LIT("{\"key\":\"renamed\"}"), &draft);
}

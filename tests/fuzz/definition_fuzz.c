/*
 * Definitions as strangers send them. What is taken must be canonical: it can be opened, put back
 * unchanged, moved by every verb, and asked what it refers to.
 */
#include "model/definition.h"

#include <stdlib.h>

enum { FUZZ_ARENA_BYTES = 64 << 20 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_taken(const struct definition *made, gos_arena *arena)
{
    static const char *const verbs[] = {"archive", "complete", "pause",
                                        "restore", "resume",   "start"};
    gos_error err;
    struct definition other;
    const struct reference *references;
    uint32_t count;
    must(definition_open(made->kind, made->body, arena, &other, &err));
    struct definition_input input = {.kind = made->kind,
                                     .json = other.tree,
                                     .stored = made,
                                     .environment = GOS_LIT("production"),
                                     .actor = GOS_LIT("fuzz"),
                                     .now_ms = 2000};
    must(definition_read(&input, arena, &other, &err) || err.code == GOS_TOO_LARGE ||
         err.code == GOS_NOT_ALLOWED_NOW);
    must(definition_references(made, arena, &references, &count, &err) ||
         err.code == GOS_TOO_LARGE);
    for (size_t i = 0; made->kind == KIND_EXPERIMENT && i < 6; i++)
        (void)definition_move(made, gos_str_from(verbs[i]), NULL, 3000, arena, &other, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static gos_arena *arena;
    gos_error err;
    struct definition made;
    if (size < 2)
        return 0;
    if (!arena)
        arena = gos_arena_open(FUZZ_ARENA_BYTES);
    gos_arena_reset(arena);
    struct definition_input input = {.kind = (enum kind)(data[0] % KIND_COUNT),
                                     .import = data[0] & 0x80,
                                     .environment = GOS_LIT("production"),
                                     .actor = GOS_LIT("fuzz"),
                                     .now_ms = 1000};
    gos_str text = {(const char *)data + 1, size - 1};
    if (json_read(text, arena, &input.json, &err) && definition_read(&input, arena, &made, &err))
        check_taken(&made, arena);
    return 0;
}

/* A comparison that passes over what cannot differ finds what asking everything finds. */
#include "fixture.h"

#include "gosset/compare.h"
#include "oracle.h"

enum { BYTES = 400, PAIRS = 400, CONTEXTS = 16 };

static void fill(uint8_t *bytes, size_t count, uint64_t seed)
{
    uint64_t state = seed * UINT64_C(0xD1B54A32D192ED03) + 7;
    for (size_t i = 0; i < count; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes[i] = (uint8_t)(state >> 32);
    }
}

static gos_str document_of(uint64_t seed, gos_arena *arena)
{
    static uint8_t bytes[BYTES];
    fill(bytes, sizeof bytes, seed);
    struct choices choices = {bytes, sizeof bytes, 0};
    return oracle_document(&choices, arena);
}

/* Each list of the document from the one or the other: mostly small differences. */
static gos_str spliced(gos_str one, gos_str other, uint64_t seed, gos_arena *arena)
{
    const struct json *trees[2];
    struct text text;
    struct json_writer json;
    gos_error err;
    CHECK_OK(json_read(one, arena, &trees[0], &err), &err);
    CHECK_OK(json_read(other, arena, &trees[1], &err), &err);
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    for (uint32_t i = 0; i < trees[0]->count; i++) {
        const struct json *list = &trees[0]->items[i];
        const struct json *instead = json_find(trees[1], trees[0]->names[i]);
        json_name_str(&json, trees[0]->names[i]);
        json_open_array(&json);
        for (uint32_t j = 0; j < list->count; j++) {
            bool swaps = instead && j < instead->count && (seed >> ((i * 5 + j) % 60) & 3) == 0;
            json_value(&json, swaps ? &instead->items[j] : &list->items[j]);
        }
        json_close_array(&json);
    }
    json_close_object(&json);
    return text_str(&text);
}

static bool differs(const gos_ruleset *rules[2], gos_context *contexts[2])
{
    for (uint32_t i = 0; i < gos_ruleset_flag_count(rules[0]); i++) {
        int32_t other = gos_ruleset_find_flag(rules[1], gos_ruleset_flag(rules[0], i).key);
        gos_decision from = gos_eval_flag_at(rules[0], i, contexts[0]);
        gos_decision to = gos_eval_flag_at(rules[1], (uint32_t)other, contexts[1]);
        if (!gos_str_equal(from.value, to.value) || !gos_str_equal(from.variant, to.variant))
            return true;
    }
    for (uint32_t i = 0; i < gos_ruleset_experiment_count(rules[0]); i++) {
        gos_str id = gos_ruleset_experiment(rules[0], i).id;
        int32_t other = gos_ruleset_find_experiment(rules[1], id);
        gos_decision from = gos_eval_experiment_at(rules[0], i, contexts[0]);
        gos_decision to = gos_eval_experiment_at(rules[1], (uint32_t)other, contexts[1]);
        if (!gos_str_equal(from.variant, to.variant))
            return true;
    }
    return false;
}

static void contexts_bind(const gos_ruleset *rules[2], gos_context *contexts[2], uint64_t seed,
                          gos_arena *arena)
{
    uint8_t bytes[32];
    gos_error err;
    gos_subject subject = {.now_ms = ORACLE_NOW};
    fill(bytes, sizeof bytes, seed);
    struct choices choices = {bytes, sizeof bytes, 0};
    gos_str attributes = oracle_context(&choices, arena);
    for (int side = 0; side < 2; side++)
        CHECK_OK(gos_context_bind(contexts[side], rules[side], &subject, attributes, &err), &err);
}

TEST(comparison, passes_over_only_what_cannot_differ)
{
    gos_context *contexts[2] = {gos_context_open(1 << 20), gos_context_open(1 << 20)};
    gos_arena *arena = gos_arena_open(64 << 20);
    uint64_t changed = 0, all = 0;
    for (uint64_t seed = 0; seed < PAIRS; seed++) {
        const gos_ruleset *rules[2];
        gos_report report;
        gos_compare *compare;
        gos_error err;
        uint64_t random;
        fill((uint8_t *)&random, sizeof random, seed + 77);
        gos_str one = document_of(seed, arena);
        gos_str other = spliced(one, document_of(seed + PAIRS, arena), random, arena);
        CHECK_OK(gos_ruleset_compile(one, NULL, arena, &rules[0], &report, &err), &err);
        if (!gos_ruleset_compile(other, NULL, arena, &rules[1], &report, &err))
            continue; /* a splice may close a cycle */
        CHECK_OK(gos_compare_open(rules[0], rules[1], arena, &compare, &err), &err);
        uint64_t want = 0;
        for (uint64_t i = 0; i < CONTEXTS; i++) {
            contexts_bind(rules, contexts, seed * 100 + i, arena);
            CHECK_OK(gos_compare_add(compare, contexts[0], contexts[1], &err), &err);
            want += differs(rules, contexts);
        }
        CHECK_INT(gos_compare_result(compare).changed_count, want);
        changed += want;
        all += CONTEXTS;
        gos_arena_reset(arena);
    }
    /* Neither nothing nor everything: else this would show nothing. */
    CHECK(changed > all / 50 && changed < all - all / 50);
    gos_arena_close(arena);
    gos_context_close(contexts[0]);
    gos_context_close(contexts[1]);
}

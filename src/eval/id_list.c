/* Sorted hashes, found through the start of the bucket that their highest bits name. */
#include "eval/id_list.h"

#include "base/hash.h"
#include "eval/operand.h"
#include "eval/test.h"

#include <stdlib.h>

enum { IDS_PER_BUCKET = 4, BUCKET_BITS_MAX = 28 };

uint64_t id_list_hash(gos_str id)
{
    return hash_xxh3(id, 0);
}

bool id_list_has(const gos_ruleset *rules, const struct id_list *list, gos_str id)
{
    uint64_t hash = id_list_hash(id);
    uint64_t bucket = list->bucket_bits ? hash >> (64 - list->bucket_bits) : 0;
    const uint32_t *starts = ruleset_indices(rules) + list->starts;
    const uint64_t *hashes = ruleset_words(rules) + list->hashes.first;
    for (uint32_t i = starts[bucket]; i < starts[bucket + 1]; i++) {
        if (hashes[i] == hash)
            return true;
    }
    return false;
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void starts_fill(const uint64_t *hashes, uint32_t count, uint32_t bits, uint32_t *starts)
{
    uint32_t buckets = UINT32_C(1) << bits, at = 0;
    for (uint32_t bucket = 0; bucket < buckets; bucket++) {
        while (at < count && (bits ? hashes[at] >> (64 - bits) : 0) < bucket)
            at++;
        starts[bucket] = at;
    }
    starts[buckets] = count;
}

bool operand_read_ids(struct compiler *compiler, const struct json *ids, struct test *test)
{
    struct build *build = &compiler->build;
    uint32_t bits = 0;
    while (bits < BUCKET_BITS_MAX && ids->count >> bits > IDS_PER_BUCKET)
        bits++;
    struct id_list list = {.bucket_bits = bits};
    list.hashes = (struct span){build_extend(build, SECTION_words, ids->count), ids->count};
    list.starts = build_extend(build, SECTION_indices, (UINT32_C(1) << bits) + 1);
    test->kind = TEST_IDS;
    test->first = build_add_id_lists(build, list);
    if (build->failed)
        return true;
    uint64_t *hashes = build_words(build) + list.hashes.first;
    for (uint32_t i = 0; i < ids->count; i++) {
        if (ids->items[i].type != JSON_STRING) {
            size_t mark = at_enter_index(compiler, i);
            compiler_error(compiler, "an id is a text, not %s", json_type_name(ids->items[i].type));
            at_leave(compiler, mark);
            return false;
        }
        hashes[i] = id_list_hash(ids->items[i].text);
    }
    qsort(hashes, ids->count, sizeof *hashes, compare_hashes);
    starts_fill(hashes, ids->count, bits, build_indices(build) + list.starts);
    return true;
}

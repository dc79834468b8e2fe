/* Hashes against spec/hash.json and against other systems' bucketing. */
#include "base/hash.h"
#include "base/text.h"
#include "spec.h"

#include <inttypes.h>
#include <stdio.h>

static void check_hex(gos_arena *arena, const struct json *row, const char *name,
                      const uint8_t *got, size_t len)
{
    test_check_text(spec_hex(arena, got, len), spec_text(row, name), __FILE__, __LINE__);
}

static void check_u64(gos_arena *arena, const struct json *row, const char *name, uint64_t got)
{
    gos_str text = gos_arena_print(arena, "%016" PRIx64, got);
    test_check_text(text, spec_text(row, name), __FILE__, __LINE__);
}

static void check_u32(gos_arena *arena, const struct json *row, const char *name, uint32_t got)
{
    gos_str text = gos_arena_print(arena, "%08" PRIx32, got);
    test_check_text(text, spec_text(row, name), __FILE__, __LINE__);
}

static void check_case(gos_arena *arena, const struct json *row)
{
    gos_str text = spec_text(row, "text");
    uint8_t bytes[32];
    uint64_t wide[2];
    check_u64(arena, row, "xxh3_64", hash_xxh3(text, 0));
    check_u64(arena, row, "xxh3_64_seed_1", hash_xxh3(text, 1));
    hash_xxh3_128(text, wide);
    gos_str both = gos_arena_print(arena, "%016" PRIx64 "%016" PRIx64, wide[1], wide[0]);
    test_check_text(both, spec_text(row, "xxh3_128"), __FILE__, __LINE__);
    check_u32(arena, row, "murmur3_32", hash_murmur3_32(text, 0));
    check_u32(arena, row, "murmur3_32_seed_86028157", hash_murmur3_32(text, 86028157));
    check_u32(arena, row, "fnv1a_32", hash_fnv1a_32(text));
    check_u64(arena, row, "fnv1a_64", hash_fnv1a_64(text));
    hash_sha1(text, bytes);
    check_hex(arena, row, "sha1", bytes, 20);
    hash_sha256(text, bytes);
    check_hex(arena, row, "sha256", bytes, 32);
    hash_md5(text, bytes);
    check_hex(arena, row, "md5", bytes, 16);
}

TEST(hash, agrees_with_every_vector_of_the_spec)
{
    struct spec spec = spec_open("spec/hash.json");
    const struct json *cases = json_find(spec.root, GOS_LIT("cases"));
    CHECK(cases->count >= 26);
    for (uint32_t i = 0; i < cases->count; i++)
        check_case(spec.arena, &cases->items[i]);
    spec_close(&spec);
}

/* The published algorithms of spec/bucketing-vectors that need only a hash of a plain text. */
static void check_bucket(gos_arena *arena, gos_str name, const struct json *row)
{
    const struct json *want = json_find(row, GOS_LIT("expect"));
    if (gos_str_equal(name, GOS_LIT("unleash.normalizedStrategyValue"))) {
        gos_str groupId = spec_text(row, "groupId"), id = spec_text(row, "id");
        gos_str text = gos_arena_print(arena, "%.*s:%.*s", GOS_ARG(groupId), GOS_ARG(id));
        CHECK_INT(hash_murmur3_32(text, 0) % 100 + 1, want->number);
    } else if (gos_str_equal(name, GOS_LIT("flagd.fractional.v2"))) {
        uint64_t weight = (uint64_t)json_find(row, GOS_LIT("totalWeight"))->number;
        uint64_t point = hash_murmur3_32(spec_text(row, "key"), 0) * weight >> 32;
        CHECK_INT(point, want->number);
    } else if (gos_str_equal(name, GOS_LIT("growthbook.hash.v1"))) {
        gos_str seed = spec_text(row, "seed"), id = spec_text(row, "id");
        gos_str text = gos_arena_print(arena, "%.*s%.*s", GOS_ARG(id), GOS_ARG(seed));
        bool is_ascii = true;
        for (size_t i = 0; i < text.len; i++)
            is_ascii = is_ascii && (unsigned char)text.data[i] < 0x80;
        if (is_ascii)
            CHECK_NEAR(hash_fnv1a_32(text) % 1000 / 1000.0, want->number, 1e-15);
    }
}

TEST(hash, gives_the_buckets_that_other_systems_give)
{
    const char *shared = test_shared_dir();
    if (!shared) {
        test_skip("the shared reference data is not here");
        return;
    }
    char path[1024];
    snprintf(path, sizeof path, "%s/specs/bucketing-vectors/vectors.json", shared);
    struct spec spec = spec_open(path);
    const struct json *algorithms = json_find(spec.root, GOS_LIT("algorithms"));
    for (uint32_t i = 0; i < algorithms->count; i++) {
        const struct json *cases = json_find(&algorithms->items[i], GOS_LIT("cases"));
        for (uint32_t k = 0; k < cases->count; k++)
            check_bucket(spec.arena, spec_text(&algorithms->items[i], "name"), &cases->items[k]);
    }
    spec_close(&spec);
}

/*
 * The hashes of other systems, as points. A system that knows only N levels gets the middle of
 * each, so that the rounding of a share never moves a level to the other side of its border. Source
 * of each: the package and version that tests/unit/eval/point_test.c names.
 */
#include "eval/point.h"

#include "base/hash.h"
#include "base/text.h"
#include "eval/share.h"

#include <stdio.h>

enum { JOINED_BYTES_MAX = 2048 };

static const char *const names[] = {
#define HASH(name, function) name,
#include "eval/hashes.def"
#undef HASH
};

uint32_t point_hash_find(gos_str name)
{
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (gos_str_equal(name, gos_str_from(names[i])))
            return i;
    }
    return NONE;
}

const char *point_hash_name(uint8_t hash)
{
    assert(hash < sizeof names / sizeof names[0]);
    return names[hash];
}

/* One text after the other; what is longer than all allowed salts and units is cut. */
static gos_str join(char *out, gos_str a, const char *between, gos_str b, const char *behind)
{
    int len =
        snprintf(out, JOINED_BYTES_MAX, "%.*s%s%.*s%s", GOS_ARG(a), between, GOS_ARG(b), behind);
    return (gos_str){out, len < JOINED_BYTES_MAX ? (size_t)len : JOINED_BYTES_MAX - 1};
}

/* The middle of level `level` of `count`. */
static uint64_t level_point(uint64_t level, uint64_t count)
{
    return (uint64_t)((((share_wide)level * 2 + 1) << 63) / count);
}

static uint64_t be64(const uint8_t *bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++)
        value = value << 8 | bytes[i];
    return value;
}

static uint64_t hash_point_xxh3(gos_str salt, gos_str unit, bool is_split)
{
    char text[JOINED_BYTES_MAX];
    return point_of(
        point_seed(join(text, salt, ":", GOS_LIT(""), is_split ? "split" : "percentage")), unit);
}

static uint64_t hash_point_flagd(gos_str salt, gos_str unit, bool is_split)
{
    char text[JOINED_BYTES_MAX];
    (void)is_split;
    return (uint64_t)hash_murmur3_32(join(text, salt, "", unit, ""), 0) << 32;
}

/* FNV-1a over UTF-16 code units, as JavaScript's charCodeAt gives them. */
static uint32_t fnv_utf16(gos_str text)
{
    uint32_t hash = 0x811c9dc5u;
    for (size_t i = 0; i < text.len;) {
        const unsigned char *b = (const unsigned char *)text.data + i;
        size_t len = str_utf8_char(text.data + i, text.len - i);
        uint32_t c = b[0];
        if (len == 2)
            c = (b[0] & 0x1Fu) << 6 | (b[1] & 0x3Fu);
        else if (len == 3)
            c = (b[0] & 0x0Fu) << 12 | (b[1] & 0x3Fu) << 6 | (b[2] & 0x3Fu);
        else if (len == 4)
            c = (b[0] & 0x07u) << 18 | (b[1] & 0x3Fu) << 12 | (b[2] & 0x3Fu) << 6 | (b[3] & 0x3Fu);
        if (c > 0xFFFF) {
            hash = (hash ^ (0xD800u + ((c - 0x10000u) >> 10))) * 0x01000193u;
            c = 0xDC00u + ((c - 0x10000u) & 0x3FFu);
        }
        hash = (hash ^ c) * 0x01000193u;
        i += len ? len : 1;
    }
    return hash;
}

static uint64_t hash_point_growthbook(gos_str salt, gos_str unit, bool is_split)
{
    char text[JOINED_BYTES_MAX], decimal[16];
    (void)is_split;
    int len = snprintf(decimal, sizeof decimal, "%u", fnv_utf16(join(text, salt, "", unit, "")));
    return level_point(fnv_utf16((gos_str){decimal, (size_t)len}) % 10000, 10000);
}

static uint64_t hash_point_growthbook_v1(gos_str salt, gos_str unit, bool is_split)
{
    char text[JOINED_BYTES_MAX];
    (void)is_split;
    return level_point(fnv_utf16(join(text, unit, "", salt, "")) % 1000, 1000);
}

/* The first 15 hexadecimal digits. */
static uint64_t sha1_point(gos_str text)
{
    uint8_t digest[20];
    hash_sha1(text, digest);
    return be64(digest) >> 4 << 4;
}

static uint64_t hash_point_launchdarkly(gos_str salt, gos_str unit, bool is_split)
{
    char text[JOINED_BYTES_MAX];
    (void)is_split;
    return sha1_point(join(text, salt, ".", unit, ""));
}

static uint64_t hash_point_optimizely(gos_str salt, gos_str unit, bool is_split)
{
    char text[JOINED_BYTES_MAX];
    (void)is_split;
    uint64_t hash = hash_murmur3_32(join(text, unit, "", salt, ""), 1);
    return level_point(hash * 10000 >> 32, 10000);
}

static uint64_t hash_point_posthog(gos_str salt, gos_str unit, bool is_split)
{
    char text[JOINED_BYTES_MAX];
    return sha1_point(join(text, salt, ".", unit, is_split ? "variant" : ""));
}

static uint64_t hash_point_statsig(gos_str salt, gos_str unit, bool is_split)
{
    char text[JOINED_BYTES_MAX];
    uint8_t digest[32];
    hash_sha256(join(text, salt, ".", unit, ""), digest);
    uint64_t levels = is_split ? 1000 : 10000;
    return level_point(be64(digest) % levels, levels);
}

static uint64_t hash_point_unleash(gos_str salt, gos_str unit, bool is_split)
{
    char text[JOINED_BYTES_MAX];
    gos_str joined = join(text, salt, ":", unit, "");
    return is_split ? level_point(hash_murmur3_32(joined, 86028157) % 1000, 1000)
                    : level_point(hash_murmur3_32(joined, 0) % 100, 100);
}

uint64_t point_foreign(uint8_t hash, gos_str salt, gos_str unit, bool is_split)
{
    static uint64_t (*const functions[])(gos_str, gos_str, bool) = {
#define HASH(name, function) hash_point_##function,
#include "eval/hashes.def"
#undef HASH
    };
    assert(hash < sizeof functions / sizeof functions[0]);
    return functions[hash](salt, unit, is_split);
}

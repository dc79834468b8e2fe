/* The block of a ruleset: a header, then arrays of plain structs that name each other by index. */
#ifndef EVAL_RULESET_H
#define EVAL_RULESET_H

#include "eval/parts_experiments.h"
#include "eval/parts_rules.h"

#include <assert.h>

#define RULESET_MAGIC "gossetRS"
/* Names the layout. Raise it with every change of parts.h, sections.def or operators. */
enum { RULESET_VERSION = 5, RULESET_HASH_BYTES = 32 };

enum section_id {
#define SECTION(name, type) SECTION_##name,
#include "eval/sections.def"
#undef SECTION
    SECTION_COUNT
};

struct section {
    uint64_t at; /* bytes from the start of the block */
    uint32_t count;
    uint32_t pad;
};

struct gos_ruleset {
    char magic[8];
    uint32_t version;
    uint32_t section_count;
    uint64_t bytes;
    uint64_t checksum; /* of the header with this member 0, and the rest */
    char hash[RULESET_HASH_BYTES];
    struct section sections[SECTION_COUNT];
};

/* What the checksum must be: `head` is a copy of the header with the checksum 0. */
uint64_t ruleset_checksum(const gos_ruleset *head, const gos_ruleset *rules);

/* ruleset_flags(rules) and so on: the first element of each part. */
#define SECTION(name, type)                                                                        \
    static inline const type *ruleset_##name(const gos_ruleset *rules)                             \
    {                                                                                              \
        return (const type *)(const void *)((const char *)rules +                                  \
                                            rules->sections[SECTION_##name].at);                   \
    }                                                                                              \
    static inline uint32_t ruleset_##name##_count(const gos_ruleset *rules)                        \
    {                                                                                              \
        return rules->sections[SECTION_##name].count;                                              \
    }
#include "eval/sections.def"
#undef SECTION

static inline gos_str ruleset_text(const gos_ruleset *rules, struct text_ref ref)
{
    return (gos_str){ruleset_texts(rules) + ref.at, ref.len};
}

/* gos_str_equal without a call: keys are short, and compared in every decision. */
static inline bool ruleset_text_is(const gos_ruleset *rules, struct text_ref ref, gos_str text)
{
    const char *a = ruleset_texts(rules) + ref.at, *b = text.data;
    uint64_t x, y, different = 0;
    if (ref.len != text.len)
        return false;
    if (text.len < sizeof x)
        return text.len == 0 || memcmp(a, b, text.len) == 0;
    for (size_t i = 0; i + sizeof x < text.len; i += sizeof x) {
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        different |= x ^ y;
    }
    memcpy(&x, a + text.len - sizeof x, sizeof x);
    memcpy(&y, b + text.len - sizeof y, sizeof y);
    return (different | (x ^ y)) == 0;
}

/* Where the search for a hash begins; the count of a table is a power of two. */
static inline uint32_t table_start(uint64_t hash, uint32_t count)
{
    return (uint32_t)(hash >> 32) & (count - 1);
}

static inline uint32_t table_tag(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

#endif

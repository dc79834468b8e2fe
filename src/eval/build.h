/* Grows the parts of a ruleset while compiling, and joins them into one block. */
#ifndef EVAL_BUILD_H
#define EVAL_BUILD_H

#include "eval/ruleset.h"

/* Texts by their hash while compiling; the same shape as a table of the block. */
struct table {
    struct table_entry *entries;
    uint32_t capacity;
    uint32_t count;
};

struct part {
    char *data;
    uint32_t count;
    uint32_t capacity;
};

/* One failed growth marks the whole build failed; it is asked once, by build_finish. */
struct build {
    gos_arena *scratch;
    struct part parts[SECTION_COUNT];
    struct table texts; /* of interned: every text is stored once */
    struct text_ref *interned;
    uint32_t interned_capacity;
    bool failed;
};

void build_init(struct build *build, gos_arena *scratch);

/* Appends `count` zeroed elements and returns the first's index, 0 when the build has failed. */
uint32_t build_extend(struct build *build, enum section_id section, uint32_t count);
/* build_add_flags(build, flag) and so on: appends one element and returns its index. */
/* build_flags(build) and so on: the elements as they stand until the next add. */
#define SECTION(name, type)                                                                        \
    static inline type *build_##name(struct build *build)                                          \
    {                                                                                              \
        return (type *)(void *)build->parts[SECTION_##name].data;                                  \
    }                                                                                              \
    static inline uint32_t build_##name##_count(const struct build *build)                         \
    {                                                                                              \
        return build->parts[SECTION_##name].count;                                                 \
    }                                                                                              \
    static inline uint32_t build_add_##name(struct build *build, type element)                     \
    {                                                                                              \
        uint32_t index = build_extend(build, SECTION_##name, 1);                                   \
        if (!build->failed)                                                                        \
            build_##name(build)[index] = element;                                                  \
        return index;                                                                              \
    }
#include "eval/sections.def"
#undef SECTION

/* The text, stored once: equal texts have equal references. */
struct text_ref build_text(struct build *build, gos_str text);
gos_str build_text_get(struct build *build, struct text_ref ref);

/* Makes room and puts an index; equal hashes may stand there several times. */
void table_put(struct build *build, struct table *table, uint64_t hash, uint32_t index);
/* Copies a table into a part of the block; an empty one becomes one empty place. */
void table_store(struct build *build, const struct table *table, enum section_id section);
/* Steps through the indices put under a hash: begin with *place = table_start(...). NONE: no more.
 */
uint32_t table_next(const struct table_entry *entries, uint32_t capacity, uint64_t hash,
                    uint32_t *place);

/* The block, in `arena`. TOO_LARGE: it passes bytes_max, or the arena or the build is full. */
bool build_finish(struct build *build, size_t bytes_max, gos_arena *arena, const gos_ruleset **out,
                  gos_error *err);

#endif

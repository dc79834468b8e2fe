/* Grows the parts of a ruleset while compiling, and joins them into one block. */
#include "eval/build.h"

#include "base/hash.h"

#include <stdio.h>

static const size_t element_bytes[SECTION_COUNT] = {
#define SECTION(name, type) sizeof(type),
#include "eval/sections.def"
#undef SECTION
};

/* No struct may hold hidden padding: its bytes would differ between equal rulesets. */
static_assert(sizeof(struct test) == 32, "test has padding");
static_assert(sizeof(struct flag) == 52, "flag has padding");
static_assert(sizeof(struct rule) == 96, "rule has padding");
static_assert(sizeof(struct experiment) == 120, "experiment has padding");
static_assert(sizeof(struct layer) == 24 && sizeof(struct holdout) == 32, "layer has padding");
static_assert(sizeof(struct override_entry) == 24, "override has padding");
static_assert(sizeof(gos_ruleset) == 64 + SECTION_COUNT * 16, "header has padding");

enum { PART_CAPACITY_FIRST = 64, BLOCK_ALIGNMENT = 16 };

void build_init(struct build *build, gos_arena *scratch)
{
    *build = (struct build){.scratch = scratch};
}

static bool part_grow(struct build *build, struct part *part, size_t bytes, uint64_t wanted)
{
    uint64_t capacity = part->capacity ? part->capacity : PART_CAPACITY_FIRST;
    while (capacity < wanted)
        capacity *= 2;
    char *data = capacity < NONE ? gos_arena_array(build->scratch, capacity, bytes, NULL) : NULL;
    if (!data)
        return false;
    if (part->count)
        memcpy(data, part->data, part->count * bytes);
    part->data = data;
    part->capacity = (uint32_t)capacity;
    return true;
}

uint32_t build_extend(struct build *build, enum section_id section, uint32_t count)
{
    struct part *part = &build->parts[section];
    uint64_t wanted = (uint64_t)part->count + count;
    if (!build->failed && wanted > part->capacity)
        build->failed = !part_grow(build, part, element_bytes[section], wanted);
    if (build->failed)
        return 0;
    uint32_t first = part->count;
    part->count = (uint32_t)wanted;
    return first;
}

uint32_t table_next(const struct table_entry *entries, uint32_t capacity, uint64_t hash,
                    uint32_t *place)
{
    if (capacity == 0)
        return NONE;
    while (entries[*place].index != NONE) {
        struct table_entry entry = entries[*place];
        *place = (*place + 1) & (capacity - 1);
        if (entry.tag == table_tag(hash))
            return entry.index;
    }
    return NONE;
}

static void table_place(struct table_entry *entries, uint32_t capacity, uint32_t tag,
                        uint32_t index)
{
    uint32_t place = table_start((uint64_t)tag << 32, capacity);
    while (entries[place].index != NONE)
        place = (place + 1) & (capacity - 1);
    entries[place] = (struct table_entry){tag, index};
}

static bool table_grow(struct build *build, struct table *table)
{
    uint32_t capacity = table->capacity ? table->capacity * 2 : PART_CAPACITY_FIRST;
    struct table_entry *entries = gos_arena_array(build->scratch, capacity, sizeof *entries, NULL);
    if (!entries || capacity > NONE / 2)
        return false;
    memset(entries, 0xFF, capacity * sizeof *entries);
    for (uint32_t i = 0; i < table->capacity; i++) {
        if (table->entries[i].index != NONE)
            table_place(entries, capacity, table->entries[i].tag, table->entries[i].index);
    }
    table->entries = entries;
    table->capacity = capacity;
    return true;
}

void table_put(struct build *build, struct table *table, uint64_t hash, uint32_t index)
{
    if (table->count >= table->capacity / 2)
        build->failed = build->failed || !table_grow(build, table);
    if (build->failed)
        return;
    table_place(table->entries, table->capacity, table_tag(hash), index);
    table->count++;
}

void table_store(struct build *build, const struct table *table, enum section_id section)
{
    static const struct table_entry empty = {0, NONE};
    uint32_t capacity = table->capacity ? table->capacity : 1;
    build_extend(build, section, capacity);
    if (!build->failed)
        memcpy(build->parts[section].data, table->capacity ? table->entries : &empty,
               capacity * sizeof empty);
}

gos_str build_text_get(struct build *build, struct text_ref ref)
{
    return build->failed ? (gos_str){"", 0}
                         : (gos_str){build->parts[SECTION_texts].data + ref.at, ref.len};
}

static bool interned_grow(struct build *build)
{
    uint32_t capacity = build->interned_capacity ? build->interned_capacity * 2 : 1024;
    struct text_ref *grown = gos_arena_array(build->scratch, capacity, sizeof *grown, NULL);
    if (!grown)
        return false;
    if (build->texts.count)
        memcpy(grown, build->interned, build->texts.count * sizeof *grown);
    build->interned = grown;
    build->interned_capacity = capacity;
    return true;
}

struct text_ref build_text(struct build *build, gos_str text)
{
    uint64_t hash = hash_xxh3(text, 0);
    uint32_t place = build->texts.capacity ? table_start(hash, build->texts.capacity) : 0;
    for (;;) {
        uint32_t index = table_next(build->texts.entries, build->texts.capacity, hash, &place);
        if (index == NONE)
            break;
        if (gos_str_equal(build_text_get(build, build->interned[index]), text))
            return build->interned[index];
    }
    if (build->texts.count == build->interned_capacity && !interned_grow(build))
        build->failed = true;
    struct text_ref ref = {build_extend(build, SECTION_texts, (uint32_t)text.len),
                           (uint32_t)text.len};
    if (build->failed)
        return (struct text_ref){0, 0};
    if (text.len)
        memcpy(build->parts[SECTION_texts].data + ref.at, text.data, text.len);
    build->interned[build->texts.count] = ref;
    table_put(build, &build->texts, hash, build->texts.count);
    return ref;
}

static size_t align_up(size_t bytes)
{
    return (bytes + BLOCK_ALIGNMENT - 1) & ~(size_t)(BLOCK_ALIGNMENT - 1);
}

static void ruleset_seal(gos_ruleset *rules)
{
    uint64_t hash[2];
    char text[RULESET_HASH_BYTES + 1];
    hash_xxh3_128((gos_str){(const char *)rules, rules->bytes}, hash);
    snprintf(text, sizeof text, "%016llx%016llx", (unsigned long long)hash[0],
             (unsigned long long)hash[1]);
    memcpy(rules->hash, text, RULESET_HASH_BYTES);
    rules->checksum = ruleset_checksum(rules, rules);
}

bool build_finish(struct build *build, size_t bytes_max, gos_arena *arena, const gos_ruleset **out,
                  gos_error *err)
{
    size_t bytes = align_up(sizeof(gos_ruleset));
    for (size_t i = 0; i < SECTION_COUNT; i++)
        bytes += align_up(build->parts[i].count * element_bytes[i]);
    if (build->failed || bytes > bytes_max)
        return gos_fail(err, GOS_TOO_LARGE, "", "the definitions compile to more than %zu bytes",
                        bytes_max);
    gos_ruleset *rules = gos_arena_take(arena, bytes, err);
    if (!rules)
        return false;
    memcpy(rules->magic, RULESET_MAGIC, sizeof rules->magic);
    rules->version = RULESET_VERSION;
    rules->section_count = SECTION_COUNT;
    rules->bytes = bytes;
    size_t at = align_up(sizeof *rules);
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        size_t part_bytes = build->parts[i].count * element_bytes[i];
        rules->sections[i] = (struct section){at, build->parts[i].count, 0};
        if (part_bytes)
            memcpy((char *)rules + at, build->parts[i].data, part_bytes);
        at += align_up(part_bytes);
    }
    ruleset_seal(rules);
    *out = rules;
    return true;
}

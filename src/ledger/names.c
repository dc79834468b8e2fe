/* Names by hash, with linear probing at a load of at most one half. */
#include "ledger/names.h"

#include "base/hash.h"

enum { SLOTS_FIRST = 256 };
#define NAMES_BYTES_MAX ((size_t)1 << 30)

const struct name *names_get(const struct names *names, uint32_t number)
{
    return (const struct name *)names->items.data + number - 1;
}

static bool is_name(const struct name *name, enum name_kind kind, uint32_t parent, gos_str text)
{
    return name->kind == kind && name->parent == parent && gos_str_equal(name->text, text);
}

static uint32_t *probe(const struct names *names, enum name_kind kind, uint32_t parent,
                       gos_str text)
{
    uint32_t *slots = names->slots.data;
    uint64_t mask = names->slots.bytes / sizeof *slots - 1;
    uint64_t i = hash_xxh3(text, (uint64_t)parent << 8 | kind) & mask;
    while (slots[i] && !is_name(names_get(names, slots[i]), kind, parent, text))
        i = (i + 1) & mask;
    return &slots[i];
}

uint32_t names_find(const struct names *names, enum name_kind kind, uint32_t parent, gos_str text)
{
    return names->count ? *probe(names, kind, parent, text) : 0;
}

static bool slots_grow(struct names *names, gos_error *err)
{
    size_t slot_count = names->slots.bytes / sizeof(uint32_t);
    if ((size_t)names->count * 2 < slot_count)
        return true;
    size_t wanted = slot_count ? slot_count * 2 : SLOTS_FIRST;
    struct buffer grown = {0};
    if (!buffer_reserve(&grown, wanted * sizeof(uint32_t), err))
        return false;
    grown.bytes = wanted * sizeof(uint32_t);
    buffer_close(&names->slots);
    names->slots = grown;
    for (uint32_t number = 1; number <= names->count; number++) {
        const struct name *name = names_get(names, number);
        *probe(names, name->kind, name->parent, name->text) = number;
    }
    return true;
}

static void adopt(struct names *names, uint32_t number)
{
    struct name *items = names->items.data;
    struct name *child = &items[number - 1];
    if (child->parent == 0)
        return;
    struct name *parent = &items[child->parent - 1];
    child->before = parent->last_child;
    child->index = parent->child_count++;
    parent->last_child = number;
}

bool names_add(struct names *names, enum name_kind kind, uint32_t parent, gos_str text,
               uint32_t *out, gos_error *err)
{
    if (!names->arena)
        names->arena = gos_arena_open(NAMES_BYTES_MAX);
    if (!names->arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "the ledger has no memory for names");
    struct name name = {
        .kind = kind, .parent = parent, .text = gos_arena_text(names->arena, text, err)};
    if (!name.text.data || !slots_grow(names, err) ||
        !buffer_append(&names->items, &name, sizeof name, NAMES_BYTES_MAX, err))
        return false;
    *out = ++names->count;
    adopt(names, *out);
    *probe(names, kind, parent, name.text) = *out;
    return true;
}

uint32_t names_count(const struct names *names, enum name_kind kind, uint32_t parent)
{
    uint32_t count = 0;
    for (uint32_t number = 1; number <= names->count; number++) {
        const struct name *name = names_get(names, number);
        count += name->kind == kind && name->parent == parent;
    }
    return count;
}

void names_close(struct names *names)
{
    gos_arena_close(names->arena);
    buffer_close(&names->items);
    buffer_close(&names->slots);
    *names = (struct names){0};
}

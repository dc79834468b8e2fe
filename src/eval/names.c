/* Names while compiling: of definitions, of attributes, and of the texts they are compared with. */
#include "eval/compiler.h"

#include "base/hash.h"
#include "base/limits.h"
#include "base/text.h"

/* Interned texts are equal when their references are, so a table of names holds (text, index). */
uint32_t compiler_find(struct compiler *compiler, const struct table *table, gos_str name)
{
    struct text_ref ref = build_text(&compiler->build, name);
    uint64_t hash = (uint64_t)ref.at << 32;
    uint32_t place = table->capacity ? table_start(hash, table->capacity) : 0;
    return ref.len ? table_next(table->entries, table->capacity, hash, &place) : NONE;
}

uint32_t compiler_resolve(struct compiler *compiler, const struct table *table, gos_str name,
                          const char *what)
{
    uint32_t index = compiler_find(compiler, table, name);
    if (index == NONE)
        compiler_error(compiler, "there is no %s \"%.*s\"", what,
                       (int)(name.len < 100 ? name.len : 100), name.data);
    return index;
}

static bool path_is_fine(gos_str path)
{
    uint32_t parts = 1;
    if (path.len == 0 || path.len > NAME_BYTES_MAX)
        return false;
    for (size_t i = 0; i < path.len; i++)
        parts += path.data[i] == '.';
    return parts <= PATH_PARTS_MAX;
}

uint32_t attribute_slot(struct compiler *compiler, gos_str path, uint32_t wants)
{
    struct build *build = &compiler->build;
    if (gos_str_equal(path, GOS_LIT("targetingKey")))
        path = GOS_LIT("user_id");
    uint32_t slot = compiler_find(compiler, &compiler->attribute_paths, path);
    if (slot == NONE) {
        if (!path_is_fine(path))
            compiler_error(compiler,
                           "an attribute's name must have 1 to %d bytes and at most %d parts",
                           NAME_BYTES_MAX, PATH_PARTS_MAX);
        struct attribute attribute = {.path = build_text(build, path)};
        slot = build_add_attributes(build, attribute);
        table_put(build, &compiler->attribute_paths, (uint64_t)attribute.path.at << 32, slot);
        if (str_contains(path, GOS_LIT(".")))
            build_add_nested(build, slot);
    }
    if (!build->failed)
        build_attributes(build)[slot].wants |= wants;
    return slot;
}

uint32_t attribute_symbol(struct compiler *compiler, uint32_t slot, gos_str text)
{
    struct build *build = &compiler->build;
    struct table *table = &compiler->symbols;
    struct text_ref ref = build_text(build, text);
    uint64_t hash = hash_xxh3(text, slot);
    uint32_t place = table->capacity ? table_start(hash, table->capacity) : 0;
    uint32_t index;
    while ((index = table_next(table->entries, table->capacity, hash, &place)) != NONE) {
        const struct symbol *symbol = &build_symbols(build)[index];
        if (symbol->slot == slot && symbol->text.at == ref.at && symbol->text.len == ref.len)
            return symbol->number;
    }
    if (build->failed)
        return 0;
    uint32_t number = SYMBOL_FIRST + build_attributes(build)[slot].symbol_count++;
    struct symbol symbol = {ref, slot, number};
    table_put(build, table, hash, build_add_symbols(build, symbol));
    return symbol.number;
}

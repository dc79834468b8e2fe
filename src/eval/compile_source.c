/*
 * What each flag and experiment was made from, as a number: where two rulesets agree in it, every
 * decision agrees, so a comparison need not ask. It may differ without need, never agree without.
 */
#include "base/hash.h"
#include "base/text.h"
#include "eval/compiler.h"

/* What an item may depend on beside itself, by the words that stand in it. */
struct source {
    uint64_t hash;
    bool names_segment;
    bool names_experiment;
    bool names_layer;
};

static void add_number(struct source *source, uint64_t number)
{
    source->hash = hash_xxh3((gos_str){(const char *)&number, sizeof number}, source->hash);
}

static void add_text(struct source *source, gos_str text)
{
    add_number(source, text.len);
    source->hash = hash_xxh3(text, source->hash);
    source->names_segment |= str_contains(text, GOS_LIT("segment"));
    source->names_experiment |= str_contains(text, GOS_LIT("experiment"));
    source->names_layer |= str_contains(text, GOS_LIT("layer"));
}

static void add_json(struct source *source, const struct json *json)
{
    add_number(source, (uint64_t)json->type << 33 | (uint64_t)json->boolean << 32 | json->count);
    if (json->type == JSON_STRING || json->type == JSON_NUMBER)
        add_text(source, json->text);
    for (uint32_t i = 0; i < json->count; i++) {
        if (json->type == JSON_OBJECT)
            add_text(source, json->names[i]);
        add_json(source, &json->items[i]);
    }
}

/* Members of an item that no decision looks at: a new description is not a new ruleset. */
static bool is_note(gos_str name)
{
    static const char *const notes[] = {"description", "owner",      "tags",
                                        "created_at",  "created_by", "updated_at"};
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        if (gos_str_equal(name, gos_str_from(notes[i])))
            return true;
    }
    return false;
}

static void add_item(struct source *source, const struct json *item)
{
    for (uint32_t i = 0; i < item->count; i++) {
        if (is_note(item->names[i]))
            continue;
        add_text(source, item->names[i]);
        add_json(source, &item->items[i]);
    }
}

static uint64_t hash_of(const struct json *list)
{
    struct source source = {0};
    for (uint32_t i = 0; i < list->count; i++)
        add_item(&source, &list->items[i]);
    return source.hash;
}

static uint64_t item_hash(const struct json *item)
{
    struct source source = {0};
    add_item(&source, item);
    return source.hash;
}

void compile_sources(struct compiler *compiler)
{
    struct build *build = &compiler->build;
    uint64_t segments = hash_of(compiler->segments), holdouts = hash_of(compiler->holdouts);
    uint64_t experiments = hash_of(compiler->experiments) ^ hash_of(compiler->layers);
    for (uint32_t i = 0; i < compiler->experiments->count; i++) {
        struct source source = {0};
        add_item(&source, &compiler->experiments->items[i]);
        add_number(&source, segments ^ holdouts);
        if (source.names_layer)
            add_number(&source, experiments);
        build_add_experiment_sources(build, source.hash);
    }
    for (uint32_t i = 0; i < compiler->flags->count; i++) {
        struct source source = {0};
        add_item(&source, &compiler->flags->items[i]);
        if (source.names_segment)
            add_number(&source, segments);
        if (source.names_experiment) {
            add_number(&source, experiments);
            add_number(&source, segments ^ holdouts);
        }
        build_add_flag_sources(build, source.hash);
    }
    for (uint32_t i = 0; i < compiler->overrides->count && !build->failed; i++) {
        const struct json *override = &compiler->overrides->items[i];
        uint32_t flag = compiler_find(compiler, &compiler->flag_keys,
                                      member_text(compiler, override, "flag_key"));
        /* A sum, so that their order says nothing. */
        if (flag != NONE)
            build_flag_sources(build)[flag] += item_hash(override);
    }
}

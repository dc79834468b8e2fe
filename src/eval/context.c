/* Binds a subject and its attributes to a ruleset: one value for each attribute it asks for. */
#include "eval/bound.h"

#include "base/hash.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "eval/address.h"
#include "eval/id_list.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BYTES_FIRST = 16384, SLOTS_BYTES_MAX = 64 << 20, NUMBER_TEXT_BYTES = 32 };
/* Room for a dozen attributes: pieces of it are aligned as readings must be. */
enum { KEPT_BYTES = 1024, KEPT_ALIGNMENT = 8, NEAR_TEXT_BYTES = 64 };

gos_context *gos_context_open(size_t bytes_max)
{
    gos_arena *slots = gos_arena_open(SLOTS_BYTES_MAX);
    gos_arena *arena = gos_arena_open(bytes_max + ARENA_BYTES_FIRST);
    gos_context *context = slots && arena ? gos_arena_take(slots, sizeof *context, NULL) : NULL;
    if (!context || !gos_arena_take(arena, ARENA_BYTES_FIRST, NULL)) {
        gos_arena_close(slots);
        gos_arena_close(arena);
        return NULL;
    }
    context->slots = slots;
    context->arena = arena;
    context->bytes_max = bytes_max;
    return context;
}

void gos_context_close(gos_context *context)
{
    if (!context)
        return;
    gos_arena_close(context->arena);
    gos_arena_close(context->slots);
}

/* Capacities double, so that what earlier rulesets needed stays below what is held now. */
static bool values_reserve(gos_context *context, uint32_t count, gos_error *err)
{
    if (count > context->value_capacity) {
        uint32_t capacity = context->value_capacity ? context->value_capacity : 32;
        while (capacity < count)
            capacity *= 2;
        size_t bytes = capacity * sizeof *context->values + KEPT_BYTES;
        context->values = gos_arena_take(context->slots, bytes, err);
        if (!context->values)
            return false;
        context->value_capacity = capacity;
        context->kept_end = (char *)context->values + bytes;
    }
    memset(context->values, 0, count * sizeof *context->values);
    context->kept = (char *)(context->values + count);
    return true;
}

/* Zeroed memory near the values while there is some, else anywhere. */
static void *near_take(gos_context *context, size_t bytes, gos_error *err)
{
    size_t whole = (bytes + KEPT_ALIGNMENT - 1) & ~(size_t)(KEPT_ALIGNMENT - 1);
    if (whole > (size_t)(context->kept_end - context->kept))
        return gos_arena_take(context->arena, bytes, err);
    void *taken = context->kept;
    context->kept += whole;
    memset(taken, 0, bytes);
    return taken;
}

/* Short texts move next to the values; a decision that reads them waits for one place only. */
static gos_str near_text(gos_context *context, gos_str text)
{
    bool is_there = (uintptr_t)text.data >= (uintptr_t)context->values &&
                    (uintptr_t)text.data < (uintptr_t)context->kept;
    if (is_there || text.len > NEAR_TEXT_BYTES ||
        text.len > (size_t)(context->kept_end - context->kept))
        return text;
    memcpy(context->kept, text.data, text.len);
    gos_str near = {context->kept, text.len};
    context->kept += (text.len + KEPT_ALIGNMENT - 1) & ~(size_t)(KEPT_ALIGNMENT - 1);
    return near;
}

static uint32_t symbol_find(const gos_ruleset *rules, uint32_t slot, gos_str text)
{
    uint64_t hash = hash_xxh3(text, slot);
    uint32_t count = ruleset_symbol_table_count(rules);
    const struct table_entry *entries = ruleset_symbol_table(rules);
    for (uint32_t place = table_start(hash, count); entries[place].index != NONE;
         place = (place + 1) & (count - 1)) {
        if (entries[place].tag != table_tag(hash))
            continue;
        const struct symbol *symbol = &ruleset_symbols(rules)[entries[place].index];
        if (symbol->slot == slot && ruleset_text_is(rules, symbol->text, text))
            return symbol->number;
    }
    return SYMBOL_OTHER;
}

/* What the text also is, of what is asked of the attribute. */
static uint8_t text_read(gos_str text, uint32_t wants, struct readings *out)
{
    uint8_t has = 0;
    if ((wants & WANT_TIME) && time_read(text, &out->time_ms))
        has |= HAS_TIME;
    if ((wants & WANT_VERSION) && version_read(text, &out->version))
        has |= HAS_VERSION;
    if ((wants & WANT_ADDRESS) && address_read(text, &out->address))
        has |= HAS_ADDRESS;
    return has;
}

static bool text_bind(gos_context *context, uint32_t slot, gos_str text, gos_error *err)
{
    const gos_ruleset *rules = context->rules;
    uint32_t wants = ruleset_attributes(rules)[slot].wants;
    struct value *value = &context->values[slot];
    *value = (struct value){.type = VALUE_TEXT, .symbol = SYMBOL_OTHER};
    value->text = near_text(context, text);
    if (wants & WANT_SYMBOL)
        value->symbol = symbol_find(rules, slot, text);
    if (!(wants & (WANT_TIME | WANT_VERSION | WANT_ADDRESS)))
        return true;
    struct readings readings = {0};
    value->has = text_read(value->text, wants, &readings);
    if (!value->has)
        return true;
    value->readings = near_take(context, sizeof readings, err);
    if (!value->readings)
        return false;
    *value->readings = readings;
    return true;
}

/* A number may serve as a unit: a whole one as its digits, so that 7, 7.0 and "7" are one unit. */
static bool number_bind(gos_context *context, uint32_t slot, const struct json *json,
                        gos_error *err)
{
    struct value *value = &context->values[slot];
    char *text = near_take(context, NUMBER_TEXT_BYTES, err);
    int64_t whole;
    if (!text)
        return false;
    size_t len = json_is_integer(json, &whole)
                     ? (size_t)snprintf(text, NUMBER_TEXT_BYTES, "%lld", (long long)whole)
                     : double_write(json->number, text);
    *value = (struct value){.type = VALUE_NUMBER,
                            .number = json->number,
                            .text = {text, len},
                            .symbol = SYMBOL_NOT_TEXT};
    return true;
}

static bool value_bind(gos_context *context, uint32_t slot, const struct json *json, gos_error *err)
{
    struct value *value = &context->values[slot];
    switch (json->type) {
    case JSON_NULL:
        return true;
    case JSON_STRING:
        return text_bind(context, slot, json->text, err);
    case JSON_NUMBER:
        return number_bind(context, slot, json, err);
    case JSON_BOOL:
        *value =
            (struct value){.type = VALUE_BOOL, .boolean = json->boolean, .symbol = SYMBOL_NOT_TEXT};
        return true;
    default:
        *value = (struct value){.type = json->type == JSON_ARRAY ? VALUE_LIST : VALUE_OBJECT,
                                .json = json,
                                .symbol = SYMBOL_NOT_TEXT};
        return true;
    }
}

static uint32_t slot_find(const gos_ruleset *rules, gos_str name)
{
    uint64_t hash = hash_xxh3(name, 0);
    uint32_t count = ruleset_names_count(rules);
    const struct table_entry *entries = ruleset_names(rules);
    for (uint32_t place = table_start(hash, count); entries[place].index != NONE;
         place = (place + 1) & (count - 1)) {
        uint32_t slot = entries[place].index;
        if (entries[place].tag == table_tag(hash) &&
            ruleset_text_is(rules, ruleset_attributes(rules)[slot].path, name))
            return slot;
    }
    return NONE;
}

/* An attribute "a.b" is the member named so, else the member b of the object a. */
static bool nested_bind(gos_context *context, const struct json *attributes, gos_error *err)
{
    const gos_ruleset *rules = context->rules;
    for (uint32_t i = 0; i < ruleset_nested_count(rules); i++) {
        uint32_t slot = ruleset_nested(rules)[i];
        if (context->values[slot].type != VALUE_NONE)
            continue;
        gos_str rest = ruleset_text(rules, ruleset_attributes(rules)[slot].path);
        const struct json *json = attributes;
        while (json && rest.len)
            json = json_find(json, str_cut(&rest, '.'));
        if (json && !value_bind(context, slot, json, err))
            return false;
    }
    return true;
}

static bool unit_check(const gos_context *context, uint32_t slot, gos_error *err)
{
    const struct value *value = &context->values[slot];
    char pointer[GOS_POINTER_BYTES] = "";
    gos_str name = ruleset_text(context->rules, ruleset_attributes(context->rules)[slot].path);
    if (value->type == VALUE_NONE || value->type == VALUE_TEXT || value->type == VALUE_NUMBER) {
        if (value->type == VALUE_NONE || value->text.len <= UNIT_BYTES_MAX)
            return true;
        json_pointer_add(pointer, name);
        return gos_fail(err, GOS_INVALID_CONTEXT, pointer,
                        "\"%.*s\" has %zu bytes; at most %d are allowed", GOS_ARG(name),
                        value->text.len, UNIT_BYTES_MAX);
    }
    json_pointer_add(pointer, name);
    return gos_fail(err, GOS_INVALID_CONTEXT, pointer, "\"%.*s\" must be a text or a number",
                    GOS_ARG(name));
}

/* An empty unit counts as none at all. */
static bool unit_bind(gos_context *context, uint32_t slot, gos_str unit, gos_error *err)
{
    context->values[slot] = (struct value){.type = VALUE_NONE};
    return unit.len == 0 || text_bind(context, slot, unit, err);
}

/* Who it is: what the subject says, else the attributes. */
static bool units_bind(gos_context *context, gos_error *err)
{
    struct value *values = context->values;
    const gos_subject *subject = &context->subject;
    for (uint32_t slot = 0; slot < SLOT_FIXED_COUNT; slot++) {
        if (!unit_check(context, slot, err))
            return false;
    }
    gos_str user = subject->user_id.len         ? subject->user_id
                   : values[SLOT_USER].text.len ? values[SLOT_USER].text
                                                : values[SLOT_TARGETING_KEY].text;
    gos_str device = subject->device_id.len ? subject->device_id : values[SLOT_DEVICE].text;
    if (!unit_bind(context, SLOT_USER, user, err) || !unit_bind(context, SLOT_DEVICE, device, err))
        return false;
    context->user = user.len ? user : device;
    context->user_hash = id_list_hash(context->user);
    return true;
}

bool context_bind_json(gos_context *context, const gos_ruleset *rules, const gos_subject *subject,
                       const struct json *attributes, gos_error *err)
{
    context->rules = rules;
    context->subject = *subject;
    if (!values_reserve(context, ruleset_attributes_count(rules), err))
        return false;
    if (attributes && attributes->type != JSON_OBJECT)
        return gos_fail(err, GOS_INVALID_CONTEXT, "", "the context is %s; it must be an object",
                        json_type_name(attributes->type));
    for (uint32_t i = 0; attributes && i < attributes->count; i++) {
        uint32_t slot = slot_find(rules, attributes->names[i]);
        if (slot != NONE && !value_bind(context, slot, &attributes->items[i], err))
            return false;
    }
    return (!attributes || nested_bind(context, attributes, err)) && units_bind(context, err);
}

bool gos_context_bind(gos_context *context, const gos_ruleset *rules, const gos_subject *subject,
                      gos_str attributes, gos_error *err)
{
    const struct json *json = NULL;
    gos_arena_reset(context->arena);
    if (attributes.len && !json_read(attributes, context->arena, &json, err))
        return false;
    return context_bind_json(context, rules, subject, json, err);
}

bool gos_context_lacks(const gos_context *context)
{
    uint32_t count = ruleset_attributes_count(context->rules);
    for (uint32_t slot = SLOT_FIXED_COUNT; slot < count; slot++) {
        if (context->values[slot].type == VALUE_NONE)
            return true;
    }
    return false;
}

bool gos_context_complete(gos_context *context, gos_str attributes, gos_error *err)
{
    const struct json *json;
    if (!json_read(attributes, context->arena, &json, err))
        return false;
    if (json->type != JSON_OBJECT)
        return gos_fail(err, GOS_INVALID_CONTEXT, "", "the attributes are %s; an object is allowed",
                        json_type_name(json->type));
    for (uint32_t i = 0; i < json->count; i++) {
        uint32_t slot = slot_find(context->rules, json->names[i]);
        bool lacks =
            slot != NONE && slot >= SLOT_FIXED_COUNT && context->values[slot].type == VALUE_NONE;
        if (lacks && !value_bind(context, slot, &json->items[i], err))
            return false;
    }
    return nested_bind(context, json, err);
}

gos_str gos_context_user(const gos_context *context)
{
    return context->values[SLOT_USER].type == VALUE_NONE ? (gos_str){"", 0}
                                                         : context->values[SLOT_USER].text;
}

gos_str gos_context_device(const gos_context *context)
{
    return context->values[SLOT_DEVICE].type == VALUE_NONE ? (gos_str){"", 0}
                                                           : context->values[SLOT_DEVICE].text;
}

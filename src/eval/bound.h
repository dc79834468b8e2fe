/* A context as evaluation sees it: one value for each attribute that the ruleset asks for. */
#ifndef EVAL_BOUND_H
#define EVAL_BOUND_H

#include "base/json.h"
#include "eval/ruleset.h"
#include "eval/version.h"

enum value_type { VALUE_NONE, VALUE_BOOL, VALUE_NUMBER, VALUE_TEXT, VALUE_LIST, VALUE_OBJECT };
enum { HAS_TIME = 1, HAS_VERSION = 2, HAS_ADDRESS = 4 };

struct address {
    uint8_t bytes[16];
};

/* `has` says which of the readings of a text hold. */
struct value {
    uint8_t type;
    uint8_t has;
    uint8_t boolean;
    uint8_t pad;
    uint32_t symbol; /* its number, or SYMBOL_MISSING, _NOT_TEXT, _OTHER */
    double number;
    gos_str text;
    const struct json *json;
    int64_t time_ms;
    const struct version *version;
    const struct address *address;
};

/* What nearly every decision reads comes first, so that it lies in one line of the cache. */
struct gos_context {
    struct value *values; /* one for each attribute of the ruleset */
    gos_str user;         /* the unit "user_id": user, else device */
    uint64_t user_hash;
    const gos_ruleset *rules;
    gos_subject subject;
    gos_arena *slots; /* of values; kept while the ruleset has as many attributes */
    gos_arena *arena;
    uint32_t value_capacity;
    size_t bytes_max;
};

/* The unit that the attribute gives; empty when there is none. Numbers are written out at bind. */
static inline gos_str context_unit(const gos_context *context, uint32_t slot)
{
    return slot == SLOT_USER ? context->user : context->values[slot].text;
}

/* gos_context_bind for attributes that are read already; NULL: none. They must stay valid. */
bool context_bind_json(gos_context *context, const gos_ruleset *rules, const gos_subject *subject,
                       const struct json *attributes, gos_error *err);

#endif

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

/* What a text also is; `has` of the value says which of them hold. */
struct readings {
    int64_t time_ms;
    struct version version;
    struct address address;
};

/* Two in a line of the cache: users come from far away more often than rules do. */
struct value {
    uint8_t type;
    uint8_t has;
    uint8_t boolean;
    uint8_t pad;
    uint32_t symbol; /* its number, or SYMBOL_MISSING, _NOT_TEXT, _OTHER */
    union {
        double number;             /* VALUE_NUMBER */
        const struct json *json;   /* VALUE_LIST, VALUE_OBJECT */
        struct readings *readings; /* VALUE_TEXT: NULL when it is a text only */
    };
    gos_str text; /* of a number, too */
};
static_assert(sizeof(struct value) <= 32, "a value has grown");

/*
 * What nearly every decision reads comes first, so that it lies in one line of the cache. Values
 * and what they point to follow in the same piece of memory while they fit: `kept` to `kept_end`.
 */
struct gos_context {
    struct value *values; /* one for each attribute of the ruleset */
    gos_str user;         /* the unit "user_id": user, else device */
    uint64_t user_hash;
    const gos_ruleset *rules;
    gos_subject subject;
    gos_arena *slots; /* of values; kept while the ruleset has as many attributes */
    gos_arena *arena;
    char *kept;
    char *kept_end;
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

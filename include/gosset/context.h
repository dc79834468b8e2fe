/* Who asks: a user or device with attributes, bound to one ruleset. */
#ifndef GOSSET_CONTEXT_H
#define GOSSET_CONTEXT_H

#include "gosset/ruleset.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum gos_earlier {
    GOS_EARLIER_NONE,
    GOS_EARLIER_UNIT,     /* the unit has a variant */
    GOS_EARLIER_IDENTITY, /* an identity linked to it has one */
    GOS_EARLIER_FAILED    /* the store did not answer: the decision becomes UNAVAILABLE */
} gos_earlier;

/*
 * Finds the variant that a unit, or an identity linked to it, was given before. Called while
 * deciding, for sticky and for paused experiments.
 *
 * experiment_id  gos_experiment_info.id
 * out_variant    its name; must stay valid until the decision has been used
 */
typedef gos_earlier gos_find_earlier(void *user, gos_str experiment_id, gos_str unit,
                                     gos_str *out_variant);
/* Whether `text` matches the ruleset's pattern with this index, in bounded time. */
typedef bool gos_match_pattern(void *user, uint32_t pattern, gos_str text);

/* What does not stand in the attributes. Zeroed members are allowed. */
typedef struct gos_subject {
    gos_str user_id;   /* empty: taken from the attribute "user_id", else "targetingKey" */
    gos_str device_id; /* empty: taken from the attribute "device_id" */
    int64_t now_ms;    /* milliseconds since 1970 UTC */
    gos_find_earlier *find_earlier; /* NULL: nobody has a variant yet */
    void *find_earlier_user;
    gos_match_pattern *match_pattern; /* NULL: the operator "matches" finds nothing */
    void *match_pattern_user;
} gos_subject;

/* Memory that is reused from bind to bind. One thread at a time binds; then many may decide. */
typedef struct gos_context gos_context;

/* NULL when the machine has no memory. It holds at most `bytes_max` bytes of one context. */
gos_context *gos_context_open(size_t bytes_max);
void gos_context_close(gos_context *context);

/*
 * Binds a subject and attributes to a ruleset; forgets what was bound before.
 *
 * attributes  a JSON object as OFREP sends it, {"targetingKey": "u1", "country": "US", ...}, or
 *             empty. Must stay valid, as the ruleset must, while the context is in use; so must the
 *             subject's texts
 * Errors      BAD_JSON; INVALID_CONTEXT: no object, or "user_id", "device_id" or "targetingKey" is
 *             neither a text nor a whole number, or too long; TOO_LARGE
 */
bool gos_context_bind(gos_context *context, const gos_ruleset *rules, const gos_subject *subject,
                      gos_str attributes, gos_error *err);

/*
 * Adds what is known of the user from elsewhere: attributes that the bound context lacks. The units
 * stay as they are. `attributes` is a JSON object and must stay valid as those bound must.
 */
bool gos_context_complete(gos_context *context, gos_str attributes, gos_error *err);
/* Whether the context lacks an attribute that the ruleset asks for. */
bool gos_context_lacks(const gos_context *context);

/* The user, and the device, that the context speaks of; empty when it names none. Valid until the
 * next bind. */
gos_str gos_context_user(const gos_context *context);
gos_str gos_context_device(const gos_context *context);

#ifdef __cplusplus
}
#endif

#endif

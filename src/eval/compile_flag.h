/* A flag while it is compiled: its type, how its numbers are written, its named values. */
#ifndef EVAL_COMPILE_FLAG_H
#define EVAL_COMPILE_FLAG_H

#include "eval/compile_experiment.h"

struct flag_reading {
    const struct json *json;
    gos_flag_type type;
    bool has_fractions; /* its numbers are written as floats */
    gos_str key;
    gos_str salt;
    uint32_t unit;
    uint8_t hash;
    const struct json *default_value;
    const struct json *value; /* NULL: none was given */
};

/* Reads key, type and default; false when they leave nothing to go on with. */
bool flag_reading_begin(struct compiler *compiler, const struct json *json,
                        struct flag_reading *out);
/* The value of a named variant, or NULL. Boolean flags have "on" and "off" without saying so. */
const struct json *flag_variant(const struct flag_reading *flag, gos_str name);
/*
 * Checks the value's type at the pointer and adds it as what is served under `variant`; empty: the
 * name of the variant with this value, else `otherwise`. Returns its index.
 */
uint32_t flag_serve(struct compiler *compiler, const struct flag_reading *flag,
                    const struct json *value, gos_str variant, const char *otherwise);

/* Reads the rules, or the one that the simple fields make. */
void compile_rules(struct compiler *compiler, const struct flag_reading *reading,
                   struct flag *flag);
/* The first of the values that a flag serves for the variants of an experiment (its index). */
uint32_t compile_experiment_values(struct compiler *compiler, const struct flag_reading *flag,
                                   const struct json *rule, uint32_t experiment);
/* Reads {"steps": []} or {"start", "end", "from", "to"}. */
void compile_progress(struct compiler *compiler, const struct json *json, struct rule *rule);

#endif

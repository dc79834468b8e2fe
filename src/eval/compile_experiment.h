/* What compiling experiments, layers and flags has in common. */
#ifndef EVAL_COMPILE_EXPERIMENT_H
#define EVAL_COMPILE_EXPERIMENT_H

#include "eval/compiler.h"

/* The value as JSON text in the scratch arena; numbers keep their spelling. */
gos_str compile_json_text(struct compiler *compiler, const struct json *value);
/* The seed of "SALT:PURPOSE": what one salt decides for several purposes is independent. */
uint64_t compile_seed(struct compiler *compiler, gos_str salt, const char *purpose);
/* The hash that the member "hash" names; and the seed for it. */
uint8_t compile_hash(struct compiler *compiler, const struct json *json);
uint64_t compile_seed_by(struct compiler *compiler, uint8_t hash, gos_str salt,
                         const char *purpose);
/* The slot that the member "unit" names. */
uint32_t compile_unit(struct compiler *compiler, const struct json *json, uint32_t otherwise);
/* The index of a variant of an experiment (its JSON), or NONE. */
uint32_t compile_variant_find(const struct json *experiment, gos_str name);
void compile_override(struct compiler *compiler, enum override_kind kind, uint32_t owner,
                      gos_str user, uint32_t target);

/* Reads traffic_allocation, phases and coverage. */
void compile_split(struct compiler *compiler, const struct json *json,
                   struct experiment *experiment);
/* Copies the layers and holdouts that compile_layers found for the experiment of this index. */
void compile_membership(struct compiler *compiler, const struct json *json,
                        struct experiment *experiment);
/*
 * Ranges of slots by the weights, one for each variant; sealed. By name, or for a foreign hash in
 * the order given, as the systems it comes from do.
 */
struct span compile_ranges(struct compiler *compiler, const gos_str *names, const int64_t *weights,
                           uint32_t count, bool is_foreign);

#endif

/* Writes down how a decision comes about, for explanations. Deciding calls it when it is there. */
#ifndef EVAL_TRACE_H
#define EVAL_TRACE_H

#include "base/json.h"
#include "eval/parts_rules.h"

struct trace {
    const gos_ruleset *rules;
    const gos_context *context;
    struct json_writer *out; /* inside the list of steps */
    uint32_t depth;
};

void trace_test(struct trace *trace, uint32_t test, bool answer);
void trace_segment_begin(struct trace *trace, uint32_t segment);
void trace_segment_end(struct trace *trace, uint32_t segment, bool answer);
/* A step that needs no more than a name: "enabled", "override", ... and whether it decided. */
void trace_step(struct trace *trace, const char *step, bool answer);
/* The switch of a schedule that is in force; the first is in force from the beginning. */
void trace_switch(struct trace *trace, const struct flag_switch *from);
void trace_rule_begin(struct trace *trace, const struct rule *rule, uint32_t index);
void trace_rule_end(struct trace *trace, bool answer);
void trace_dependency_begin(struct trace *trace, uint32_t flag);
void trace_dependency_end(struct trace *trace, gos_str variant);
void trace_experiment_begin(struct trace *trace, uint32_t experiment);
void trace_experiment_end(struct trace *trace, const gos_decision *decision);
/* A point was compared with a threshold: who was hashed, with what, and where it fell. */
void trace_point(struct trace *trace, const char *step, uint8_t hash, gos_str unit, uint64_t seed,
                 uint64_t point, uint64_t threshold, bool answer);
/* A point chose an element of a split: a variant, or a part of a layer. */
void trace_slot(struct trace *trace, const char *step, uint8_t hash, gos_str unit, uint64_t seed,
                uint64_t point, gos_str chosen);

/* Sixteen hexadecimal digits; returns their number. */
size_t trace_hex(uint64_t number, char out[24]);

#endif

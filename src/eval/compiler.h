/* What all parts of the compiler share: the document, where it is being read, what was found. */
#ifndef EVAL_COMPILER_H
#define EVAL_COMPILER_H

#include "base/json.h"
#include "eval/build.h"
#include "eval/limits.h"

/* See plan.h and slot_map.h. */
struct plan_node;
struct slot_map;

struct compiler {
    const gos_compile_options *options;
    gos_arena *arena; /* of the caller: findings */
    struct build build;

    char pointer[GOS_POINTER_BYTES]; /* to what is being read */
    gos_finding *findings;
    gos_report report;

    /* The lists of the document; never NULL, perhaps empty. */
    const struct json *segments;
    const struct json *layers;
    const struct json *holdouts;
    const struct json *experiments;
    const struct json *flags;
    const struct json *overrides;

    struct table segment_names;
    struct table experiment_names;
    struct table flag_keys;
    struct table layer_names;
    struct table attribute_paths;
    struct table symbols;
    struct table override_users;
    bool *segment_used;
    uint8_t *segment_truths;     /* of enum truth; those still to be read may be anything */
    struct slot_map *layer_maps; /* by layer, made when first asked for */

    struct plan_node *nodes;
    uint32_t node_count;
    uint32_t node_capacity;
    uint32_t node_open; /* the innermost open group */
    uint8_t plan_truth; /* of enum truth: of the plan that was emitted last */
};

/* The pointer goes one member or element down; at_leave brings it back. */
size_t at_enter(struct compiler *compiler, gos_str name);
size_t at_enter_index(struct compiler *compiler, size_t index);
void at_leave(struct compiler *compiler, size_t mark);

/* Reports at the pointer, or at its member `name`. compiler_error returns false. */
bool compiler_error(struct compiler *compiler, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool compiler_error_at(struct compiler *compiler, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void compiler_warn(struct compiler *compiler, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void compiler_warn_at(struct compiler *compiler, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * A member of the object being read, or NULL when it is absent, null, or, which is reported, of
 * another type.
 */
const struct json *member_find(struct compiler *compiler, const struct json *object,
                               const char *name, enum json_type type);
/* The text, or empty. */
gos_str member_text(struct compiler *compiler, const struct json *object, const char *name);
bool member_bool(struct compiler *compiler, const struct json *object, const char *name,
                 bool otherwise);
/* Reports what is no time; *out keeps its value when absent. */
void member_time(struct compiler *compiler, const struct json *object, const char *name,
                 int64_t *out);
/* A percentage as points below a threshold; see share.h. Reports what is none. */
bool member_percentage(struct compiler *compiler, const struct json *object, const char *name,
                       int64_t *out_share);
/* Reports each member that is not among the names, which end with NULL. */
void members_known(struct compiler *compiler, const struct json *object, const char *what,
                   const char *const *names);

/* The index that a name stands for, or NONE. */
uint32_t compiler_find(struct compiler *compiler, const struct table *table, gos_str name);
/* The same, and reports when there is none; `what` is such as "segment". */
uint32_t compiler_resolve(struct compiler *compiler, const struct table *table, gos_str name,
                          const char *what);

/* The slot of the attribute with this path, which the context will prepare for `wants`. */
uint32_t attribute_slot(struct compiler *compiler, gos_str path, uint32_t wants);
/* The number of a text among those that the attribute is compared with. */
uint32_t attribute_symbol(struct compiler *compiler, uint32_t slot, gos_str text);

void compile_segments(struct compiler *compiler);
void compile_layers(struct compiler *compiler);
void compile_experiments(struct compiler *compiler);
void compile_flags(struct compiler *compiler);
void compile_dependencies(struct compiler *compiler);
void compile_overrides(struct compiler *compiler);
/* After all others: from what each flag and experiment was made. */
void compile_sources(struct compiler *compiler);

#endif

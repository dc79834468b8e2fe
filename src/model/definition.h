/*
 * A definition: experiment, flag, metric or segment. Its canonical JSON body is what is stored,
 * shown, exported and compiled; the other members repeat what lists filter and sort by.
 */
#ifndef MODEL_DEFINITION_H
#define MODEL_DEFINITION_H

#include "base/json.h"
#include "base/uuid.h"
#include "model/kind.h"

/* One definition refers to another, by name or by id. */
struct reference {
    enum kind kind;
    gos_str target;     /* as written: a name (a flag's key) or an id */
    gos_str pointer;    /* where in the body */
    bool may_be_absent; /* a layer exists as soon as it is named */
};

struct definition {
    enum kind kind;
    struct uuid id;
    gos_str environment;
    gos_str name;   /* a flag's key */
    gos_str status; /* experiment: its state; flag: enabled, disabled; segment: active, inactive */
    gos_str type;   /* the field "type", or empty */
    int64_t version;
    int64_t created_at;
    int64_t updated_at;
    gos_str body;
    const struct json *tree; /* body, read; NULL when it was not asked for */
};

struct definition_input {
    enum kind kind;
    const struct json *json;
    const struct definition *stored; /* what it replaces (with its tree), or NULL for a new one */
    bool merge;                      /* PATCH: fields left out stay; null brings back the default */
    bool import; /* id, status, phases, created_at and created_by come from the input if it has them
                  */
    gos_str decision; /* of an experiment's new split; see experiment.h */
    struct uuid id;   /* for a new one that brings none */
    gos_str environment;
    gos_str actor; /* who: becomes created_by */
    int64_t now_ms;
};

/*
 * Reads and checks a definition by itself: fields, types, ranges, allocation, dates, values, the
 * lifecycle. That what it refers to exists and forms no cycle is checked by the catalog, conditions
 * and rules by the compiler (document_check).
 *
 * out     lives in `arena`; its texts point there or into the input
 * Errors  BAD_INPUT with the pointer of the field; NOT_ALLOWED_NOW when the state of a stored
 *         experiment forbids the change
 */
bool definition_read(const struct definition_input *input, gos_arena *arena, struct definition *out,
                     gos_error *err);

/* Fills the members from a stored body. Errors: BAD_JSON, BAD_INPUT: it is not canonical. */
bool definition_open(enum kind kind, gos_str body, gos_arena *arena, struct definition *out,
                     gos_error *err);

/*
 * Moves an experiment: start, pause, resume, complete, archive, restore. `options` may be NULL or
 * the body of the request: {"shipped_variant": NAME} with complete.
 */
bool definition_move(const struct definition *stored, gos_str verb, const struct json *options,
                     int64_t now_ms, gos_arena *arena, struct definition *out, gos_error *err);

/*
 * Gives an experiment new weights: `allocation` as in traffic_allocation, `decision` what chose
 * them, an object that is kept in the new phase.
 */
bool definition_reweigh(const struct definition *stored, const struct json *allocation,
                        gos_str decision, int64_t now_ms, gos_arena *arena, struct definition *out,
                        gos_error *err);

/* An experiment that was started stays, with what happened in it: NOT_ALLOWED_NOW at "". */
bool definition_check_delete(const struct definition *stored, gos_error *err);

/* What a definition (with its tree) refers to, in the order of the body, each target once. */
bool definition_references(const struct definition *definition, gos_arena *arena,
                           const struct reference **out, uint32_t *out_count, gos_error *err);

/* The control of an experiment: the variant named "control", else the first. */
gos_str definition_control(const struct json *experiment);
/* Whether an experiment (its tree) has the variant. */
bool definition_has_variant(const struct json *experiment, gos_str variant);
/* An assignment's variant must exist in its experiment. BAD_INPUT at "/variant". */
bool definition_check_assignment(const struct json *experiment, gos_str variant, gos_error *err);
/* An override's value must match its flag's type. BAD_INPUT at "/value". */
bool definition_check_override(const struct json *flag, const struct json *value, gos_error *err);

#endif

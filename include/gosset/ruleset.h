/* A definitions document compiled to one immutable, relocatable, checksummed block. */
#ifndef GOSSET_RULESET_H
#define GOSSET_RULESET_H

#include "gosset/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One environment's definitions, ready to decide with. A block of gos_ruleset_bytes() bytes without
 * pointers: it may be copied, written to disk and read back at any address aligned to 16. It never
 * changes, so any number of threads may read it.
 */
typedef struct gos_ruleset gos_ruleset;

/* One thing that the compiler found; its texts live in the arena of the compile. */
typedef struct gos_finding {
    bool is_error; /* otherwise a warning: legal, but probably not meant */
    gos_code code;
    gos_str message;
    gos_str pointer; /* into the document, such as "/experiments/3/traffic_allocation" */
} gos_finding;

/* Everything that was found, in the order of the document; errors and warnings mixed. */
typedef struct gos_report {
    const gos_finding *findings;
    uint32_t count;
    uint32_t error_count;
    bool is_cut; /* more was found than is listed */
} gos_report;

/* Says whether a pattern of the operator "matches" is one; false fills `err`. */
typedef bool gos_pattern_check(void *user, gos_str pattern, gos_error *err);

typedef struct gos_compile_options {
    gos_pattern_check *check_pattern; /* NULL: the operator "matches" is an error */
    void *check_pattern_user;
    size_t block_bytes_max; /* 0: 1 GiB */
} gos_compile_options;

/*
 * Compiles a definitions document: {"flags": [], "experiments": [], "segments": [], "overrides":
 * [], "layers": [], "holdouts": []}, each optional, in the shapes of the REST API. Members that
 * evaluation does not use (metrics, descriptions, ...) are ignored; unknown members inside rules
 * and conditions are errors.
 *
 * options      may be NULL
 * arena        the ruleset and the report live there
 * out_report   always filled, with all errors and warnings, also when the answer is false
 * Errors       BAD_JSON, TOO_LARGE, else the first error of the report
 */
bool gos_ruleset_compile(gos_str document, const gos_compile_options *options, gos_arena *arena,
                         const gos_ruleset **out_ruleset, gos_report *out_report, gos_error *err);

/* Whether bytes are a whole ruleset of this version. It detects damage, not malice: BAD_INPUT. */
bool gos_ruleset_check(const void *block, size_t bytes, gos_error *err);
size_t gos_ruleset_bytes(const gos_ruleset *rules);
/* 32 hexadecimal digits that name the content: what does not change any decision or explanation,
 * such as a description, does not change it. Lives in the ruleset. */
gos_str gos_ruleset_hash(const gos_ruleset *rules);

typedef enum gos_flag_type {
    GOS_FLAG_BOOLEAN,
    GOS_FLAG_STRING,
    GOS_FLAG_NUMBER,
    GOS_FLAG_JSON
} gos_flag_type;

/* What others show of a flag. Texts live in the ruleset. */
typedef struct gos_flag_info {
    gos_str key;
    gos_str id; /* empty when the document gave none */
    gos_flag_type type;
    bool enabled; /* before the first step of its schedule */
    bool client_visible;
    gos_str metadata; /* a JSON object, or empty */
    int64_t version;  /* 0 when the document gave none */
} gos_flag_info;

uint32_t gos_ruleset_flag_count(const gos_ruleset *rules);
/* The flag at `index` (asserted to exist); flags keep the order of the document. */
gos_flag_info gos_ruleset_flag(const gos_ruleset *rules, uint32_t index);
/* By key; -1: none. */
int32_t gos_ruleset_find_flag(const gos_ruleset *rules, gos_str key);

typedef enum gos_status {
    GOS_STATUS_DRAFT,
    GOS_STATUS_RUNNING,
    GOS_STATUS_PAUSED,
    GOS_STATUS_COMPLETED,
    GOS_STATUS_ARCHIVED
} gos_status;

typedef struct gos_experiment_info {
    gos_str id; /* the name when the document gave none */
    gos_str name;
    gos_str unit; /* "user_id", "device_id" or another attribute */
    gos_status status;
    bool sticky;
    uint32_t variant_count;
} gos_experiment_info;

uint32_t gos_ruleset_experiment_count(const gos_ruleset *rules);
gos_experiment_info gos_ruleset_experiment(const gos_ruleset *rules, uint32_t index);
/* By id or name; -1: none. */
int32_t gos_ruleset_find_experiment(const gos_ruleset *rules, gos_str id_or_name);
/* Of the experiment and variant at these indices: its name, and its configuration as JSON. */
gos_str gos_ruleset_variant(const gos_ruleset *rules, uint32_t experiment, uint32_t variant);
gos_str gos_ruleset_configuration(const gos_ruleset *rules, uint32_t experiment, uint32_t variant);

/*
 * The first time after `now_ms` at which decisions may change by themselves: a schedule, a rule's
 * or an experiment's dates, a step of a rollout; a minute from now while one moves on a line.
 * INT64_MAX: never. Conditions that compare dates are not looked at.
 */
int64_t gos_ruleset_next_change(const gos_ruleset *rules, int64_t now_ms);

/* Patterns of the operator "matches", to be prepared once for each ruleset. */
uint32_t gos_ruleset_pattern_count(const gos_ruleset *rules);
gos_str gos_ruleset_pattern(const gos_ruleset *rules, uint32_t index);

#ifdef __cplusplus
}
#endif

#endif

/* Every bound of gosset that input can reach. Past it is an error that the caller can read. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
    JSON_DEPTH_MAX = 64,
    NAME_BYTES_MAX = 200,         /* names of experiments, metrics, segments, variants */
    KEY_BYTES_MAX = 128,          /* flag keys */
    DESCRIPTION_BYTES_MAX = 4000, /* all free texts */
    UNIT_BYTES_MAX = 512,         /* user_id, device_id, attribute used as a unit */
    VARIANTS_MAX = 64,
    REFERENCES_MAX = 256, /* segments, metrics, dependencies named by one definition */
    TAGS_MAX = 50,
    RULES_MAX = 256, /* rules of one flag */
    STEPS_MAX = 100, /* of a schedule or a progressive rollout */
    METRICS_PER_EXPERIMENT_MAX = 100,
    FORCED_VARIANTS_MAX = 1000, /* users of one experiment with a variant fixed for QA */
    LAYERS_PER_EXPERIMENT_MAX = 8,
    PHASES_MAX = 200, /* changes of split, coverage or targeting of one experiment */
    CALCULATION_BYTES_MAX = 2000,
    SEGMENT_IDS_MAX = 1000000, /* users listed by one segment */
    BATCH_ITEMS_MAX = 10000,
    PAGE_ITEMS_MAX = 500,
    PAGE_ITEMS_DEFAULT = 50,
    USAGE_UNKNOWN_MAX = 1000, /* keys asked for that no flag has, kept in an environment */
};

#endif

/* Bounds of the engine that input can reach; base/limits.h has those shared with other rooms. */
#ifndef EVAL_LIMITS_H
#define EVAL_LIMITS_H

enum {
    CONDITION_DEPTH_MAX = 20,
    SEGMENT_DEPTH_MAX = 16, /* segments inside segments */
    DEPENDENCIES_MAX = 64,  /* flags that one flag depends on, directly or not */
    LIST_OPERAND_MAX = 100, /* texts that a list, or a part of a text, is compared with */
    NETWORKS_MAX = 1000,
    PATTERN_BYTES_MAX = 1000,
    EXACT_IDS_MAX = 1000, /* longer lists are kept as hashes */
    PATH_PARTS_MAX = 8,   /* names in a dotted attribute path */
    MEMBERSHIPS_MAX = 8,  /* layers of one experiment */
    FINDINGS_MAX = 1000,
};

#endif

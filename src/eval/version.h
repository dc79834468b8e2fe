/* Versions in the order of Semantic Versioning 2.0.0; build metadata does not count. */
#ifndef EVAL_VERSION_H
#define EVAL_VERSION_H

#include "gosset/base.h"

struct version {
    uint64_t part[3];
    uint64_t key;       /* version_key */
    gos_str prerelease; /* empty: a release */
};

/*
 * Reads "1.2.3-rc.1+build". Allowed beyond the standard: a leading "v", and one or two parts only,
 * which count as followed by zeros.
 */
bool version_read(gos_str text, struct version *out);
/*
 * A number in the same order, or 0 when a part is too large for one. Equal odd keys are equal
 * versions; equal even ones are pre-releases of one version, which version_compare must order.
 */
uint64_t version_key(const struct version *version);
/* Below 0, 0 or above 0 as a comes before, with or after b. */
int version_compare(const struct version *a, const struct version *b);

#endif

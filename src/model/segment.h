/* The body of a segment without its long lists of ids. */
#ifndef MODEL_SEGMENT_H
#define MODEL_SEGMENT_H

#include "gosset/base.h"

/*
 * A segment's canonical body with "include_count" and "exclude_count" in place of lists of more
 * than `most` ids. Reads the text as it goes, so that a million ids cost no more than that.
 *
 * out     `body` itself when nothing is left out (also when it is no segment's), else in the arena
 * Errors  TOO_LARGE
 */
bool segment_cut(gos_str body, int64_t most, gos_arena *arena, gos_str *out, gos_error *err);

#endif

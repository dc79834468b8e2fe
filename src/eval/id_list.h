/* Lists of up to millions of ids, kept as 64-bit hashes in buckets: about 9 bytes for each. */
#ifndef EVAL_ID_LIST_H
#define EVAL_ID_LIST_H

#include "eval/ruleset.h"

uint64_t id_list_hash(gos_str id);
/*
 * Whether the id is in the list. An id that is not there is taken for one of n that are with the
 * chance n / 2^64: 5e-14 for a million.
 */
bool id_list_has(const gos_ruleset *rules, const struct id_list *list, gos_str id);

#endif

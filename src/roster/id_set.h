/*
 * A set of hashes that forgets nothing and may think it has what it has not (a Bloom filter), in
 * layers that grow with it to at most 85 MiB; past that it errs more often.
 */
#ifndef ROSTER_ID_SET_H
#define ROSTER_ID_SET_H

#include "gosset/base.h"

struct id_set;

/* NULL: no memory. */
struct id_set *id_set_open(void);
void id_set_close(struct id_set *set);
/* False: no memory; the set is of no more use. */
bool id_set_add(struct id_set *set, uint64_t hash);
bool id_set_may_have(const struct id_set *set, uint64_t hash);
/* How often something was added. */
uint64_t id_set_count(const struct id_set *set);

#endif

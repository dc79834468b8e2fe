/*
 * How often each flag served which variant, and which keys were asked for that no flag has.
 * Counting is a look-up and two relaxed stores in a table of the thread's shard: no lock, no
 * allocation. Once in a while what is new goes to the catalog, so that a restart forgets at most
 * that while.
 *
 * Both tables are bounded: past the bound what is new is counted as dropped, nothing else.
 */
#ifndef API_USAGE_H
#define API_USAGE_H

#include "base/text.h"
#include "gosset/decision.h"

struct catalog;
struct usage;

/* Also writes gosset_decisions_total by flag, variant and reason when `by_flag`. */
bool usage_open(bool by_flag, struct usage **out, gos_error *err);
void usage_close(struct usage *usage);
/* From any thread; NULL does nothing. */
void usage_count(struct usage *usage, gos_str environment, gos_str key,
                 const gos_decision *decision, int64_t now_ms);
void usage_count_unknown(struct usage *usage, gos_str environment, gos_str key, int64_t now_ms);
/* Adds what is new to the catalog, unless that was done in the last `age_ms`. */
bool usage_flush(struct usage *usage, struct catalog *catalog, int64_t age_ms, gos_error *err);
/* The series by flag; false (and nothing is written) when they were not asked for. */
bool usage_write(struct usage *usage, struct text *out);
/* Decisions that found no room in the table. */
uint64_t usage_dropped(struct usage *usage);

#endif

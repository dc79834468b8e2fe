/* Keys that were asked for and that no flag has, until the next flush takes them; see usage.h. */
#ifndef API_USAGE_UNKNOWN_H
#define API_USAGE_UNKNOWN_H

#include "gosset/base.h"

struct flag_usage;
struct unknown_keys;

bool unknown_keys_open(struct unknown_keys **out);
void unknown_keys_close(struct unknown_keys *keys);
/* False when it was not counted: no room until the next flush, or no key that a flag may have. */
bool unknown_keys_count(struct unknown_keys *keys, gos_str environment, gos_str key,
                        int64_t now_ms);
/* Moves all, at most USAGE_UNKNOWN_MAX, to `rows`; their texts go to the arena. */
size_t unknown_keys_take(struct unknown_keys *keys, gos_arena *arena, struct flag_usage *rows);

#endif

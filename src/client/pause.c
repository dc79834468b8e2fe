#include "client/pause.h"

/* Source: Steele, Lea, Flood (2014), "Fast splittable pseudorandom number generators": SplitMix64.
 */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int64_t between(struct pause *pause, int64_t least, int64_t most)
{
    return least + (int64_t)(next(&pause->random) % (uint64_t)(most - least + 1));
}

int64_t pause_after_failure(struct pause *pause, int64_t first_ms, int64_t most_ms)
{
    int64_t whole = first_ms;
    for (uint32_t i = 0; i < pause->failures && whole < most_ms; i++)
        whole *= 2;
    if (whole > most_ms)
        whole = most_ms;
    pause->failures++;
    return between(pause, whole / 2, whole);
}

int64_t pause_jitter(struct pause *pause, int64_t ms)
{
    return between(pause, ms - ms / 5, ms + ms / 5);
}

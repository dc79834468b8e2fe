/* What memory can do on this machine now: the measure for figures that no cache helps. */
#ifndef BENCH_MEMORY_READ_H
#define BENCH_MEMORY_READ_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

struct memory_line {
    uint64_t next;
    uint64_t rest[7];
};

/* Nanoseconds to read a line of 64 MiB that the line before it names; 0: no memory. */
static inline double memory_read_ns(void)
{
    enum { LINES = 1 << 20, READS = 2000000 };
    struct timespec start, end;
    struct memory_line *lines = malloc(LINES * sizeof *lines);
    uint64_t state = 1;
    if (!lines)
        return 0;
    for (uint64_t i = 0; i < LINES; i++)
        lines[i].next = i;
    for (uint64_t i = LINES - 1; i > 0; i--) { /* Sattolo: one cycle through all lines */
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t other = (state >> 33) % i, kept = lines[i].next;
        lines[i].next = lines[other].next;
        lines[other].next = kept;
    }
    volatile uint64_t last;
    uint64_t at = 0;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < READS; i++)
        at = lines[at].next;
    clock_gettime(CLOCK_MONOTONIC, &end);
    last = at;
    (void)last;
    free(lines);
    return ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) /
           READS;
}

#endif

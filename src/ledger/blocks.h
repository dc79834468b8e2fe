/*
 * Persons by blocks of their slots: the values of a block lie side by side, variant by variant, and
 * are summed up at once. A block begins at a multiple of its size, so the sums do not depend on how
 * many persons have their turn together.
 */
#ifndef LEDGER_BLOCKS_H
#define LEDGER_BLOCKS_H

#include "base/limits.h"
#include "ledger/tally.h"

/* The values of one plan over one block. */
struct block {
    uint32_t variable_count;
    uint32_t first[VARIANTS_MAX + 1]; /* where a variant's values begin */
    uint32_t count[VARIANTS_MAX];
    double values[GOS_VARIABLES_MAX][BLOCK_SLOTS];
};

/* Places for the persons at `slots`; nobody has values yet. */
void block_begin(struct block *block, const struct tally *tally, const struct slot *slots,
                 uint32_t slot_count, uint32_t variable_count);

static inline void block_put(struct block *block, uint8_t variant, const double *values)
{
    uint32_t place = block->first[variant] + block->count[variant]++;
    for (uint32_t i = 0; i < block->variable_count; i++)
        block->values[i][place] = values[i];
}

/* Adds the block to the moments of each variant. */
void block_end(const struct block *block, uint32_t variant_count, struct ledger_cell *out);

#endif

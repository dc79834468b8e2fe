/* Values sorted by variant without moving any twice: first they are counted. */
#include "ledger/blocks.h"

#include "stats/moments.h"

void block_begin(struct block *block, const struct tally *tally, const struct slot *slots,
                 uint32_t slot_count, uint32_t variable_count)
{
    uint32_t variants = tally->question->variant_count, place = 0;
    block->variable_count = variable_count;
    memset(block->count, 0, variants * sizeof *block->count);
    for (uint32_t i = 0; i < slot_count; i++) {
        if (slot_is_in(tally, &slots[i]))
            block->count[slots[i].variant]++;
    }
    for (uint32_t v = 0; v < variants; v++) {
        block->first[v] = place;
        place += block->count[v];
        block->count[v] = 0;
    }
}

void block_end(const struct block *block, uint32_t variant_count, struct ledger_cell *out)
{
    for (uint32_t v = 0; v < variant_count; v++) {
        const double *values[GOS_VARIABLES_MAX];
        if (block->count[v] == 0)
            continue;
        for (uint32_t i = 0; i < block->variable_count; i++)
            values[i] = &block->values[i][block->first[v]];
        gos_moments moments = gos_moments_of(values, block->variable_count, block->count[v]);
        gos_moments_merge(&out[v].moments, &moments);
    }
}

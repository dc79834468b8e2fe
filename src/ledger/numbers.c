/* What is known of persons, cell by cell, when their slots move or are to be filled anew. */
#include "ledger/tally.h"

#include <math.h>

static void move_array(void *array, size_t width, const uint32_t *moved, uint32_t count)
{
    char *bytes = array;
    for (uint32_t i = 0; array && i < count; i++) {
        if (moved[i] != SLOT_NONE && moved[i] != i)
            memcpy(bytes + moved[i] * width, bytes + i * width, width);
    }
}

static void move_marks(struct buffer *marks, const uint32_t *moved)
{
    struct mark *list = marks->data;
    size_t count = marks->bytes / sizeof *list, kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (moved[list[i].slot] == SLOT_NONE)
            continue;
        list[kept] = list[i];
        list[kept++].slot = moved[list[i].slot];
    }
    marks->bytes = kept * sizeof *list;
}

/* As if nobody had ever been there. */
static void clear_place(const struct cell *cell, void *numbers, int64_t *times, uint32_t place)
{
    if (numbers && metric_fn_is_missing(cell->aggregate->fn))
        ((double *)numbers)[place] = (double)NAN;
    else if (numbers)
        memset((char *)numbers + (size_t)place * cell->width, 0, cell->width);
    if (times)
        times[place] = 0;
}

static void clear_cell(const struct cell *cell, uint32_t place)
{
    cell->seen[place] = 0;
    clear_place(cell, cell->after, cell->after_at, place);
    clear_place(cell, cell->before, cell->before_at, place);
}

/* The steps of a funnel share theirs; plans share what was seen. */
static bool is_own(const struct tally *tally, uint32_t cell)
{
    return tally->cells[cell].step == 0;
}

static bool is_first_of_plan(const struct tally *tally, uint32_t cell)
{
    return cell == 0 || tally->cells[cell - 1].plan != tally->cells[cell].plan;
}

void tally_move_numbers(struct tally *tally, const uint32_t *moved)
{
    uint32_t count = tally->slot_count, left = 0;
    for (uint32_t i = 0; i < count; i++)
        left += moved[i] != SLOT_NONE;
    for (uint32_t i = 0; i < tally->cell_count; i++) {
        const struct cell *cell = &tally->cells[i];
        if (is_first_of_plan(tally, i))
            move_array(cell->seen, 1, moved, count);
        if (!is_own(tally, i))
            continue;
        move_array(cell->after, cell->width, moved, count);
        move_array(cell->before, cell->width, moved, count);
        move_array(cell->after_at, sizeof *cell->after_at, moved, count);
        move_array(cell->before_at, sizeof *cell->before_at, moved, count);
        for (uint32_t place = left; place < count; place++)
            clear_cell(cell, place);
    }
    for (uint32_t i = 0; i < tally->buffer_count; i++)
        move_marks(&tally->buffers[i], moved);
}

static void drop_marks(struct buffer *marks, const uint8_t *slots)
{
    struct mark *list = marks->data;
    size_t count = marks->bytes / sizeof *list, kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!slots[list[i].slot])
            list[kept++] = list[i];
    }
    marks->bytes = kept * sizeof *list;
}

void tally_clear_numbers(struct tally *tally, const uint8_t *slots)
{
    for (uint32_t place = 0; place < tally->slot_count; place++) {
        for (uint32_t i = 0; slots[place] && i < tally->cell_count; i++)
            clear_cell(&tally->cells[i], place);
    }
    for (uint32_t i = 0; i < tally->buffer_count; i++)
        drop_marks(&tally->buffers[i], slots);
}

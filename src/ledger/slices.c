/* Attributes that came with exposures: which there are, and into which slice a person falls. */
#include "ledger/slices.h"

#include "base/json.h"

#include <stdlib.h>

/* The attribute as text; empty when it is missing, or a list or an object. */
static gos_str value_text(const struct json *value)
{
    if (value && (value->type == JSON_STRING || value->type == JSON_NUMBER))
        return value->text;
    if (value && value->type == JSON_BOOL)
        return value->boolean ? GOS_LIT("true") : GOS_LIT("false");
    return GOS_LIT("");
}

uint8_t slice_variant(const struct tally *tally, uint8_t variant, gos_str attributes)
{
    const struct ledger_question *question = tally->question;
    uint32_t each = question->variant_count / question->slice_count;
    const struct json *tree = NULL;
    uint8_t found = VARIANT_NONE;
    gos_arena_mark mark = gos_arena_mark_take(tally->arena);
    if (variant == VARIANT_NONE)
        return variant;
    if (attributes.len > 0)
        json_read(attributes, tally->arena, &tree, NULL);
    gos_str value = value_text(json_find(tree, question->slice_by));
    for (uint32_t i = 0; i < question->slice_count && found == VARIANT_NONE; i++) {
        if (gos_str_equal(value, question->slice_values[i]))
            found = (uint8_t)(variant + i * each);
    }
    gos_arena_mark_return(tally->arena, mark);
    return found;
}

/* Distinct texts being counted. */
struct counting {
    struct tally *tally;
    gos_str by; /* empty: the attributes themselves */
    gos_arena *arena;
    struct ledger_slice *slices;
    uint32_t count;
};

static bool count_text(struct counting *counting, gos_str text, gos_error *err)
{
    uint32_t i = 0;
    while (i < counting->count && !gos_str_equal(counting->slices[i].value, text))
        i++;
    if (i == LEDGER_SLICES_MAX)
        return true;
    if (i == counting->count) {
        gos_str copy = gos_arena_text(counting->arena, text, err);
        if (!copy.data)
            return false;
        counting->slices[counting->count++] = (struct ledger_slice){copy, 0};
    }
    counting->slices[i].units++;
    return true;
}

static bool count_row(struct counting *counting, gos_str attributes, gos_error *err)
{
    const struct json *tree = NULL;
    if (attributes.len > 0)
        json_read(attributes, counting->tally->arena, &tree, NULL);
    if (counting->by.len > 0)
        return count_text(counting, value_text(json_find(tree, counting->by)), err);
    for (uint32_t i = 0; tree && tree->type == JSON_OBJECT && i < tree->count; i++) {
        if (value_text(&tree->items[i]).len > 0 && !count_text(counting, tree->names[i], err))
            return false;
    }
    return true;
}

static bool take_attributes(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct counting *counting = context;
    bool done = true;
    for (uint64_t row = 0; done && row < chunk->row_count; row++) {
        gos_arena_mark mark = gos_arena_mark_take(counting->tally->arena);
        bool missing = sql_is_null(&chunk->columns[0], row);
        done = count_row(counting, missing ? GOS_LIT("") : sql_text(&chunk->columns[0], row), err);
        gos_arena_mark_return(counting->tally->arena, mark);
    }
    return done;
}

static int more_units_first(const void *a, const void *b)
{
    const struct ledger_slice *x = a, *y = b;
    if (x->units != y->units)
        return x->units > y->units ? -1 : 1;
    return str_compare(x->value, y->value);
}

bool slices_count(struct tally *tally, gos_str by, gos_arena *arena, struct ledger_slice **out,
                  uint32_t *out_count, gos_error *err)
{
    struct counting counting = {.tally = tally, .by = by, .arena = arena};
    counting.slices = gos_arena_array(arena, LEDGER_SLICES_MAX + 1, sizeof **out, err);
    const struct sql_value values[] = {
        SQL_VALUE_INT(tally->experiment), SQL_VALUE_INT(tally->question->from_ms),
        SQL_VALUE_INT(tally->question->as_of_ms), SQL_VALUE_INT((int64_t)tally->last_sequence)};
    if (!counting.slices ||
        !sql_query(tally->columns->reader,
                   "SELECT attributes FROM exposures "
                   "WHERE experiment = $1 AND ts >= $2 AND ts < $3 AND seq <= $4 AND flags = 0",
                   values, 4, take_attributes, &counting, err))
        return false;
    qsort(counting.slices, counting.count, sizeof *counting.slices, more_units_first);
    *out = counting.slices;
    *out_count = counting.count;
    return true;
}

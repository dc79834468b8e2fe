/* A second pass over the exposures, of the other experiment: the first one of a person counts. */
#include "ledger/crossed.h"

#include "ledger/compute.h"

#include "base/limits.h"

/* What a person met there. */
struct other {
    int64_t first;
    uint32_t number; /* of the variant's name; 0: nothing */
    bool left_out;   /* seen in two variants, or there by choice */
};

struct crossing {
    struct tally *tally;
    struct other *others; /* by slot */
    uint32_t experiment;
    uint32_t numbers[VARIANTS_MAX]; /* of the variants' names */
};

static bool take_exposures(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct crossing *crossing = context;
    const struct tally *tally = crossing->tally;
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        uint32_t unit = (uint32_t)sql_int(&chunk->columns[0], row);
        uint32_t person = tally->users ? unit_person(tally->users, unit) : unit;
        uint32_t slot = person < tally->unit_count ? tally->slot_of[person] : SLOT_NONE;
        struct other met = {sql_int(&chunk->columns[2], row),
                            (uint32_t)sql_int(&chunk->columns[1], row),
                            sql_int(&chunk->columns[3], row) != 0};
        if (slot == SLOT_NONE)
            continue;
        struct other *other = &crossing->others[slot];
        bool left_out =
            met.left_out || other->left_out || (other->number && other->number != met.number);
        if (!other->number || met.first < other->first)
            *other = met;
        other->left_out = left_out;
    }
    return !tally_is_cancelled(tally) || gos_fail(err, GOS_CANCELLED, "", "cancelled");
}

static void names_resolve(struct crossing *crossing)
{
    const struct tally *tally = crossing->tally;
    const struct ledger_question *question = tally->question;
    const struct names *names = &tally->columns->names;
    char id[UUID_TEXT_BYTES];
    uuid_write(&question->crossed_id, id);
    crossing->experiment = names_find(names, NAME_EXPERIMENT, tally->environment, gos_str_from(id));
    for (uint32_t i = 0; i < question->crossed_count; i++)
        crossing->numbers[i] =
            names_find(names, NAME_VARIANT, crossing->experiment, question->crossed_variants[i]);
}

/* The place of a variant among the crossed ones; VARIANT_NONE for who is not in both. */
static uint8_t crossed_variant(const struct crossing *crossing, uint8_t variant,
                               const struct other *other)
{
    const struct ledger_question *question = crossing->tally->question;
    uint32_t each = question->variant_count / question->crossed_count;
    if (variant == VARIANT_NONE || !other->number || other->left_out)
        return VARIANT_NONE;
    for (uint32_t i = 0; i < question->crossed_count; i++) {
        if (crossing->numbers[i] == other->number)
            return (uint8_t)(variant + i * each);
    }
    return VARIANT_NONE;
}

bool tally_cross(struct tally *tally, gos_error *err)
{
    struct crossing crossing = {.tally = tally};
    struct slot *slots = tally->slots.data;
    tally_make_room(tally, (tally->slot_count + 1u) * sizeof *crossing.others);
    crossing.others =
        gos_arena_array(tally->arena, tally->slot_count + 1u, sizeof *crossing.others, err);
    if (!crossing.others)
        return false;
    pthread_mutex_lock(&tally->columns->names_lock);
    names_resolve(&crossing);
    pthread_mutex_unlock(&tally->columns->names_lock);
    const struct sql_value values[] = {SQL_VALUE_INT(crossing.experiment),
                                       SQL_VALUE_INT(tally->question->as_of_ms),
                                       SQL_VALUE_INT((int64_t)tally->last_sequence)};
    if (!sql_query(tally->columns->reader,
                   "SELECT unit, variant, ts, flags FROM exposures "
                   "WHERE experiment = $1 AND ts < $2 AND seq <= $3",
                   values, 3, take_exposures, &crossing, err))
        return false;
    for (uint32_t i = 0; i < tally->slot_count; i++)
        slots[i].variant = crossed_variant(&crossing, slots[i].variant, &crossing.others[i]);
    return true;
}

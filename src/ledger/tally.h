/*
 * A computation: people as dense slots, and for each aggregate of each plan one number per slot.
 * Rows stream past once per event name; nothing is sorted but what needs an order. Where memory is
 * short, people take turns: some at a time, in the order of their slots.
 */
#ifndef LEDGER_TALLY_H
#define LEDGER_TALLY_H

#include "ledger/cell.h"
#include "ledger/columns.h"
#include "ledger/select.h"

#define SLOT_NONE UINT32_MAX

enum { VARIANT_NONE = 255 };
enum { BLOCK_SLOTS = 256 }; /* persons that are summed up together, also the least of a turn */

/* Whose events are read; who is amended stands in a table of the moment. */
enum units_read { UNITS_ALL, UNITS_AMENDED, UNITS_OTHER };

/* A person met the experiment. */
struct slot {
    int64_t first;   /* of their exposures */
    uint8_t variant; /* index into the question's; VARIANT_NONE: left out */
    uint8_t flags;   /* enum exposure_flags */
    uint32_t number; /* of the variant's name */
};

struct tally {
    struct columns *columns;
    const struct ledger_question *question;
    gos_arena *arena; /* of the computation */
    uint32_t environment;
    uint32_t experiment; /* 0: never seen */
    uint32_t name_count; /* names of this moment; later ones are not there yet */
    uint32_t variant_names[64];
    uint32_t *users;   /* copy of units.users, or NULL when nobody is linked */
    uint32_t *slot_of; /* by unit */
    uint32_t unit_count;
    struct buffer slots; /* struct slot */
    uint32_t slot_count;
    uint32_t slot_first;     /* of the turn */
    uint32_t turn_count;     /* persons whose turn it is */
    uint32_t slot_room;      /* persons that the cells have memory for; at least turn_count */
    uint32_t unit_room;      /* units that slot_of and users have memory for; at least unit_count */
    bool grows;              /* there shall be room for persons who are yet to come */
    uint64_t known_sequence; /* events up to it are in already; 0: none */
    int64_t held_before_ms;  /* they happened before it */
    enum units_read units_read;
    bool is_other; /* what is in was read by other expressions */
    uint64_t rows_read;
    uint64_t units_reread;
    uint64_t merged;
    uint64_t watermark;
    uint64_t last_sequence; /* facts behind it are not there yet; INT64_MAX: all are */
    struct cell *cells;     /* plan by plan, aggregate by aggregate; steps of a funnel each */
    uint32_t cell_count;
    struct buffer *buffers;
    uint32_t buffer_count;
    _Atomic int64_t marks_left; /* bytes that marks may still take; below 0: they were too many */
    uint64_t *events;           /* plan by plan, variant by variant */
    uint8_t *seen;              /* likewise, place by place */
    struct buffer *gathered;    /* NULL, or by plan: values that a cap is to be found of */
    double *caps;               /* NULL, or by plan: caps that were found */
    int64_t lookback_max;
    int64_t after_ms;          /* events at or after it are read, ... */
    int64_t before_ms;         /* ... before it; persons first exposed before it take part */
    double *const *covariates; /* by covariate, by slot: instead of those from before exposure */
    uint32_t covariate_count;
    int64_t last_event; /* of recent_events */
    double *kept;       /* NULL, or by plan, by slot: every person's value, NaN without one */
};

/* slot_of for all units, each without a slot; persons get theirs, then their devices. */
bool tally_begin_slots(struct tally *tally, gos_error *err);
bool tally_add_slot(struct tally *tally, uint32_t person, struct slot slot, gos_error *err);
void tally_spread_to_devices(struct tally *tally);
/* Reads the exposures: fills slots, slot_of. */
bool tally_read_exposures(struct tally *tally, gos_error *err);
/* One row of exposures (unit, variant, ts, flags); another one of a person who has a slot. */
struct slot slot_read(const struct tally *tally, const struct sql_chunk *chunk, uint64_t row);
void slot_join(struct slot *slot, const struct slot *other);
/* Persons move to the slots moved[slot]; SLOT_NONE: they are gone. Others are as if new. */
void tally_move_numbers(struct tally *tally, const uint32_t *moved);
/* Nothing is known any more of what the persons at these slots did. */
void tally_clear_numbers(struct tally *tally, const uint8_t *slots);
/* Reads all events that the plans need. */
bool tally_read_events(struct tally *tally, gos_error *err);
/* What an aggregate reads of a row needs a column. */
bool tally_reads_value(enum metric_fn fn);
/* Takes the rows of a chunk, whose slots and ages are known, for one cell. TOO_LARGE. */
bool tally_take_cell(struct tally *tally, const struct cell *cell, const uint32_t *slot_of_row,
                     const int64_t *ages, const struct sql_chunk *chunk, gos_error *err);
/* Makes the cells of all plans, for slot_room persons. */
bool tally_make_cells(struct tally *tally, gos_error *err);
/* What the cells need for each person. */
size_t tally_person_bytes(const struct tally *tally);
/* From marks to numbers: distinct counts and funnels. */
bool tally_settle_marks(struct tally *tally, gos_error *err);
/* Makes the answer and counts who is analysed; leaves out the others. Before the events. */
bool tally_count(struct tally *tally, gos_arena *arena, struct ledger_answer *out, gos_error *err);
/* New people per day, of who is counted. */
bool tally_count_days(const struct tally *tally, gos_arena *arena, struct ledger_answer *out,
                      gos_error *err);
/* From the numbers of the turn to moments; those of the turns before it are in. */
bool tally_finish(struct tally *tally, gos_arena *arena, struct ledger_answer *out, gos_error *err);
/* Instead: the turn's values of plans whose cap is still to be found; and the caps, after all. */
void tally_gather(struct tally *tally);
void tally_settle_caps(struct tally *tally);
/* A cap at a quantile of all persons' values. */
bool plan_is_capped(const struct metric_plan *plan);

static inline const struct slot *tally_slots(const struct tally *tally)
{
    return tally->slots.data;
}

/* Of those whose turn it is. */
static inline const struct slot *tally_turn(const struct tally *tally)
{
    return tally_slots(tally) + tally->slot_first;
}

/* Whether the person at this slot takes part at the moment that is computed. */
static inline bool slot_is_in(const struct tally *tally, const struct slot *slot)
{
    return slot->variant != VARIANT_NONE && slot->first < tally->before_ms;
}

static inline void tally_progress(const struct tally *tally, uint64_t rows)
{
    if (tally->question->progress)
        atomic_fetch_add_explicit(&tally->question->progress->rows_read, rows,
                                  memory_order_relaxed);
}

static inline bool tally_is_cancelled(const struct tally *tally)
{
    return tally->question->cancel && atomic_load(tally->question->cancel);
}

#endif

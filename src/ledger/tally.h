/*
 * A computation: people as dense slots, and for each aggregate of each plan one number per slot.
 * Rows stream past once per event name; nothing is sorted but what needs an order.
 */
#ifndef LEDGER_TALLY_H
#define LEDGER_TALLY_H

#include "ledger/cell.h"
#include "ledger/columns.h"
#include "ledger/select.h"

#define SLOT_NONE UINT32_MAX

enum { VARIANT_NONE = 255 };

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
    gos_arena *arena; /* of the computation: columns->memory_bytes at most */
    uint32_t environment;
    uint32_t experiment; /* 0: never seen */
    uint32_t name_count; /* names of this moment; later ones are not there yet */
    uint32_t variant_names[64];
    uint32_t *users;   /* copy of units.users, or NULL when nobody is linked */
    uint32_t *slot_of; /* by unit */
    uint32_t unit_count;
    struct buffer slots; /* struct slot */
    uint32_t slot_count;
    uint32_t slot_room;      /* persons that the cells have memory for */
    uint32_t unit_room;      /* units that slot_of and users have memory for; at least unit_count */
    bool grows;              /* there shall be room for persons who are yet to come */
    size_t bytes_max;        /* of the arena */
    uint64_t known_sequence; /* events up to it are in already; 0: none */
    bool is_other;           /* what is in was read by other expressions */
    uint64_t rows_read;
    uint64_t merged;
    uint64_t watermark;
    uint64_t last_sequence; /* facts behind it are not there yet; INT64_MAX: all are */
    uint32_t plan_first;    /* plans that are computed now; all of them when memory allows */
    uint32_t plan_end;
    struct cell *cells; /* plan by plan, aggregate by aggregate; steps of a funnel each */
    uint32_t cell_count;
    struct buffer *buffers;
    uint32_t buffer_count;
    uint64_t *events; /* plan by plan from plan_first on, variant by variant */
    uint8_t *seen;    /* likewise, slot by slot */
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
/* Reads all events that the plans need. */
bool tally_read_events(struct tally *tally, gos_error *err);
/* What an aggregate reads of a row needs a column. */
bool tally_reads_value(enum metric_fn fn);
/* Takes the rows of a chunk, whose slots and ages are known, for one cell. TOO_LARGE. */
bool tally_take_cell(struct tally *tally, const struct cell *cell, const uint32_t *slot_of_row,
                     const int64_t *ages, const struct sql_chunk *chunk, gos_error *err);
/* Chooses plans from plan_first on, as many as the memory allows, at least one. */
void tally_choose_plans(struct tally *tally);
/* Makes the cells of the chosen plans. */
bool tally_make_cells(struct tally *tally, gos_error *err);
/* From marks to numbers: distinct counts and funnels. */
bool tally_settle_marks(struct tally *tally, gos_error *err);
/* Makes the answer and counts who is analysed; leaves out the others. Before the events. */
bool tally_count(struct tally *tally, gos_arena *arena, struct ledger_answer *out, gos_error *err);
/* From numbers to moments. */
bool tally_finish(struct tally *tally, gos_arena *arena, struct ledger_answer *out, gos_error *err);

static inline const struct slot *tally_slots(const struct tally *tally)
{
    return tally->slots.data;
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

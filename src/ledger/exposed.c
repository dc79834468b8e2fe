/*
 * Exposures one by one, a bounded number of them. Of many, those of the units with the smallest
 * hashes: which they are depends on nothing but the units, so that a sample grows with its limit.
 */
#include "ledger/compute.h"

/* How far back the newest are looked for. */
#define NEWEST_FACTS INT64_C(50000)

struct listing {
    struct tally *tally;
    gos_arena *arena;
    struct ledger_exposure *items;
    uint32_t count;
};

static gos_str name_text(const struct listing *listing, const struct sql_column *column,
                         uint64_t row)
{
    if (sql_is_null(column, row))
        return GOS_LIT("");
    return names_get(&listing->tally->columns->names, (uint32_t)sql_int(column, row))->text;
}

static bool take_row(struct listing *listing, const struct sql_chunk *chunk, uint64_t row,
                     gos_error *err)
{
    const struct sql_column *columns = chunk->columns;
    struct ledger_exposure *out = &listing->items[listing->count++];
    int64_t flags = sql_int(&columns[2], row);
    *out = (struct ledger_exposure){
        .unit = chunk->column_count > 6 ? sql_text(&columns[6], row) : GOS_LIT(""),
        .variant = name_text(listing, &columns[0], row),
        .ruleset = name_text(listing, &columns[4], row),
        .attributes = sql_is_null(&columns[3], row) ? GOS_LIT("") : sql_text(&columns[3], row),
        .at = sql_int(&columns[1], row),
        .sequence = (uint64_t)sql_int(&columns[5], row),
        .is_crossover = flags & EXPOSURE_CROSSOVER,
        .is_by_choice = flags & EXPOSURE_BY_CHOICE,
    };
    gos_str *const texts[] = {&out->unit, &out->variant, &out->ruleset, &out->attributes};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = gos_arena_text(listing->arena, *texts[i], err);
        if (!texts[i]->data)
            return false;
    }
    return true;
}

static bool take_rows(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct listing *listing = context;
    pthread_mutex_t *lock = &listing->tally->columns->names_lock;
    bool done = true;
    pthread_mutex_lock(lock);
    for (uint64_t row = 0; done && row < chunk->row_count; row++)
        done = take_row(listing, chunk, row, err);
    pthread_mutex_unlock(lock);
    return done;
}

#define COLUMNS "variant, ts, flags, attributes, ruleset, seq"
#define WINDOW  "experiment = $1 AND ts >= $2 AND ts < $3 AND seq <= $4"

/* The largest hash that a unit of the sample has: a little more of them than are wanted. */
static bool find_bound(struct tally *tally, const struct sql_value *window, uint32_t limit,
                       uint64_t *out, gos_error *err)
{
    int64_t count = 0;
    *out = UINT64_MAX;
    if (!sql_query_int(tally->columns->reader, "SELECT count(*) FROM exposures WHERE " WINDOW,
                       window, 4, 0, &count, err))
        return false;
    double wanted = 1.3 * limit + 50;
    if ((double)count > wanted)
        *out = (uint64_t)(wanted / (double)count * 0x1p64);
    return true;
}

static bool list(struct listing *listing, enum ledger_pick pick, uint32_t limit, gos_error *err)
{
    struct tally *tally = listing->tally;
    struct sql_connection *reader = tally->columns->reader;
    int64_t last = (int64_t)tally->watermark;
    uint64_t bound = 0;
    struct sql_value values[6] = {
        SQL_VALUE_INT(tally->experiment), SQL_VALUE_INT(tally->question->from_ms),
        SQL_VALUE_INT(tally->question->as_of_ms), SQL_VALUE_INT((int64_t)tally->last_sequence),
        SQL_VALUE_INT(limit)};
    if (pick == LEDGER_NEWEST) {
        values[5] = SQL_VALUE_INT(last > NEWEST_FACTS ? last - NEWEST_FACTS : 0);
        return sql_query(reader,
                         "SELECT * FROM (SELECT " COLUMNS " FROM exposures WHERE " WINDOW
                         " AND seq > $6 ORDER BY seq DESC LIMIT $5) ORDER BY seq",
                         values, 6, take_rows, listing, err);
    }
    if (!find_bound(tally, values, limit, &bound, err))
        return false;
    values[5] = (struct sql_value){.type = SQL_UINT64, .integer = (int64_t)bound};
    return sql_query(
        reader,
        "SELECT * FROM (SELECT " COLUMNS ", units.name FROM exposures "
        "JOIN (SELECT unit, name, hash FROM units WHERE hash <= $6) units USING (unit) "
        "WHERE " WINDOW " ORDER BY hash, seq LIMIT $5) ORDER BY seq",
        values, 6, take_rows, listing, err);
}

bool columns_list_exposures(void *self, const struct ledger_question *question,
                            enum ledger_pick pick, uint32_t limit, gos_arena *arena,
                            struct ledger_exposure **out, uint32_t *out_count, gos_error *err)
{
    struct columns *columns = self;
    struct tally tally;
    struct listing listing = {.tally = &tally, .arena = arena};
    listing.items = gos_arena_array(arena, limit + 1, sizeof **out, err);
    if (!listing.items || !question_check(question, err) ||
        !tally_open(&tally, columns, question, err))
        return false;
    pthread_mutex_lock(&columns->read_lock);
    bool done = tally_begin(&tally, err) && list(&listing, pick, limit, err);
    tally_end(columns);
    pthread_mutex_unlock(&columns->read_lock);
    tally_close(&tally);
    *out = listing.items;
    *out_count = listing.count;
    return done;
}

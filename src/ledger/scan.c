/*
 * Events to numbers. All aggregates over one event name share one scan of its table: the columns
 * are the values and filters that they need.
 */
#include "ledger/scan.h"

#include "base/hash.h"

#include <math.h>

enum { SCAN_ROWS_MAX = 8192, SCAN_COLUMNS_FIXED = 2, ROWS_AHEAD = 16 };

struct scan {
    struct reading *reading;
    struct tally *tally;
    uint32_t event;
    struct select select;
    uint32_t column_count;
    uint32_t slot[SCAN_ROWS_MAX];
    int64_t age[SCAN_ROWS_MAX];
};

/* Column names are made of numbers, so they may be printed. */
static gos_str property_column(struct scan *scan, enum name_kind kind, char letter,
                               gos_str property)
{
    uint32_t number = names_find(&scan->tally->columns->names, kind, scan->event, property);
    bool known = number > 0 && number <= scan->tally->name_count;
    return known ? gos_arena_print(scan->select.arena, "%c%u", letter, number) : GOS_LIT("");
}

static bool resolve(void *context, gos_str property, struct select_property *out, gos_error *err)
{
    (void)err;
    struct scan *scan = context;
    gos_str number = property_column(scan, NAME_NUMBERS, 'n', property);
    gos_str boolean = property_column(scan, NAME_BOOLS, 'b', property);
    out->text = property_column(scan, NAME_TEXTS, 't', property);
    out->number = number.len ? number : boolean;
    if (number.len && boolean.len)
        out->number = gos_arena_print(scan->select.arena, "coalesce(%.*s, %.*s)", GOS_ARG(number),
                                      GOS_ARG(boolean));
    if (out->number.len == 0 && out->text.len == 0 && gos_str_equal(property, GOS_LIT("value")))
        out->number = GOS_LIT("value");
    return true;
}

static void add_column(struct scan *scan, uint32_t *out)
{
    *out = scan->column_count++;
    text_add(&scan->select.text, GOS_LIT(", "));
}

/* What an aggregate reads of an event: a number, or for count_distinct a hash. */
static void add_value(struct scan *scan, struct cell *cell)
{
    const struct metric_aggregate *aggregate = cell->aggregate;
    bool distinct = aggregate->fn == METRIC_COUNT_DISTINCT;
    gos_str name = aggregate->source.property.len ? aggregate->source.property : GOS_LIT("value");
    struct select_property property = {0};
    resolve(scan, name, &property, NULL);
    struct text *text = &scan->select.text;
    add_column(scan, &cell->value_column);
    if (!distinct)
        text_add(text, property.number.len ? property.number : GOS_LIT("NULL::DOUBLE"));
    else if (property.number.len && property.text.len)
        text_print(text, "hash(coalesce(%.*s, %.*s::VARCHAR))", GOS_ARG(property.text),
                   GOS_ARG(property.number));
    else
        text_print(text, "hash(%.*s)",
                   GOS_ARG(property.text.len     ? property.text
                           : property.number.len ? property.number
                                                 : GOS_LIT("NULL::VARCHAR")));
}

bool tally_reads_value(enum metric_fn fn)
{
    return fn == METRIC_SUM || fn == METRIC_MIN || fn == METRIC_MAX || fn == METRIC_FIRST ||
           fn == METRIC_LAST || fn == METRIC_QUANTILE || fn == METRIC_COUNT_DISTINCT ||
           fn == METRIC_AVG || fn == METRIC_PROPORTION;
}

/* The filter of the aggregate, and that the property is there when one is named or needed. */
static bool add_filter(struct scan *scan, struct cell *cell, gos_error *err)
{
    const struct metric_source *source = &cell->aggregate->source;
    bool needs_value = source->property.len > 0 || tally_reads_value(cell->aggregate->fn);
    if (source->test_count == 0 && !needs_value)
        return true;
    struct select_property property = {0};
    resolve(scan, source->property.len ? source->property : GOS_LIT("value"), &property, NULL);
    bool numbers = cell->aggregate->fn != METRIC_COUNT &&
                   cell->aggregate->fn != METRIC_COUNT_DISTINCT &&
                   cell->aggregate->fn != METRIC_EXISTS;
    struct text *text = &scan->select.text;
    add_column(scan, &cell->filter_column);
    text_add(text, GOS_LIT("("));
    if (!select_add_filter(&scan->select, source->tests, source->test_count, err))
        return false;
    if (needs_value && property.number.len == 0 && (numbers || property.text.len == 0))
        text_add(text, GOS_LIT(" AND false"));
    else if (needs_value && (numbers || property.text.len == 0))
        text_print(text, " AND %.*s IS NOT NULL", GOS_ARG(property.number));
    else if (needs_value && property.number.len == 0)
        text_print(text, " AND %.*s IS NOT NULL", GOS_ARG(property.text));
    else if (needs_value)
        text_print(text, " AND (%.*s IS NOT NULL OR %.*s IS NOT NULL)", GOS_ARG(property.number),
                   GOS_ARG(property.text));
    text_add(text, GOS_LIT(")"));
    return true;
}

/* A buffer doubles when it is full; what all of them take is counted then. */
static bool put_mark(struct tally *tally, struct buffer *marks, struct mark mark)
{
    size_t more = marks->capacity ? marks->capacity : sizeof mark;
    bool is_full = marks->bytes + sizeof mark > marks->capacity;
    return (!is_full || atomic_fetch_sub(&tally->marks_left, (int64_t)more) >= (int64_t)more) &&
           buffer_append(marks, &mark, sizeof mark, SIZE_MAX, NULL);
}

static void put_once(int64_t *known_age, double *number, bool is_nearer, double value, int64_t age)
{
    if (isnan(*number) || is_nearer) {
        *number = value;
        *known_age = age;
    }
}

/* An event of a person, in the time after (or before) its exposure. */
static void put_number(enum metric_fn fn, void *numbers, int64_t *ages, uint32_t slot, double value,
                       int64_t age)
{
    double *number = fn == METRIC_COUNT || fn == METRIC_EXISTS ? NULL : (double *)numbers + slot;
    switch (fn) {
    case METRIC_COUNT:
        ((uint32_t *)numbers)[slot]++;
        break;
    case METRIC_EXISTS:
        ((uint8_t *)numbers)[slot] = 1;
        break;
    case METRIC_SUM:
        *number += value;
        break;
    case METRIC_AVG:
        *number = value;
        break;
    case METRIC_PROPORTION:
        *number = fmax(*number, value != 0);
        break;
    case METRIC_MIN:
        *number = fmin(*number, value);
        break;
    case METRIC_MAX:
        *number = fmax(*number, value);
        break;
    case METRIC_TIME_TO:
        *number = fmin(*number, (double)age / 1000);
        break;
    case METRIC_FIRST:
        put_once(&ages[slot], number, age < ages[slot], value, age);
        break;
    case METRIC_LAST:
        put_once(&ages[slot], number, age >= ages[slot], value, age);
        break;
    default:
        break;
    }
}

/* Events that leave more than a number behind. False: out of memory. */
static bool put_marked(struct tally *tally, const struct cell *cell, const struct sql_column *value,
                       uint64_t row, uint32_t slot, int64_t age, bool before)
{
    struct mark mark = {.slot = slot, .step = cell->step};
    struct buffer *marks = before ? cell->marks_before : cell->marks;
    if (cell->aggregate->fn == METRIC_COUNT_DISTINCT)
        mark.hash = (uint64_t)sql_int(value, row);
    else if (cell->aggregate->fn == METRIC_QUANTILE)
        mark.value = ((const double *)value->data)[row];
    else
        mark.at = age;
    return !marks || put_mark(tally, marks, mark);
}

static bool is_marked(enum metric_fn fn)
{
    return fn == METRIC_COUNT_DISTINCT || fn == METRIC_QUANTILE || fn == METRIC_FUNNEL;
}

/* People are scattered over memory: what a row needs is asked for some rows before. */
static void ask_ahead(const struct cell *cell, uint32_t slot, int64_t age)
{
    const char *numbers = age < 0 ? cell->before : cell->after;
    if (slot == SLOT_NONE)
        return;
    __builtin_prefetch(&cell->seen[slot], 1);
    if (numbers)
        __builtin_prefetch(&numbers[(size_t)slot * cell->width], 1);
}

bool tally_take_cell(struct tally *tally, const struct cell *cell, const uint32_t *slot_of_row,
                     const int64_t *ages, const struct sql_chunk *chunk, gos_error *err)
{
    const struct sql_column *filter =
        cell->filter_column == CELL_NO_COLUMN ? NULL : &chunk->columns[cell->filter_column];
    const bool *passes = filter ? filter->data : NULL;
    const struct sql_column *value =
        cell->value_column == CELL_NO_COLUMN ? NULL : &chunk->columns[cell->value_column];
    const double *numbers = value && value->type == SQL_DOUBLE ? value->data : NULL;
    const struct slot *slots = tally_turn(tally);
    enum metric_fn fn = cell->aggregate->fn;
    bool marked = is_marked(fn);
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        uint32_t slot = slot_of_row[row];
        if (row + ROWS_AHEAD < chunk->row_count)
            ask_ahead(cell, slot_of_row[row + ROWS_AHEAD], ages[row + ROWS_AHEAD]);
        if (slot == SLOT_NONE || (passes && !passes[row]))
            continue;
        int64_t age = ages[row];
        bool before = age < 0;
        if (before)
            cell->seen[slot] |= SEEN_BEFORE;
        if (before ? age < -cell->lookback : age < cell->from || age >= cell->to)
            continue;
        if (!before) {
            cell->seen[slot] |= SEEN_AFTER;
            if (slots[slot].variant != VARIANT_NONE)
                cell->events[slots[slot].variant]++;
        }
        if (marked) {
            if (!put_marked(tally, cell, value, row, slot, age, before))
                return gos_fail(err, GOS_TOO_LARGE, "",
                                "the values of a quantile, distinct count or funnel need more than "
                                "the %zu bytes that there are for computations",
                                tally->columns->memory_bytes);
            continue;
        }
        void *into = before ? cell->before : cell->after;
        if (into)
            put_number(fn, into, before ? cell->before_at : cell->after_at, slot,
                       numbers ? numbers[row] : 0, age);
    }
    return true;
}

/* SLOT_NONE: nobody, or somebody whose turn it is not. */
static uint32_t place_in_turn(const struct tally *tally, uint32_t unit)
{
    uint32_t slot = unit < tally->unit_count ? tally->slot_of[unit] : SLOT_NONE;
    uint32_t place = slot - tally->slot_first;
    return slot != SLOT_NONE && place < tally->turn_count ? place : SLOT_NONE;
}

static bool is_mine(const struct scan *scan, const struct cell *cell)
{
    return cell->event == scan->event && cell->reader == scan->reading->reader;
}

static bool take_events(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct scan *scan = context;
    struct tally *tally = scan->tally;
    const uint32_t *units = chunk->columns[0].data;
    const int64_t *times = chunk->columns[1].data;
    const struct slot *slots = tally_turn(tally);
    if (chunk->row_count > SCAN_ROWS_MAX)
        return gos_fail(err, GOS_INTERNAL, "", "a chunk has too many rows");
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        if (row + ROWS_AHEAD < chunk->row_count && units[row + ROWS_AHEAD] < tally->unit_count)
            __builtin_prefetch(&tally->slot_of[units[row + ROWS_AHEAD]]);
        scan->slot[row] = place_in_turn(tally, units[row]);
    }
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        uint32_t slot = scan->slot[row];
        if (row + ROWS_AHEAD < chunk->row_count && scan->slot[row + ROWS_AHEAD] != SLOT_NONE)
            __builtin_prefetch(&slots[scan->slot[row + ROWS_AHEAD]]);
        scan->age[row] = slot == SLOT_NONE ? 0 : times[row] - slots[slot].first;
    }
    for (uint32_t i = 0; i < tally->cell_count; i++) {
        if (is_mine(scan, &tally->cells[i]) &&
            !tally_take_cell(tally, &tally->cells[i], scan->slot, scan->age, chunk, err))
            return false;
    }
    scan->reading->rows_read += chunk->row_count;
    tally_progress(tally, chunk->row_count);
    bool stopped = tally_is_cancelled(tally) || atomic_load(scan->reading->stop);
    return !stopped || gos_fail(err, GOS_CANCELLED, "", "cancelled");
}

/* What the columns mean depends on what traffic has taught: a new property changes old rows too. */
static void check_expressions(struct scan *scan)
{
    uint64_t hash = hash_xxh3(text_str(&scan->select.text), 0);
    for (uint32_t i = 0; i < scan->tally->cell_count; i++) {
        struct cell *cell = &scan->tally->cells[i];
        if (!is_mine(scan, cell))
            continue;
        scan->reading->is_other =
            scan->reading->is_other || (cell->expressions && cell->expressions != hash);
        cell->expressions = hash;
    }
}

static bool scan_statement(struct scan *scan, int64_t first, gos_error *err)
{
    struct tally *tally = scan->tally;
    struct text *text = &scan->select.text;
    text_add(text, GOS_LIT("SELECT unit, ts"));
    for (uint32_t i = 0; i < tally->cell_count; i++) {
        struct cell *cell = &tally->cells[i];
        if (!is_mine(scan, cell))
            continue;
        if (tally_reads_value(cell->aggregate->fn))
            add_value(scan, cell);
        if (!add_filter(scan, cell, err))
            return false;
    }
    check_expressions(scan);
    text_print(text, " FROM e%u WHERE ts < ", scan->event);
    if (!select_add_value(&scan->select, SQL_VALUE_INT(tally->before_ms), err))
        return false;
    if (tally->units_read != UNITS_ALL)
        text_print(text, " AND unit %sIN (SELECT unit FROM amended)",
                   tally->units_read == UNITS_OTHER ? "NOT " : "");
    if (tally->last_sequence < INT64_MAX) {
        text_add(text, GOS_LIT(" AND seq <= "));
        if (!select_add_value(&scan->select, SQL_VALUE_INT((int64_t)tally->last_sequence), err))
            return false;
    }
    if (tally->known_sequence > 0) {
        text_add(text, GOS_LIT(" AND seq > "));
        if (!select_add_value(&scan->select, SQL_VALUE_INT((int64_t)tally->known_sequence), err))
            return false;
    }
    int64_t since = first - tally->lookback_max;
    text_add(text, GOS_LIT(" AND ts >= "));
    if (!select_add_value(&scan->select,
                          SQL_VALUE_INT(since > tally->after_ms ? since : tally->after_ms), err))
        return false;
    if (tally->units_read != UNITS_ALL)
        text_add(text, GOS_LIT(" ORDER BY rowid")); /* what is joined may come in any order */
    return true;
}

static bool run_scan(struct reading *reading, uint32_t event, gos_error *err)
{
    struct tally *tally = reading->tally;
    struct scan *scan = gos_arena_take(reading->arena, sizeof *scan, err);
    if (!scan)
        return false;
    *scan = (struct scan){
        .reading = reading, .tally = tally, .event = event, .column_count = SCAN_COLUMNS_FIXED};
    const struct select_resolver resolver = {resolve, scan};
    if (!select_init(&scan->select, &resolver, reading->arena, err))
        return false;
    pthread_mutex_lock(&tally->columns->names_lock);
    bool done = scan_statement(scan, reading->first, err);
    pthread_mutex_unlock(&tally->columns->names_lock);
    const char *text = done ? select_text(&scan->select, err) : NULL;
    return text && sql_query(reading->connection, text, scan->select.values,
                             scan->select.value_count, take_events, scan, err);
}

bool scan_event(struct reading *reading, uint32_t event, gos_error *err)
{
    gos_arena_mark mark = gos_arena_mark_take(reading->arena);
    bool done = run_scan(reading, event, err);
    gos_arena_mark_return(reading->arena, mark);
    return done;
}

/* Walks the stores page by page; what a page needs is gone before the next one is read. */
#include "jobs/export.h"

#include "base/limits.h"
#include "base/time.h"
#include "jobs/folder.h"
#include "ledger/parquet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 4200, RESULTS_PER_PAGE = 20000 };
#define ARENA_BYTES ((size_t)1 << 30)

struct export
{
    struct catalog *catalog;
    struct roster *roster;
    const char *folder;
    gos_arena *arena;
    struct parquet *assignments, *results;
    struct export_report *report;
};

static const struct parquet_column assignment_columns[] = {
    {"id", PARQUET_TEXT},
    {"environment", PARQUET_TEXT},
    {"experiment_id", PARQUET_TEXT},
    {"experiment", PARQUET_TEXT},
    {"user_id", PARQUET_TEXT},
    {"variant", PARQUET_TEXT},
    {"assignment_reason", PARQUET_TEXT},
    {"assigned_at", PARQUET_TIME},
    {"sticky", PARQUET_BOOL},
    {"device_id", PARQUET_TEXT},
    {"session_id", PARQUET_TEXT},
};

static const struct parquet_column result_columns[] = {
    {"id", PARQUET_TEXT},
    {"environment", PARQUET_TEXT},
    {"experiment_id", PARQUET_TEXT},
    {"experiment", PARQUET_TEXT},
    {"variant", PARQUET_TEXT},
    {"metric_name", PARQUET_TEXT},
    {"sample_size", PARQUET_INT},
    {"conversions", PARQUET_INT},
    {"mean_value", PARQUET_DOUBLE},
    {"variance", PARQUET_DOUBLE},
    {"confidence_interval_lower", PARQUET_DOUBLE},
    {"confidence_interval_upper", PARQUET_DOUBLE},
    {"p_value", PARQUET_DOUBLE},
    {"lift", PARQUET_DOUBLE},
    {"statistical_power", PARQUET_DOUBLE},
    {"computed_at", PARQUET_TIME},
    {"data_window_start", PARQUET_TIME},
    {"data_window_end", PARQUET_TIME},
    {"detail", PARQUET_TEXT},
};

enum {
    ASSIGNMENT_COLUMNS = sizeof assignment_columns / sizeof assignment_columns[0],
    RESULT_COLUMNS = sizeof result_columns / sizeof result_columns[0]
};

static void put_id(struct parquet *parquet, uint32_t column, const struct uuid *id)
{
    char text[UUID_TEXT_BYTES];
    uuid_write(id, text);
    parquet_text(parquet, column, (gos_str){text, UUID_TEXT_BYTES - 1});
}

/* A text that may be absent, or a time. */
static void put_some(struct parquet *parquet, uint32_t column, gos_str text)
{
    if (text.len > 0)
        parquet_text(parquet, column, text);
}

static void put_time(struct parquet *parquet, uint32_t column, int64_t at)
{
    if (at != TIME_NONE)
        parquet_int(parquet, column, at);
}

static bool put_assignment(struct export *export, const struct assignment *assignment, gos_str name,
                           gos_error *err)
{
    struct parquet *to = export->assignments;
    put_id(to, 0, &assignment->id);
    parquet_text(to, 1, assignment->environment);
    put_id(to, 2, &assignment->experiment_id);
    parquet_text(to, 3, name);
    parquet_text(to, 4, assignment->user_id);
    parquet_text(to, 5, assignment->variant);
    parquet_text(to, 6, assignment->assignment_reason);
    parquet_int(to, 7, assignment->assigned_at);
    parquet_int(to, 8, assignment->sticky);
    put_some(to, 9, assignment->device_id);
    if (assignment->has_session)
        put_id(to, 10, &assignment->session_id);
    export->report->assignments++;
    return parquet_row(to, err);
}

static bool put_assignments(struct export *export, const struct definition *experiment,
                            gos_error *err)
{
    char cursor[2 * UNIT_BYTES_MAX];
    struct roster_page page = {0};
    do {
        gos_arena_mark mark = gos_arena_mark_take(export->arena);
        if (page.next.len > sizeof cursor)
            return gos_fail(err, GOS_INTERNAL, "", "a cursor has %zu bytes", page.next.len);
        memcpy(cursor, page.next.len ? page.next.data : "", page.next.len);
        if (!roster_list_experiment(export->roster, experiment->environment, &experiment->id,
                                    GOS_LIT(""), (gos_str){cursor, page.next.len}, PAGE_ITEMS_MAX,
                                    export->arena, &page, err))
            return false;
        for (uint32_t i = 0; i < page.count; i++) {
            if (!put_assignment(export, &page.items[i], experiment->name, err))
                return false;
        }
        gos_arena_mark_return(export->arena, mark);
    } while (page.next.len > 0);
    return true;
}

static bool put_result(struct export *export, const struct result *result, gos_str name,
                       gos_error *err)
{
    struct parquet *to = export->results;
    put_id(to, 0, &result->id);
    parquet_text(to, 1, result->environment);
    put_id(to, 2, &result->experiment_id);
    parquet_text(to, 3, name);
    parquet_text(to, 4, result->variant);
    parquet_text(to, 5, result->metric_name);
    parquet_int(to, 6, result->sample_size);
    parquet_int(to, 7, result->conversions);
    parquet_double(to, 8, result->mean_value);
    parquet_double(to, 9, result->variance);
    parquet_double(to, 10, result->interval_lower);
    parquet_double(to, 11, result->interval_upper);
    parquet_double(to, 12, result->p_value);
    parquet_double(to, 13, result->lift);
    parquet_double(to, 14, result->statistical_power);
    put_time(to, 15, result->computed_at);
    put_time(to, 16, result->window_start);
    put_time(to, 17, result->window_end);
    put_some(to, 18, result->detail);
    export->report->results++;
    return parquet_row(to, err);
}

/* A full page ends within a computation: that one is read again by the next page. */
static uint32_t whole_computations(const struct result *rows, uint32_t count)
{
    uint32_t whole = count;
    if (count < RESULTS_PER_PAGE)
        return count;
    while (whole > 0 && rows[whole - 1].computed_at == rows[count - 1].computed_at)
        whole--;
    return whole > 0 ? whole : count;
}

static bool put_results(struct export *export, const struct definition *experiment, gos_error *err)
{
    int64_t since = INT64_MIN;
    for (bool more = true; more;) {
        gos_arena_mark mark = gos_arena_mark_take(export->arena);
        struct result *rows;
        uint32_t count;
        if (!catalog_result_history(export->catalog, experiment->environment, experiment->id,
                                    GOS_LIT(""), since, RESULTS_PER_PAGE, export->arena, &rows,
                                    &count, err))
            return false;
        uint32_t whole = whole_computations(rows, count);
        for (uint32_t i = 0; i < whole; i++) {
            if (!put_result(export, &rows[i], experiment->name, err))
                return false;
        }
        more = count == RESULTS_PER_PAGE;
        since = more ? rows[whole - 1].computed_at + 1 : since;
        gos_arena_mark_return(export->arena, mark);
    }
    return true;
}

static bool put_definitions(struct export *export, gos_str environment, gos_error *err)
{
    char path[PATH_BYTES];
    gos_str document;
    int64_t sequence;
    if (!catalog_document(export->catalog, environment, CATALOG_NOW, export->arena, &document,
                          &sequence, err))
        return false;
    snprintf(path, sizeof path, "%s/definitions-%.*s.json", export->folder, GOS_ARG(environment));
    FILE *file = fopen(path, "wx");
    bool done = file && fwrite(document.data, 1, document.len, file) == document.len;
    if (file)
        done = fclose(file) == 0 && done;
    return done || gos_fail(err, GOS_STORE_FAILED, "/folder", "%s cannot be written: %s", path,
                            strerror(errno));
}

static bool put_environment(struct export *export, gos_str environment, gos_error *err)
{
    struct catalog_query query = {.environment = environment,
                                  .kind = KIND_EXPERIMENT,
                                  .sort = CATALOG_BY_CREATED,
                                  .limit = PAGE_ITEMS_MAX};
    do {
        struct catalog_page page;
        if (!catalog_list(export->catalog, &query, export->arena, &page, err))
            return false;
        for (uint32_t i = 0; i < page.count; i++) {
            if (!put_assignments(export, &page.items[i], err) ||
                !put_results(export, &page.items[i], err))
                return false;
        }
        query.cursor = page.next;
    } while (query.cursor.len > 0);
    return put_definitions(export, environment, err);
}

static bool put_all(struct export *export, gos_error *err)
{
    struct environment *environments;
    uint32_t count;
    if (!catalog_list_environments(export->catalog, export->arena, &environments, &count, err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        gos_arena_mark mark = gos_arena_mark_take(export->arena);
        if (!put_environment(export, environments[i].name, err))
            return false;
        gos_arena_mark_return(export->arena, mark);
    }
    return true;
}

static bool tables_open(struct export *export, gos_error *err)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/assignments.parquet", export->folder);
    if (!parquet_open(path, assignment_columns, ASSIGNMENT_COLUMNS, &export->assignments, err))
        return false;
    snprintf(path, sizeof path, "%s/results.parquet", export->folder);
    return parquet_open(path, result_columns, RESULT_COLUMNS, &export->results, err);
}

/* Without a ledger there is nothing that happened; all else is exported. */
static bool put_facts(struct ledger *ledger, const char *folder, struct export_report *report,
                      gos_error *err)
{
    gos_error cause = {0};
    report->has_facts = ledger_export(ledger, folder, &cause);
    if (report->has_facts || cause.code == GOS_NOT_ALLOWED_NOW)
        return true;
    *err = cause;
    return false;
}

bool export_run(struct catalog *catalog, struct roster *roster, struct ledger *ledger,
                const char *folder, struct export_report *out, gos_error *err)
{
    struct export export = {.catalog = catalog,
                            .roster = roster,
                            .folder = folder,
                            .arena = gos_arena_open(ARENA_BYTES),
                            .report = out};
    *out = (struct export_report){0};
    if (!export.arena)
        return gos_fail(err, GOS_TOO_LARGE, "", "there is no memory for an export");
    bool done = folder_make(folder, err) && tables_open(&export, err) && put_all(&export, err);
    done = parquet_close(export.assignments, done, err) && done;
    done = parquet_close(export.results, done, err) && done;
    gos_arena_close(export.arena);
    return done && put_facts(ledger, folder, out, err);
}

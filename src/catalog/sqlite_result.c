/* Stored results: a computation is a set of rows with one time. */
#include "catalog/store.h"

#include "base/time.h"

static bool row_insert(struct sqlite *db, const struct result *row, gos_error *err)
{
    struct statement *statement = sqlite_statement(db, SQL_RESULT_ADD, err);
    if (!statement)
        return false;
    statement_bind(statement, "uittuiidddddddiiT", &row->experiment_id, row->computed_at,
                   row->metric_name, row->variant, &row->id, row->sample_size, row->conversions,
                   row->mean_value, row->variance, row->interval_lower, row->interval_upper,
                   row->p_value, row->lift, row->statistical_power, row->window_start,
                   row->window_end, row->detail);
    enum step step = statement_step(statement, err);
    if (step == STEP_TAKEN)
        return gos_fail(err, GOS_CONFLICT, "",
                        "there is a result of \"%.*s\" for \"%.*s\" of this time already",
                        GOS_ARG(row->metric_name), GOS_ARG(row->variant));
    return step == STEP_DONE;
}

static bool experiment_check(struct sqlite *db, gos_str environment, const struct uuid *id,
                             gos_error *err)
{
    int64_t row;
    struct uuid found_id;
    bool by_name, found;
    char text[UUID_TEXT_BYTES];
    uuid_write(id, text);
    if (!store_environment(db, environment, &row, NULL, err) ||
        !store_resolve(db, row, KIND_EXPERIMENT, gos_str_from(text), &found_id, &by_name, &found,
                       err))
        return false;
    if (found)
        return true;
    return gos_fail(err, GOS_NOT_FOUND, "/experiment_id", "there is no experiment %s in %.*s", text,
                    GOS_ARG(environment));
}

bool store_add_results(struct catalog *catalog, const struct result *rows, size_t row_count,
                       gos_error *err)
{
    if (row_count == 0)
        return true;
    struct sqlite *db = store_write_begin(catalog, err);
    if (!db)
        return false;
    bool done = experiment_check(db, rows[0].environment, &rows[0].experiment_id, err);
    for (size_t i = 0; done && i < row_count; i++)
        done = row_insert(db, &rows[i], err);
    return store_write_end(catalog, done, err);
}

static bool result_take(struct statement *statement, gos_str environment, gos_arena *arena,
                        struct result *out)
{
    bool failed = false;
    *out = (struct result){
        .experiment_id = column_uuid(statement, 0),
        .environment = environment,
        .computed_at = column_int(statement, 1),
        .metric_name = column_text(statement, 2, arena, &failed),
        .variant = column_text(statement, 3, arena, &failed),
        .id = column_uuid(statement, 4),
        .sample_size = column_int(statement, 5),
        .conversions = column_int(statement, 6),
        .mean_value = column_double(statement, 7),
        .variance = column_double(statement, 8),
        .interval_lower = column_double(statement, 9),
        .interval_upper = column_double(statement, 10),
        .p_value = column_double(statement, 11),
        .lift = column_double(statement, 12),
        .statistical_power = column_double(statement, 13),
        .window_start = column_int(statement, 14),
        .window_end = column_int(statement, 15),
        .detail = column_text(statement, 16, arena, &failed),
    };
    return !failed;
}

static bool rows_read(struct statement *statement, gos_str environment, struct store_list *list,
                      gos_error *err)
{
    enum step step;
    while ((step = statement_step(statement, err)) == STEP_ROW) {
        struct result *row = store_list_next(list, err);
        if (!row || !result_take(statement, environment, list->arena, row)) {
            statement_reset(statement);
            return gos_fail(err, GOS_TOO_LARGE, "", "the results do not fit into their memory");
        }
    }
    return step == STEP_DONE;
}

bool store_latest_results(struct catalog *catalog, gos_str environment, struct uuid experiment_id,
                          gos_arena *arena, struct result **out, uint32_t *out_count,
                          gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    bool done = experiment_check(db, environment, &experiment_id, err);
    struct statement *statement = done ? sqlite_statement(db, SQL_RESULTS_LATEST, err) : NULL;
    if (statement)
        statement_bind(statement, "u", &experiment_id);
    done = statement && rows_read(statement, environment, &list, err);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return done;
}

bool store_result_history(struct catalog *catalog, gos_str environment, struct uuid experiment_id,
                          gos_str metric_name, int64_t since, uint32_t limit, gos_arena *arena,
                          struct result **out, uint32_t *out_count, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof **out};
    struct sqlite *db = store_read_begin(catalog);
    bool done = experiment_check(db, environment, &experiment_id, err);
    struct statement *statement = done ? sqlite_statement(db, SQL_RESULTS_HISTORY, err) : NULL;
    if (statement)
        statement_bind(statement, "uiti", &experiment_id, since, metric_name, (int64_t)limit);
    done = statement && rows_read(statement, environment, &list, err);
    store_read_end(catalog, db);
    *out = list.items;
    *out_count = list.count;
    return done;
}

/* One row an experiment: replaced by each computation. That it is another one is logged. */
#include "base/time.h"
#include "catalog/store.h"

#include <stdio.h>

/* The log says what changed, so that webhooks can tell of it. */
static bool advice_log(struct sqlite *db, const struct advice *advice, int64_t environment,
                       const char *name, const char *before, gos_error *err)
{
    char body[200];
    int len = snprintf(body, sizeof body, "{\"before\":\"%s\",\"after\":\"%.*s\"}", before,
                       GOS_ARG(advice->kind));
    struct store_event event = {.environment = environment,
                                .at = advice->at,
                                .actor = GOS_LIT("gosset"),
                                .action = advice->kind,
                                .kind = GOS_LIT("advice"),
                                .id = &advice->experiment_id,
                                .name = gos_str_from(name),
                                .previous = TIME_NONE,
                                .body = {body, (size_t)len}};
    return store_log(db, &event, err) >= 0;
}

static bool advice_put(struct sqlite *db, const struct advice *advice, gos_error *err)
{
    char name[512], before[64];
    struct statement *read = sqlite_statement(db, SQL_ADVICE_BEFORE, err);
    if (!read)
        return false;
    statement_bind(read, "u", &advice->experiment_id);
    enum step step = statement_step(read, err);
    if (step != STEP_ROW)
        return step == STEP_DONE; /* the experiment is gone */
    int64_t environment = column_int(read, 0);
    snprintf(name, sizeof name, "%.*s", GOS_ARG(column_peek(read, 1)));
    snprintf(before, sizeof before, "%.*s", GOS_ARG(column_peek(read, 2)));
    statement_reset(read);
    struct statement *put = sqlite_statement(db, SQL_ADVICE_PUT, err);
    if (!put)
        return false;
    statement_bind(put, "utt", &advice->experiment_id, advice->kind, advice->body);
    return statement_run(put, err) && (gos_str_equal(gos_str_from(before), advice->kind) ||
                                       advice_log(db, advice, environment, name, before, err));
}

bool store_put_advice(struct catalog *catalog, const struct advice *advice, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    return db && store_write_end(catalog, advice_put(db, advice, err), err);
}

/* One row an experiment: replaced by each computation. */
#include "catalog/store.h"

bool store_put_advice(struct catalog *catalog, const struct advice *advice, gos_error *err)
{
    struct sqlite *db = store_write_begin(catalog, err);
    if (!db)
        return false;
    struct statement *statement = sqlite_statement(db, SQL_ADVICE_PUT, err);
    if (statement)
        statement_bind(statement, "utt", &advice->experiment_id, advice->kind, advice->body);
    return store_write_end(catalog, statement && statement_run(statement, err), err);
}

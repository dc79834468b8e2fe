/* What to do with an experiment, as lists show it. */
#ifndef CATALOG_ADVICE_H
#define CATALOG_ADVICE_H

#include "base/uuid.h"
#include "gosset/base.h"

struct catalog;

/*
 * What the newest computation says. Of experiments that are not under way the status says more:
 * their kind in lists is "draft", "archived", "shipped" or "ended"; without a computation it is
 * "no_data".
 */
struct advice {
    struct uuid experiment_id;
    gos_str kind; /* no_data, unhealthy, running, ship, roll_back, inconclusive */
    gos_str body; /* JSON object, without the kind */
    int64_t at;   /* of the computation */
};

/* Of an experiment in a list; `body` is empty when nothing was computed. */
struct catalog_advice {
    gos_str kind;
    gos_str body;
};

/*
 * Replaces what was kept. Another kind than before is logged: kind "advice", the new one as the
 * action. An experiment that is gone is left out.
 */
bool catalog_put_advice(struct catalog *catalog, const struct advice *advice, gos_error *err);

#endif

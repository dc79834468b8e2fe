/* Appending, computing and listing at the same time: each answer is of one moment. */
#include "ledger_fixture.h"

#include <pthread.h>
#include <stdio.h>

enum { BATCH = 100, BATCHES = 120 };

static struct ledger_fixture given;
static atomic_bool done;

/* Every batch has 50 people and one event of each, so that any moment has as many of both. */
static void *append_all(void *unused)
{
    static struct fact facts[BATCH];
    static char units[BATCH][16], names[BATCH][16];
    uint64_t sequence = 0;
    (void)unused;
    for (int batch = 0; batch < BATCHES; batch++) {
        for (int i = 0; i < BATCH; i++) {
            int len = snprintf(units[i], sizeof units[i], "u%d", batch * BATCH + i / 2);
            gos_str unit = {units[i], (size_t)len};
            facts[i] =
                (struct fact){.sequence = ++sequence, .kind = i % 2 ? FACT_EVENT : FACT_EXPOSURE};
            snprintf(names[i], sizeof names[i], "{\"p%d\":1}", batch % 40);
            if (i % 2)
                facts[i].event = (struct event){.environment = GOS_LIT("production"),
                                                .user_id = unit,
                                                .name = GOS_LIT("buy"),
                                                .properties = gos_str_from(names[i]),
                                                .at = T0 + 1};
            else
                facts[i].exposure = (struct exposure){.environment = GOS_LIT("production"),
                                                      .experiment_id = fixture_experiment,
                                                      .unit = unit,
                                                      .variant = fixture_variants[i / 2 % 2],
                                                      .at = T0};
        }
        gos_error err = {0};
        if (!ledger_append(given.ledger, facts, BATCH, &err))
            break;
    }
    atomic_store(&done, true);
    return NULL;
}

CONTRACT(ledger_together, answers_of_one_moment_while_facts_come_in)
{
    pthread_t thread;
    fixture_open(&given);
    fixture_plan(&given, "\"calculation\":\"count(buy)\",\"lookback\":\"0d\"");
    fixture_plan(&given, "\"calculation\":\"count(buy where p7 = 1)\",\"lookback\":\"0d\"");
    atomic_store(&done, false);
    CHECK_INT(pthread_create(&thread, NULL, append_all, NULL), 0);
    int computed = 0;
    for (bool last = false; !last; computed++) {
        last = atomic_load(&done);
        gos_arena_mark mark = gos_arena_mark_take(given.arena);
        fixture_compute(&given, T0 + DAY_MS);
        uint64_t units = given.answer.units[0] + given.answer.units[1];
        CHECK_INT(given.answer.watermark % BATCH, 0);
        CHECK_INT(units, given.answer.watermark / 2);
        CHECK_INT(fixture_cell(&given, 0, 0)->events + fixture_cell(&given, 0, 1)->events, units);
        struct ledger_event *events = NULL;
        uint32_t count = 0;
        gos_error err = {0};
        CHECK_OK(ledger_list_events(given.ledger, GOS_LIT("production"), given.arena, &events,
                                    &count, &err),
                 &err);
        gos_arena_mark_return(given.arena, mark);
    }
    pthread_join(thread, NULL);
    CHECK_INT(given.answer.watermark, BATCH * BATCHES);
    CHECK(computed > 1);
    fixture_close(&given);
}

/*
 * A ledger that keeps facts in an array and answers by going over them, person by person. It is
 * there to be compared with, and to run the contract suite as a second backend: plain, not fast.
 * What it keeps outlives its closing, by its location, until the program ends.
 */
#ifndef TESTS_PLAIN_H
#define TESTS_PLAIN_H

#include "ledger/backend.h"
#include "ledger/properties.h"

#include <pthread.h>

struct plain_fact {
    struct fact fact;
    gos_str unit; /* of an exposure or an event */
    struct property *properties;
    uint32_t property_count;
};

struct plain {
    gos_arena *arena;
    gos_str location;
    pthread_mutex_t lock;
    struct plain_fact *facts;
    size_t count, capacity;
    uint64_t watermark;
};

/* The user that a unit belongs to, else itself. */
gos_str plain_person(const struct plain *plain, gos_str environment, gos_str unit);
bool plain_series(void *self, const struct ledger_question *question, const int64_t *moments,
                  uint32_t moment_count, gos_arena *arena, struct ledger_answer *out,
                  gos_error *err);
bool plain_compute(void *self, const struct ledger_question *question, gos_arena *arena,
                   struct ledger_answer *out, gos_error *err);
bool plain_list_slices(void *self, const struct ledger_question *question, gos_str by,
                       gos_arena *arena, struct ledger_slice **out, uint32_t *out_count,
                       gos_error *err);
bool plain_list_exposures(void *self, const struct ledger_question *question, enum ledger_pick pick,
                          uint32_t limit, gos_arena *arena, struct ledger_exposure **out,
                          uint32_t *out_count, gos_error *err);
bool plain_list_events(void *self, gos_str environment, gos_arena *arena, struct ledger_event **out,
                       uint32_t *out_count, gos_error *err);

/* An exposure of the question's experiment that a past computation, if it asks for one, had. */
bool plain_is_asked(const struct ledger_question *question, const struct plain_fact *fact);
/* The attribute of an exposure as text; empty: none. */
gos_str plain_attribute(const struct plain_fact *fact, gos_str name, gos_arena *arena);
/* Whether an event passes a filter, when the property "value" has been sent or not. */
bool plain_passes(const struct plain_fact *fact, bool has_value_property,
                  const struct metric_test *tests, uint32_t count);
/* The number (or truth) and the text of a property; false: neither. */
bool plain_property(const struct plain_fact *fact, bool has_value_property, gos_str name,
                    const double **out_number, const gos_str **out_text);

ledger_backend_open plain_ledger_open;

#endif

/* A ledger on a folder of its own. */
#include "ledger_fixture.h"

#include <stdio.h>

const struct uuid fixture_experiment = {{1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15}};
const gos_str fixture_variants[2] = {{"control", 7}, {"treatment", 9}};

static ledger_backend_open *const backends[] = {
#define BACKEND(name, open) open,
    FIXTURE_BACKENDS(BACKEND)
#undef BACKEND
};

const char *const fixture_backend_names[] = {
#define BACKEND(name, open) #name,
    FIXTURE_BACKENDS(BACKEND)
#undef BACKEND
};

enum fixture_backend fixture_backend;

static void open_ledger(struct ledger_fixture *given)
{
    struct ledger_options options = {.backend = fixture_backend_names[fixture_backend],
                                     .location = given->path,
                                     .memory_bytes = given->memory_bytes,
                                     .threads = given->threads};
    gos_error err = {0};
    CHECK_OK(ledger_open_on(backends[fixture_backend], &options, &given->ledger, &err), &err);
}

void fixture_open(struct ledger_fixture *given)
{
    fixture_open_small(given, 0);
}

void fixture_open_small(struct ledger_fixture *given, uint64_t memory_bytes)
{
    *given = (struct ledger_fixture){.memory_bytes = memory_bytes,
                                     .arena = gos_arena_open((size_t)1 << 30)};
    given->facts = gos_arena_array(given->arena, FIXTURE_FACTS_MAX, sizeof *given->facts, NULL);
    snprintf(given->path, sizeof given->path, "%s/ledger.db", test_folder());
    open_ledger(given);
}

void fixture_reopen(struct ledger_fixture *given)
{
    ledger_close(given->ledger);
    open_ledger(given);
}

void fixture_close(struct ledger_fixture *given)
{
    ledger_close(given->ledger);
    gos_arena_close(given->arena);
}

static struct fact *next_fact(struct ledger_fixture *given, enum fact_kind kind)
{
    CHECK(given->fact_count < FIXTURE_FACTS_MAX);
    struct fact *fact = &given->facts[given->fact_count++];
    *fact = (struct fact){.sequence = ++given->sequence, .kind = kind};
    return fact;
}

static gos_str copy(struct ledger_fixture *given, const char *text)
{
    return text ? gos_arena_text(given->arena, gos_str_from(text), NULL) : GOS_LIT("");
}

struct fact *fixture_expose(struct ledger_fixture *given, const char *unit, const char *variant,
                            int64_t at)
{
    struct fact *fact = next_fact(given, FACT_EXPOSURE);
    fact->exposure = (struct exposure){.environment = GOS_LIT("production"),
                                       .experiment_id = fixture_experiment,
                                       .unit = copy(given, unit),
                                       .variant = copy(given, variant),
                                       .reason = GOS_LIT("split"),
                                       .at = at};
    return fact;
}

struct fact *fixture_event(struct ledger_fixture *given, const char *unit, const char *name,
                           int64_t at, double value, const char *properties)
{
    struct fact *fact = next_fact(given, FACT_EVENT);
    fact->event = (struct event){.environment = GOS_LIT("production"),
                                 .user_id = copy(given, unit),
                                 .name = copy(given, name),
                                 .has_value = !isnan(value),
                                 .value = value,
                                 .properties = copy(given, properties),
                                 .at = at};
    return fact;
}

struct fact *fixture_link(struct ledger_fixture *given, const char *device, const char *user)
{
    struct fact *fact = next_fact(given, FACT_LINK);
    fact->link = (struct identity_link){.environment = GOS_LIT("production"),
                                        .device_id = copy(given, device),
                                        .user_id = copy(given, user),
                                        .at = T0};
    return fact;
}

struct fact *fixture_forget(struct ledger_fixture *given, const char *user)
{
    struct fact *fact = next_fact(given, FACT_FORGOTTEN);
    fact->forgotten =
        (struct forgotten){.environment = GOS_LIT("production"), .user_id = copy(given, user)};
    return fact;
}

void fixture_append(struct ledger_fixture *given)
{
    gos_error err = {0};
    CHECK_OK(ledger_append(given->ledger, given->facts, given->fact_count, &err), &err);
    given->fact_count = 0;
}

struct metric_plan *fixture_plan(struct ledger_fixture *given, const char *members)
{
    const struct json *json = NULL;
    gos_error err = {0};
    gos_str text = gos_arena_print(given->arena, "{%s}", members);
    struct metric_plan *plan = &given->plans[given->plan_count++];
    CHECK_OK(json_read(text, given->arena, &json, &err), &err);
    CHECK_OK(plan_read(json, given->arena, plan, NULL, &err), &err);
    return plan;
}

void fixture_compute(struct ledger_fixture *given, int64_t as_of_ms)
{
    struct ledger_question question = {.environment = GOS_LIT("production"),
                                       .experiment_id = fixture_experiment,
                                       .variants = fixture_variants,
                                       .variant_count = 2,
                                       .plans = given->plans,
                                       .plan_count = given->plan_count,
                                       .from_ms = 0,
                                       .as_of_ms = as_of_ms};
    gos_error err = {0};
    CHECK_OK(ledger_compute(given->ledger, &question, given->arena, &given->answer, &err), &err);
}

const struct ledger_cell *fixture_cell(const struct ledger_fixture *given, uint32_t plan,
                                       uint32_t variant)
{
    return &given->answer.cells[plan * 2 + variant];
}

struct bytes {
    char *at;
    size_t used, max;
};

static void add(struct bytes *bytes, const void *data, size_t count)
{
    CHECK(bytes->used + count <= bytes->max);
    if (count > 0 && bytes->used + count <= bytes->max)
        memcpy(bytes->at + bytes->used, data, count);
    bytes->used += count;
}

size_t fixture_write_answer(const struct ledger_fixture *given, char *bytes, size_t bytes_max)
{
    const struct ledger_answer *answer = &given->answer;
    struct bytes out = {bytes, 0, bytes_max};
    const uint64_t counts[] = {answer->crossovers,
                               answer->excluded,
                               answer->strangers,
                               answer->merged,
                               answer->watermark,
                               (uint64_t)answer->first_exposure,
                               (uint64_t)answer->last_exposure};
    add(&out, counts, sizeof counts);
    add(&out, answer->units, 2 * sizeof *answer->units);
    add(&out, answer->caps, given->plan_count * sizeof *answer->caps);
    for (uint32_t i = 0; i < given->plan_count * 2; i++) {
        struct ledger_cell cell = answer->cells[i];
        const struct ledger_values quantile = cell.quantile;
        cell.quantile.values = NULL;
        cell.quantile.units = NULL;
        add(&out, &cell, sizeof cell);
        add(&out, quantile.values, quantile.count * sizeof *quantile.values);
        if (quantile.units)
            add(&out, quantile.units, quantile.count * sizeof *quantile.units);
    }
    return out.used;
}

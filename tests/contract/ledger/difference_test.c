/*
 * Random metrics, windows and data: the ledger's answer against a reference that does what the
 * definitions say, person by person and event by event, over plain arrays.
 */
#include "ledger_fixture.h"

#include <stdio.h>

enum { PEOPLE = 60, EVENTS = 900, ROUNDS = 6, HOUR = 3600000 };

struct person {
    int variant; /* -1: never exposed */
    int64_t first;
    bool crossed;
};

struct happening {
    int person;
    int name;
    int64_t at;
    double x; /* NaN: the property is not there */
    int g;
};

struct trial {
    int fn, name, over; /* over: filter g > over; -1: none */
    int64_t delay, window, lookback;
};

static struct ledger_fixture given;
static struct person people[PEOPLE];
static struct happening happenings[EVENTS];
static struct trial trials[FIXTURE_PLANS_MAX];
static uint64_t seed;

static const char *const fns[] = {"count", "sum",   "exists", "min",
                                  "max",   "first", "last",   "count_distinct"};
static const char *const names[] = {"view", "buy", "quit"};

static uint32_t random_below(uint32_t limit)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % limit;
}

/* On a coarse grid, so that many events fall exactly on a boundary. */
static int64_t random_time(void)
{
    return T0 + (int64_t)random_below(240) * HOUR;
}

static void make_data(void)
{
    for (int i = 0; i < PEOPLE; i++)
        people[i] = (struct person){(int)random_below(3) - 1, random_time(), false};
    for (int i = 0; i < EVENTS; i++)
        happenings[i] = (struct happening){
            (int)random_below(PEOPLE), (int)random_below(3), random_time(),
            random_below(5) ? (double)random_below(1000) / 8 : (double)NAN, (int)random_below(10)};
}

static void put_exposures(int person)
{
    struct person *p = &people[person];
    char unit[16];
    snprintf(unit, sizeof unit, "p%d", person);
    if (p->variant < 0)
        return;
    fixture_expose(&given, unit, fixture_variants[p->variant].data, p->first);
    if (random_below(4) == 0) { /* late: the earlier exposure arrives afterwards */
        p->first -= (int64_t)random_below(20) * HOUR;
        fixture_expose(&given, unit, fixture_variants[p->variant].data, p->first);
    }
    if (random_below(15) == 0) {
        p->crossed = true;
        fixture_expose(&given, unit, fixture_variants[1 - p->variant].data, p->first + HOUR);
    }
}

static void put_happening(const struct happening *h)
{
    char unit[16], properties[64];
    snprintf(unit, sizeof unit, "p%d", h->person);
    if (isnan(h->x))
        snprintf(properties, sizeof properties, "{\"g\":%d}", h->g);
    else
        snprintf(properties, sizeof properties, "{\"g\":%d,\"x\":%.17g}", h->g, h->x);
    fixture_event(&given, unit, names[h->name], h->at, NAN, properties);
}

/* Exposures and events mixed, in batches of random size, some of them sent twice. */
static void put_data(void)
{
    int person = 0, event = 0;
    while (person < PEOPLE || event < EVENTS) {
        uint32_t batch = 1 + random_below(200);
        for (uint32_t i = 0; i < batch; i++) {
            if (event < EVENTS && (person == PEOPLE || random_below(10)))
                put_happening(&happenings[event++]);
            else if (person < PEOPLE)
                put_exposures(person++);
        }
        uint32_t count = given.fact_count;
        fixture_append(&given);
        if (random_below(3) == 0) {
            given.fact_count = count;
            fixture_append(&given);
        }
    }
}

static void make_trial(int index)
{
    struct trial *trial = &trials[index];
    *trial =
        (struct trial){(int)random_below(8),
                       (int)random_below(3),
                       (int)random_below(10) - 1,
                       (int64_t)random_below(3) * 6 * HOUR,
                       random_below(2) ? (int64_t)(1 + random_below(5)) * 24 * HOUR : INT64_MAX,
                       (int64_t)random_below(4) * 24 * HOUR};
    char text[400], filter[40] = "", window[40] = "";
    if (trial->over >= 0)
        snprintf(filter, sizeof filter, " where g > %d", trial->over);
    if (trial->window != INT64_MAX)
        snprintf(window, sizeof window, ",\"window\":\"%dh\"", (int)(trial->window / HOUR));
    snprintf(text, sizeof text,
             "\"calculation\":\"%s(%s%s%s)\",\"delay\":\"%dh\",\"lookback\":\"%dh\"%s",
             fns[trial->fn], names[trial->name], trial->fn == 2 || trial->fn == 0 ? "" : ".x",
             filter, (int)(trial->delay / HOUR), (int)(trial->lookback / HOUR), window);
    fixture_plan(&given, text);
}

/* The value of a person between two ages; NaN: none. Events in the order of arrival. */
static double value_of(const struct trial *trial, int person, int64_t from, int64_t to,
                       int64_t as_of)
{
    bool without = trial->fn >= 3 && trial->fn <= 6;
    double value = without ? (double)NAN : 0, seen[EVENTS];
    int64_t at = 0;
    int seen_count = 0;
    for (int i = 0; i < EVENTS; i++) {
        const struct happening *h = &happenings[i];
        int64_t age = h->at - people[person].first;
        bool needs = trial->fn != 0 && trial->fn != 2;
        if (h->person != person || h->name != trial->name || h->at >= as_of || age < from ||
            age >= to || h->g <= trial->over || (needs && isnan(h->x)))
            continue;
        bool known = false;
        for (int s = 0; s < seen_count; s++)
            known = known || seen[s] == h->x;
        seen[seen_count++] = h->x;
        switch (trial->fn) {
        case 0:
            value += 1;
            break;
        case 1:
            value += h->x;
            break;
        case 2:
            value = 1;
            break;
        case 3:
            value = fmin(value, h->x);
            break;
        case 4:
            value = fmax(value, h->x);
            break;
        case 5:
            value = isnan(value) || age < at ? h->x : value;
            break;
        case 6:
            value = isnan(value) || age >= at ? h->x : value;
            break;
        default:
            value += !known;
        }
        bool takes = seen_count == 1 || (trial->fn == 5 ? age < at : age >= at);
        at = takes ? age : at;
    }
    return value;
}

static void check_trial(int index, int variant, int64_t as_of)
{
    const struct trial *trial = &trials[index];
    const gos_moments *got = &fixture_cell(&given, (uint32_t)index, (uint32_t)variant)->moments;
    double sum = 0, square = 0, before = 0;
    uint64_t n = 0;
    int64_t to = trial->window == INT64_MAX ? INT64_MAX : trial->delay + trial->window;
    for (int i = 0; i < PEOPLE; i++) {
        if (people[i].variant != variant || people[i].crossed || people[i].first >= as_of)
            continue;
        double value = value_of(trial, i, trial->delay, to, as_of);
        double earlier = value_of(trial, i, -trial->lookback, 0, as_of);
        if (isnan(value))
            continue;
        n++;
        sum += value;
        square += value * value;
        before += trial->lookback == 0 || isnan(earlier) ? 0 : earlier;
    }
    CHECK_INT(got->n, n);
    if (n == 0)
        return;
    CHECK_NEAR(got->mean[0], sum / (double)n, 1e-12);
    CHECK_NEAR(got->product[0] + 1, square - sum * sum / (double)n + 1, 1e-9);
    CHECK_INT(got->variable_count, trial->lookback > 0 ? 2 : 1);
    if (trial->lookback > 0)
        CHECK_NEAR(got->mean[1], before / (double)n, 1e-12);
}

CONTRACT(ledger_difference, agrees_with_a_plain_reference_on_random_metrics_and_data)
{
    for (uint64_t round = 0; round < ROUNDS; round++) {
        seed = round * 977 + 5;
        fixture_open_small(&given, round % 2 ? (uint64_t)400 << 10 : 0);
        make_data();
        put_data();
        for (int i = 0; i < FIXTURE_PLANS_MAX; i++)
            make_trial(i);
        for (int moment = 0; moment < 3; moment++) {
            int64_t as_of = T0 + (moment + 1) * 80 * HOUR;
            fixture_compute(&given, as_of);
            for (int i = 0; i < FIXTURE_PLANS_MAX; i++) {
                check_trial(i, 0, as_of);
                check_trial(i, 1, as_of);
            }
        }
        fixture_close(&given);
    }
}

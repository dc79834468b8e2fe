/* Visitors' traits, chances and words on the wire. */
#include "cli/visitor.h"

#include "base/json.h"
#include "base/time.h"

#include <math.h>
#include <stdio.h>

/* Of one visit, as they might be in a shop. */
static const double purchase_rate = 0.12, support_rate = 0.03;
/* Lognormal with mean 1. */
static const double APPETITE_MEDIAN = 0.7261, APPETITE_SPREAD = 0.8;

#define TWO                                                                                        \
    {                                                                                              \
        "control", "treatment", NULL                                                               \
    }
static const struct traffic_effect effects[TRAFFIC_EXPERIMENTS] = {
    {"0190a000-0000-7000-8000-000000000001", "checkout-button", TWO, {1, 1.25}, 0, 0.9, 0.3},
    {"0190a000-0000-7000-8000-000000000002", "homepage-copy", TWO, {1, 1}, 0, 0.8, 0.01},
    {"0190a000-0000-7000-8000-000000000003", "search-ranking", TWO, {1, 1}, 0.15, 0.7, 0.3},
    {"0190a000-0000-7000-8000-000000000004", "shipping-step", TWO, {1, 0.65}, 0, 0.8, 0.2},
    {"0190a000-0000-7000-8000-000000000005", "recommendations", TWO, {1, 1.02}, 0, 0.9, 0.004},
    {"0190a000-0000-7000-8000-000000000006",
     "banner-bandit",
     {"plain", "season", "recipe"},
     {1, 1.1, 1.35},
     0,
     0.8,
     0.2},
    {"0190a000-0000-7000-8000-000000000007", "free-returns", TWO, {1, 1.2}, 0, 0.9, 0},
    {"0190a000-0000-7000-8000-000000000008", "newsletter-popup", TWO, {1, 1}, 0, 0.6, 0},
};
#undef TWO

const struct traffic_effect *traffic_effects(size_t *out_count)
{
    *out_count = TRAFFIC_EXPERIMENTS;
    return effects;
}

bool traffic_variant(const struct traffic_effect *effect, gos_str name, uint8_t *out)
{
    for (uint8_t v = 0; v < TRAFFIC_VARIANTS_MAX && effect->variants[v]; v++) {
        if (gos_str_equal(name, gos_str_from(effect->variants[v]))) {
            *out = v;
            return true;
        }
    }
    return false;
}

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t chance_next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Between 0 and 1, both left out. */
static double chance_share(uint64_t *state)
{
    return ((double)(chance_next(state) >> 11) + 0.5) / 9007199254740992.0;
}

static const char *chance_pick(uint64_t *state, const char *const *from, size_t count)
{
    return from[chance_next(state) % count];
}

static double chance_lognormal(uint64_t *state, double median, double spread)
{
    double u = chance_share(state), v = chance_share(state);
    return median * exp(spread * sqrt(-2 * log(u)) * cos(6.283185307179586 * v));
}

void visitor_make(uint64_t seed, uint64_t number, struct visitor *out)
{
    static const char *const countries[] = {"DE", "FR", "GB", "US", "US", "US", "ES", "JP", "BR"};
    static const char *const devices[] = {"ios", "android", "desktop", "desktop"};
    static const char *const plans[] = {"free", "free", "free", "pro", "team"};
    *out = (struct visitor){.chance = seed ^ (number * UINT64_C(0xd1342543de82ef95))};
    chance_next(&out->chance);
    snprintf(out->user_id, sizeof out->user_id, "u-%08llu", (unsigned long long)number);
    snprintf(out->device_id, sizeof out->device_id, "d-%08llu", (unsigned long long)number);
    out->country = chance_pick(&out->chance, countries, sizeof countries / sizeof *countries);
    out->device = chance_pick(&out->chance, devices, sizeof devices / sizeof *devices);
    out->plan = chance_pick(&out->chance, plans, sizeof plans / sizeof *plans);
    out->appetite = chance_lognormal(&out->chance, APPETITE_MEDIAN, APPETITE_SPREAD);
    for (size_t i = 0; i < TRAFFIC_EXPERIMENTS; i++) {
        out->is_lost[i] = chance_share(&out->chance) < effects[i].lost_before_counted;
        out->presence[i] = chance_share(&out->chance);
    }
}

double visitor_chance(struct visitor *visitor)
{
    return chance_share(&visitor->chance);
}

static void attributes_write(const struct visitor *visitor, struct json_writer *writer)
{
    json_name(writer, "country");
    json_text(writer, gos_str_from(visitor->country));
    json_name(writer, "device");
    json_text(writer, gos_str_from(visitor->device));
    json_name(writer, "plan");
    json_text(writer, gos_str_from(visitor->plan));
}

void visitor_write_attributes(const struct visitor *visitor, struct json_writer *writer)
{
    json_open_object(writer);
    attributes_write(visitor, writer);
    json_close_object(writer);
}

static void assignment_write(const struct visitor *visitor, size_t experiment,
                             struct json_writer *writer)
{
    json_open_object(writer);
    json_name(writer, "experiment_id");
    json_text(writer, gos_str_from(effects[experiment].experiment_id));
    json_name(writer, "user_id");
    json_text(writer, gos_str_from(visitor->user_id));
    json_name(writer, "device_id");
    json_text(writer, gos_str_from(visitor->device_id));
    json_name(writer, "attributes");
    visitor_write_attributes(visitor, writer);
    json_close_object(writer);
}

bool visitors_write_assignments(struct visitor *visitors, size_t count, gos_arena *arena,
                                gos_str *out, gos_error *err)
{
    struct text text;
    struct json_writer writer;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_open_object(&writer);
    json_name(&writer, "assignments");
    json_open_array(&writer);
    for (size_t i = 0; i < count; i++) {
        for (size_t e = 0; e < TRAFFIC_EXPERIMENTS; e++) {
            visitors[i].is_assigned[e] =
                !visitors[i].is_lost[e] && visitors[i].presence[e] < effects[e].live_share;
            if (visitors[i].is_assigned[e])
                assignment_write(&visitors[i], e, &writer);
        }
    }
    json_close_array(&writer);
    json_close_object(&writer);
    *out = text_str(&text);
    return text_ok(&text, err);
}

bool visitors_read_assignments(gos_str answer, gos_arena *arena, struct visitor *visitors,
                               size_t count, uint64_t *out_assigned, gos_error *err)
{
    const struct json *body;
    if (!json_read(answer, arena, &body, err))
        return false;
    const struct json *list = json_find(body, GOS_LIT("assignments"));
    uint32_t next = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t e = 0; e < TRAFFIC_EXPERIMENTS; e++) {
            if (!visitors[i].is_assigned[e])
                continue;
            if (!list || list->type != JSON_ARRAY || next >= list->count)
                return gos_fail(err, GOS_BAD_INPUT, "/assignments", "too few assignments answered");
            const struct json *variant = json_find(&list->items[next++], GOS_LIT("variant"));
            visitors[i].is_assigned[e] =
                variant && variant->type == JSON_STRING &&
                traffic_variant(&effects[e], variant->text, &visitors[i].variant[e]);
            *out_assigned += visitors[i].is_assigned[e];
        }
    }
    return true;
}

static void time_write_member(int64_t at, struct json_writer *writer)
{
    char text[TIME_TEXT_BYTES];
    if (at == TIME_NONE)
        return;
    json_name(writer, "timestamp");
    json_text(writer, (gos_str){text, time_write(at, text)});
}

struct act {
    const char *name;
    const char *property; /* or NULL */
    double value;
    int64_t at;
};

static void event_write(const struct visitor *visitor, const struct act *act,
                        struct json_writer *writer)
{
    json_open_object(writer);
    json_name(writer, "user_id");
    json_text(writer, gos_str_from(visitor->user_id));
    json_name(writer, "name");
    json_text(writer, gos_str_from(act->name));
    time_write_member(act->at, writer);
    json_name(writer, "properties");
    json_open_object(writer);
    if (act->property) {
        json_name(writer, act->property);
        json_double(writer, act->value);
    }
    attributes_write(visitor, writer);
    json_close_object(writer);
    json_close_object(writer);
}

void visitor_write_exposure(const struct visitor *visitor, size_t experiment, int64_t at,
                            struct json_writer *writer)
{
    json_open_object(writer);
    json_name(writer, "experiment_id");
    json_text(writer, gos_str_from(effects[experiment].experiment_id));
    json_name(writer, "user_id");
    json_text(writer, gos_str_from(visitor->user_id));
    json_name(writer, "variant");
    json_text(writer, gos_str_from(effects[experiment].variants[visitor->variant[experiment]]));
    time_write_member(at, writer);
    json_name(writer, "attributes");
    visitor_write_attributes(visitor, writer);
    json_close_object(writer);
}

static double purchase_chance(const struct visitor *visitor, bool is_exposed)
{
    double rate = purchase_rate * visitor->appetite;
    for (size_t e = 0; is_exposed && e < TRAFFIC_EXPERIMENTS; e++)
        rate *= visitor->is_assigned[e] ? effects[e].purchase_factor[visitor->variant[e]] : 1;
    return rate;
}

/* Page views, perhaps a purchase by what was shown, perhaps a complaint. */
uint64_t visitor_act(struct visitor *visitor, bool is_exposed, int64_t at,
                     struct json_writer *writer)
{
    uint64_t *chance = &visitor->chance;
    uint64_t count = 1 + (uint64_t)(4 * visitor->appetite * chance_share(chance));
    for (uint64_t i = 0; i < count; i++)
        event_write(visitor,
                    &(struct act){"page_view", "ms", round(chance_lognormal(chance, 240, 0.5)), at},
                    writer);
    if (chance_share(chance) < purchase_chance(visitor, is_exposed)) {
        double amount = round(chance_lognormal(chance, 38, 0.6) * 100) / 100;
        event_write(visitor, &(struct act){"purchase", "amount", amount, at}, writer);
        count++;
    }
    if (chance_share(chance) < support_rate) {
        event_write(visitor, &(struct act){"support_ticket", NULL, 0, at}, writer);
        count++;
    }
    return count;
}

bool visitors_write_events(struct visitor *visitors, size_t count, gos_arena *arena, gos_str *out,
                           uint64_t *out_count, gos_error *err)
{
    struct text text;
    struct json_writer writer;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_open_object(&writer);
    json_name(&writer, "events");
    json_open_array(&writer);
    for (size_t i = 0; i < count; i++)
        *out_count += visitor_act(&visitors[i], true, TIME_NONE, &writer);
    json_close_array(&writer);
    json_close_object(&writer);
    *out = text_str(&text);
    return text_ok(&text, err);
}

bool visitor_write_context(const struct visitor *visitor, gos_arena *arena, gos_str *out,
                           gos_error *err)
{
    struct text text;
    struct json_writer writer;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_open_object(&writer);
    json_name(&writer, "context");
    json_open_object(&writer);
    json_name(&writer, "targetingKey");
    json_text(&writer, gos_str_from(visitor->user_id));
    attributes_write(visitor, &writer);
    json_close_object(&writer);
    json_close_object(&writer);
    *out = text_str(&text);
    return text_ok(&text, err);
}

/* Visitors' traits, chances and words on the wire. */
#include "cli/visitor.h"

#include "base/json.h"
#include "cli/traffic.h"

#include <math.h>
#include <stdio.h>

/* Shares of a shop as they might be; the first experiment wins, the fourth does harm. */
static const double purchase_rate = 0.12, support_rate = 0.03;

static const struct traffic_effect effects[VISITOR_EXPERIMENTS] = {
    {"0190a000-0000-7000-8000-000000000001", "checkout-button", 1.25, 0},
    {"0190a000-0000-7000-8000-000000000002", "homepage-copy", 1.00, 0},
    {"0190a000-0000-7000-8000-000000000003", "search-ranking", 1.00, 0.15},
    {"0190a000-0000-7000-8000-000000000004", "shipping-step", 0.75, 0},
};

const struct traffic_effect *traffic_effects(size_t *out_count)
{
    *out_count = VISITOR_EXPERIMENTS;
    return effects;
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
    for (size_t i = 0; i < VISITOR_EXPERIMENTS; i++)
        out->is_lost[i] = chance_share(&out->chance) < effects[i].lost_before_counted;
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
    json_open_object(writer);
    attributes_write(visitor, writer);
    json_close_object(writer);
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
        for (size_t e = 0; e < VISITOR_EXPERIMENTS; e++) {
            visitors[i].is_assigned[e] = !visitors[i].is_lost[e];
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
        for (size_t e = 0; e < VISITOR_EXPERIMENTS; e++) {
            if (!visitors[i].is_assigned[e])
                continue;
            if (!list || list->type != JSON_ARRAY || next >= list->count)
                return gos_fail(err, GOS_BAD_INPUT, "/assignments", "too few assignments answered");
            const struct json *variant = json_find(&list->items[next++], GOS_LIT("variant"));
            visitors[i].is_assigned[e] = variant && variant->type == JSON_STRING;
            visitors[i].in_treatment[e] =
                visitors[i].is_assigned[e] && gos_str_equal(variant->text, GOS_LIT("treatment"));
            *out_assigned += visitors[i].is_assigned[e];
        }
    }
    return true;
}

static void event_write(const struct visitor *visitor, const char *name, const char *property,
                        double value, struct json_writer *writer)
{
    json_open_object(writer);
    json_name(writer, "user_id");
    json_text(writer, gos_str_from(visitor->user_id));
    json_name(writer, "name");
    json_text(writer, gos_str_from(name));
    json_name(writer, "properties");
    json_open_object(writer);
    if (property) {
        json_name(writer, property);
        json_double(writer, value);
    }
    attributes_write(visitor, writer);
    json_close_object(writer);
    json_close_object(writer);
}

/* Page views, perhaps a purchase by what was shown, perhaps a complaint. Returns their number. */
static uint64_t visitor_act(struct visitor *visitor, struct json_writer *writer)
{
    uint64_t count = 1 + chance_next(&visitor->chance) % 5;
    for (uint64_t i = 0; i < count; i++)
        event_write(visitor, "page_view", "ms", round(chance_lognormal(&visitor->chance, 240, 0.5)),
                    writer);
    double rate = purchase_rate;
    for (size_t e = 0; e < VISITOR_EXPERIMENTS; e++)
        rate *= visitor->in_treatment[e] ? effects[e].purchase_factor : 1;
    if (chance_share(&visitor->chance) < rate) {
        double amount = round(chance_lognormal(&visitor->chance, 38, 0.6) * 100) / 100;
        event_write(visitor, "purchase", "amount", amount, writer);
        count++;
    }
    if (chance_share(&visitor->chance) < support_rate) {
        event_write(visitor, "support_ticket", NULL, 0, writer);
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
        *out_count += visitor_act(&visitors[i], &writer);
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

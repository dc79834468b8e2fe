#include "oracle.h"

#include "base/hash.h"
#include "base/time.h"
#include "eval/address.h"
#include "eval/version.h"

#include <math.h>
#include <stdio.h>

static bool condition_holds(const struct json *document, const struct json *condition,
                            const struct json *context);

static const struct json *member(const struct json *object, const char *name)
{
    return json_find(object, gos_str_from(name));
}

static bool named(gos_str name, const char *wanted)
{
    return gos_str_equal(name, gos_str_from(wanted));
}

static gos_str lower(gos_str text)
{
    static _Thread_local char copy[2][64];
    static _Thread_local int turn;
    char *out = copy[turn = !turn];
    for (size_t i = 0; i < text.len && i < sizeof copy[0]; i++)
        out[i] = text.data[i] >= 'A' && text.data[i] <= 'Z' ? text.data[i] + 32 : text.data[i];
    return (gos_str){out, text.len};
}

static bool same(const struct json *a, const struct json *b, bool fold)
{
    if (a->type != b->type)
        return false;
    if (a->type == JSON_STRING)
        return fold ? gos_str_equal(lower(a->text), lower(b->text))
                    : gos_str_equal(a->text, b->text);
    if (a->type == JSON_NUMBER)
        return a->number == b->number;
    return a->type == JSON_BOOL && a->boolean == b->boolean;
}

static bool among(const struct json *seen, const struct json *list, bool fold)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (same(seen, &list->items[i], fold))
            return true;
    }
    return false;
}

static bool part_fits(gos_str how, gos_str text, gos_str part)
{
    if (str_ends_with(how, GOS_LIT("starts_with")))
        return str_starts_with(text, part);
    if (str_ends_with(how, GOS_LIT("ends_with")))
        return str_ends_with(text, part);
    return str_contains(text, part);
}

static bool parts_fit(gos_str how, const struct json *seen, const struct json *operand, bool fold)
{
    const struct json *items = operand->type == JSON_ARRAY ? operand->items : operand;
    uint32_t count = operand->type == JSON_ARRAY ? operand->count : 1;
    for (uint32_t i = 0; i < count; i++) {
        gos_str text = fold ? lower(seen->text) : seen->text;
        gos_str part = fold ? lower(items[i].text) : items[i].text;
        if (part_fits(how, text, part))
            return true;
    }
    return false;
}

static bool in_range(gos_str how, double x, const struct json *operand)
{
    if (str_ends_with(how, GOS_LIT("between")))
        return operand->items[0].number <= x && x <= operand->items[1].number;
    if (str_ends_with(how, GOS_LIT("at_least")))
        return x >= operand->number;
    if (str_ends_with(how, GOS_LIT("at_most")))
        return x <= operand->number;
    if (named(how, "size_equals"))
        return x == operand->number;
    return named(how, "less_than") ? x < operand->number : x > operand->number;
}

static int64_t moment(gos_str text)
{
    int64_t ms = 0;
    if (named(text, "now-7d"))
        return ORACLE_NOW - 7 * TIME_DAY_MS;
    time_read(text, &ms);
    return ms;
}

static bool list_fits(gos_str how, const struct json *seen, const struct json *operand, bool fold)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < operand->count; i++)
        found += among(&operand->items[i], seen, fold);
    if (named(how, "contains_any"))
        return found > 0;
    return named(how, "contains_all") ? found == operand->count : found == 0;
}

static bool text_ask(gos_str how, const struct json *seen, const struct json *operand, bool fold)
{
    struct version a, b;
    struct address address;
    struct network network;
    int64_t ms;
    bool negated = str_starts_with(how, GOS_LIT("not_"));
    if (str_starts_with(how, GOS_LIT("version_"))) {
        if (!version_read(seen->text, &a) || !version_read(operand->text, &b))
            return false;
        return named(how, "version_at_least") ? version_compare(&a, &b) >= 0
                                              : version_compare(&a, &b) < 0;
    }
    if (named(how, "before") || named(how, "after"))
        return time_read(seen->text, &ms) &&
               (named(how, "before") ? ms < moment(operand->text) : ms > moment(operand->text));
    if (str_ends_with(how, GOS_LIT("in_network")))
        return address_read(seen->text, &address) && network_read(operand->text, &network) &&
               network_has(&network, &address) != negated;
    return parts_fit(how, seen, operand, fold) != negated;
}

static bool operator_holds(gos_str how, const struct json *seen, const struct json *operand,
                           bool fold)
{
    bool negated = str_starts_with(how, GOS_LIT("not_"));
    bool is_there = seen && seen->type != JSON_NULL;
    if (named(how, "exists"))
        return is_there == operand->boolean;
    if (!is_there)
        return false;
    if (str_ends_with(how, GOS_LIT("equals")) && !named(how, "size_equals"))
        return same(seen, operand, fold) != negated;
    if (named(how, "in") || named(how, "not_in"))
        return among(seen, operand, fold) != negated;
    if (named(how, "modulo"))
        return seen->type == JSON_NUMBER && seen->number == floor(seen->number) &&
               fmod(fmod(seen->number, operand->items[0].number) + operand->items[0].number,
                    operand->items[0].number) == operand->items[1].number;
    if (str_starts_with(how, GOS_LIT("contains_")))
        return seen->type == JSON_ARRAY && list_fits(how, seen, operand, fold);
    if (str_starts_with(how, GOS_LIT("size_")))
        return (seen->type == JSON_ARRAY || seen->type == JSON_OBJECT) &&
               in_range(how, seen->count, operand);
    if (named(how, "at_least") || named(how, "at_most") || named(how, "less_than") ||
        named(how, "greater_than") || str_ends_with(how, GOS_LIT("between")))
        return seen->type == JSON_NUMBER && in_range(how, seen->number, operand) != negated;
    return seen->type == JSON_STRING && text_ask(how, seen, operand, fold);
}

static const struct json *attribute(const struct json *context, gos_str path)
{
    if (json_find(context, path))
        return json_find(context, path);
    const struct json *value = context;
    for (gos_str rest = path; rest.len && value;)
        value = json_find(value, str_cut(&rest, '.'));
    return value;
}

static bool attributes_hold(const struct json *condition, const struct json *context)
{
    for (uint32_t i = 0; i < condition->count; i++) {
        const struct json *seen = attribute(context, condition->names[i]);
        const struct json *expected = &condition->items[i];
        if (expected->type != JSON_OBJECT) {
            if (!operator_holds(GOS_LIT("equals"), seen, expected, false))
                return false;
            continue;
        }
        bool fold = member(expected, "ignore_case") != NULL;
        for (uint32_t j = 0; j < expected->count; j++) {
            if (!named(expected->names[j], "ignore_case") &&
                !operator_holds(expected->names[j], seen, &expected->items[j], fold))
                return false;
        }
    }
    return true;
}

static const struct json *find_by(const struct json *list, const char *key, gos_str wanted)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct json *name = member(&list->items[i], key);
        if (name && gos_str_equal(name->text, wanted))
            return &list->items[i];
    }
    return NULL;
}

static bool lists(const struct json *list, gos_str text)
{
    for (uint32_t i = 0; list && i < list->count; i++) {
        if (gos_str_equal(list->items[i].text, text))
            return true;
    }
    return false;
}

static bool segment_holds(const struct json *document, gos_str name, const struct json *context)
{
    const struct json *segment = find_by(member(document, "segments"), "name", name);
    gos_str user = member(context, "user_id")->text;
    const struct json *conditions = member(segment, "conditions");
    if (!member(segment, "is_active")->boolean || lists(member(segment, "exclude"), user))
        return false;
    return lists(member(segment, "include"), user) ||
           condition_holds(document, conditions, context);
}

static bool condition_holds(const struct json *document, const struct json *condition,
                            const struct json *context)
{
    const struct json *all = member(condition, "all"), *any = member(condition, "any");
    const struct json *group = all ? all : any;
    if (member(condition, "not"))
        return !condition_holds(document, member(condition, "not"), context);
    if (member(condition, "segment"))
        return segment_holds(document, member(condition, "segment")->text, context);
    if (!group)
        return attributes_hold(condition, context);
    for (uint32_t i = 0; i < group->count; i++) {
        if (condition_holds(document, &group->items[i], context) != (all != NULL))
            return any != NULL;
    }
    return all != NULL;
}

/* 0 to 1, exactly enough: the generator's shares are far from any unit's point. */
static double place(gos_str salt, const char *purpose, const struct json *context)
{
    char text[64];
    int len = snprintf(text, sizeof text, "%.*s:%s", GOS_ARG(salt), purpose);
    uint64_t seed = hash_xxh3((gos_str){text, (size_t)len}, 0);
    return (double)hash_xxh3(member(context, "user_id")->text, seed) / 0x1p64;
}

static bool in_any(const struct json *document, const struct json *names,
                   const struct json *context)
{
    for (uint32_t i = 0; i < names->count; i++) {
        if (segment_holds(document, names->items[i].text, context))
            return true;
    }
    return false;
}

gos_str oracle_experiment(const struct json *document, const struct json *experiment,
                          const struct json *context)
{
    const struct json *targeting = member(experiment, "targeting_rules");
    const struct json *include = member(targeting, "include_segments");
    gos_str id = member(experiment, "id")->text;
    if (!named(member(experiment, "status")->text, "Running") ||
        in_any(document, member(targeting, "exclude_segments"), context) ||
        (include->count && !in_any(document, include, context)) ||
        !condition_holds(document, member(targeting, "user_attributes"), context) ||
        place(id, "coverage", context) * 100 >= member(experiment, "coverage")->number)
        return (gos_str){"", 0};
    double a = member(member(experiment, "traffic_allocation"), "a")->number;
    return place(id, "split", context) * 100 < a ? GOS_LIT("a") : GOS_LIT("b");
}

static gos_str quoted(gos_arena *arena, gos_str text)
{
    return gos_arena_print(arena, "\"%.*s\"", GOS_ARG(text));
}

/* Whether the rule serves, and what. */
static bool rule_serves(const struct json *document, const struct json *rule, gos_str salt,
                        const struct json *context, gos_str *out)
{
    const struct json *experiment = member(rule, "experiment");
    if (!condition_holds(document, member(rule, "conditions"), context) ||
        place(salt, "percentage", context) * 100 >= member(rule, "percentage")->number)
        return false;
    if (!experiment) {
        *out = member(rule, "value")->text;
        return true;
    }
    const struct json *list = member(document, "experiments");
    const struct json *found = find_by(list, "id", experiment->text);
    found = found ? found : find_by(list, "name", experiment->text);
    gos_str variant = oracle_experiment(document, found, context);
    if (variant.len)
        *out = json_find(member(rule, "values"), variant)->text;
    return variant.len > 0;
}

/* By the latest step that is not later than now, wherever it stands in the list. */
static bool oracle_is_on(const struct json *flag)
{
    const struct json *schedule = member(flag, "schedule");
    bool is_on = member(flag, "enabled")->boolean;
    int64_t latest = INT64_MIN, at;
    for (uint32_t i = 0; schedule && i < schedule->count; i++) {
        const struct json *step = &schedule->items[i];
        if (!time_read(member(step, "at")->text, &at) || at > ORACLE_NOW || at <= latest)
            continue;
        latest = at;
        is_on = member(step, "enabled")->boolean;
    }
    return is_on;
}

gos_str oracle_flag(const struct json *document, const struct json *flag,
                    const struct json *context, gos_arena *arena)
{
    gos_str key = member(flag, "key")->text, value = GOS_LIT("d");
    const struct json *override = &member(document, "overrides")->items[0];
    const struct json *dependencies = member(flag, "dependencies");
    const struct json *rules = member(flag, "rules");
    if (!oracle_is_on(flag))
        return quoted(arena, value);
    if (gos_str_equal(member(override, "flag_key")->text, key) &&
        gos_str_equal(member(override, "user_id")->text, member(context, "user_id")->text))
        return quoted(arena, GOS_LIT("o"));
    for (uint32_t i = 0; dependencies && i < dependencies->count; i++) {
        const struct json *other =
            find_by(member(document, "flags"), "key", dependencies->items[i].text);
        if (gos_str_equal(oracle_flag(document, other, context, arena), GOS_LIT("\"d\"")))
            return quoted(arena, value);
    }
    for (uint32_t i = 0; i < rules->count; i++) {
        if (rule_serves(document, &rules->items[i], key, context, &value))
            return quoted(arena, value);
    }
    if (rules->count == 0 &&
        place(key, "percentage", context) * 100 < member(flag, "rollout_percentage")->number)
        value = GOS_LIT("on");
    return quoted(arena, value);
}

bool oracle_is_belied(const gos_report *report, const gos_decision *decision)
{
    char pointer[64];
    if (decision->by != GOS_BY_RULE)
        return false;
    snprintf(pointer, sizeof pointer, "/flags/%d/rules/%d", decision->flag, decision->rule);
    for (uint32_t i = 0; i < report->count; i++) {
        if (gos_str_equal(report->findings[i].pointer, gos_str_from(pointer)) &&
            str_starts_with(report->findings[i].message, GOS_LIT("the rule is never reached")))
            return true;
        if (gos_str_equal(report->findings[i].pointer, gos_str_from(pointer)) &&
            str_starts_with(report->findings[i].message, GOS_LIT("the rule never matches")))
            return true;
    }
    return false;
}

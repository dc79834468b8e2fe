/* What holds in every experiment by itself: variants, split, metrics, dates. */
#include "model/check.h"

#include "base/limits.h"
#include "base/time.h"
#include "model/decimal.h"
#include "model/definition.h"

#include <inttypes.h>
#include <stdio.h>

static bool fail_at(gos_error *err, const char *parent, size_t index, const char *child,
                    const char *message, gos_str name)
{
    char pointer[GOS_POINTER_BYTES];
    snprintf(pointer, sizeof pointer, "%s/%zu%s", parent, index, child);
    return gos_fail(err, GOS_BAD_INPUT, pointer, message, GOS_ARG(name));
}

static bool check_variants(const struct json *variants, gos_error *err)
{
    for (size_t i = 0; i < variants->count; i++) {
        gos_str name = json_find_text(&variants->items[i], "name");
        for (size_t j = 0; j < i; j++) {
            if (gos_str_equal(name, json_find_text(&variants->items[j], "name")))
                return fail_at(err, "/variants", i, "/name", "there are two variants \"%.*s\"",
                               name);
        }
    }
    return true;
}

static bool fail_below(gos_error *err, const char *parent, gos_str name, const char *format)
{
    char pointer[GOS_POINTER_BYTES];
    snprintf(pointer, sizeof pointer, "%s", parent);
    json_pointer_add(pointer, name);
    return gos_fail(err, GOS_BAD_INPUT, pointer, format, GOS_ARG(name));
}

/* Shares are added as integers: 33.3 + 33.3 + 33.4 is exactly 100. */
static bool check_allocation(const struct json *body, gos_error *err)
{
    const struct json *allocation = json_find(body, GOS_LIT("traffic_allocation"));
    const struct json *variants = json_find(body, GOS_LIT("variants"));
    int64_t sum = 0;
    for (size_t i = 0; i < allocation->count; i++) {
        int64_t share;
        if (!definition_has_variant(body, allocation->names[i]))
            return fail_below(err, "/traffic_allocation", allocation->names[i],
                              "traffic is given to \"%.*s\", which is not a variant");
        if (!decimal_read(allocation->items[i].text, &share))
            return fail_below(err, "/traffic_allocation", allocation->names[i],
                              "the share of \"%.*s\" must be 0 to 100 with at most 9 decimals");
        sum += share;
    }
    for (size_t i = 0; i < variants->count; i++) {
        gos_str name = json_find_text(&variants->items[i], "name");
        if (!json_find(allocation, name))
            return gos_fail(err, GOS_BAD_INPUT, "/traffic_allocation",
                            "the variant \"%.*s\" has no share; give it one, or 0", GOS_ARG(name));
    }
    if (sum == 100 * DECIMAL_SCALE)
        return true;
    return gos_fail(err, GOS_BAD_INPUT, "/traffic_allocation",
                    "the shares sum to %.12g; they must sum to 100",
                    (double)sum / (double)DECIMAL_SCALE);
}

static bool metric_is_before(const struct json *metrics, gos_str list_name, size_t index,
                             gos_str name)
{
    static const char *const lists[] = {"secondary_metrics", "guardrail_metrics"};
    if (gos_str_equal(json_find_text(metrics, "primary_metric"), name))
        return true;
    for (size_t i = 0; i < 2; i++) {
        const struct json *list = json_find(metrics, gos_str_from(lists[i]));
        bool here = gos_str_equal(list_name, gos_str_from(lists[i]));
        for (size_t j = 0; list && j < (here ? index : list->count); j++) {
            if (gos_str_equal(list->items[j].text, name))
                return true;
        }
        if (here)
            return false;
    }
    return false;
}

static bool check_metric_list(const struct json *metrics, const char *name, gos_error *err)
{
    const struct json *list = json_find(metrics, gos_str_from(name));
    char parent[64];
    snprintf(parent, sizeof parent, "/success_metrics/%s", name);
    for (size_t i = 0; list && i < list->count; i++) {
        if (metric_is_before(metrics, gos_str_from(name), i, list->items[i].text))
            return fail_at(err, parent, i, "", "the metric \"%.*s\" is named twice",
                           list->items[i].text);
    }
    return true;
}

static bool check_metrics(const struct json *body, gos_error *err)
{
    const struct json *metrics = json_find(body, GOS_LIT("success_metrics"));
    const struct json *settings = json_find(body, GOS_LIT("metric_settings"));
    if (!check_metric_list(metrics, "secondary_metrics", err) ||
        !check_metric_list(metrics, "guardrail_metrics", err))
        return false;
    for (size_t i = 0; settings && i < settings->count; i++) {
        if (!metric_is_before(metrics, GOS_LIT(""), 0, settings->names[i]))
            return fail_below(err, "/metric_settings", settings->names[i],
                              "there are settings for \"%.*s\", which is not among the metrics");
    }
    return true;
}

static int64_t member_time(const struct json *body, const char *name)
{
    int64_t ms;
    return time_read(json_find_text(body, name), &ms) ? ms : TIME_NONE;
}

static bool check_dates(const struct json *body, gos_error *err)
{
    int64_t start = member_time(body, "start_date");
    int64_t end = member_time(body, "end_date");
    if (start == TIME_NONE || end == TIME_NONE || end > start)
        return true;
    return gos_fail(err, GOS_BAD_INPUT, "/end_date", "the end must be after the start");
}

static bool check_layer_name(const struct json *name, const char *pointer, gos_error *err)
{
    if (name->type == JSON_STRING && name->text.len > 0 && name->text.len <= NAME_BYTES_MAX)
        return true;
    return gos_fail(err, GOS_BAD_INPUT, pointer, "a layer is named by a text of 1 to %d bytes",
                    NAME_BYTES_MAX);
}

/* One layer, or a list of them. */
static bool check_layers(const struct json *body, gos_error *err)
{
    const struct json *layer = json_find(body, GOS_LIT("layer"));
    if (!layer || layer->type != JSON_ARRAY)
        return !layer || check_layer_name(layer, "/layer", err);
    if (layer->count == 0 || layer->count > LAYERS_PER_EXPERIMENT_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/layer", "an experiment sits in 1 to %d layers",
                        LAYERS_PER_EXPERIMENT_MAX);
    for (size_t i = 0; i < layer->count; i++) {
        char pointer[GOS_POINTER_BYTES] = "/layer";
        json_pointer_add_index(pointer, i);
        if (!check_layer_name(&layer->items[i], pointer, err))
            return false;
    }
    return true;
}

static bool check_named_variants(const struct json *body, gos_error *err)
{
    const struct json *forced = json_find(body, GOS_LIT("forced_variants"));
    const struct json *shipped = json_find(body, GOS_LIT("shipped_variant"));
    for (size_t i = 0; forced && i < forced->count; i++) {
        if (!definition_has_variant(body, forced->items[i].text))
            return fail_below(err, "/forced_variants", forced->names[i],
                              "the variant forced for \"%.*s\" does not exist");
    }
    if (shipped && shipped->type == JSON_STRING && !definition_has_variant(body, shipped->text))
        return gos_fail(err, GOS_BAD_INPUT, "/shipped_variant", "there is no variant \"%.*s\"",
                        GOS_ARG(shipped->text));
    return true;
}

/* New weights would move units that are not kept where they are, and a floor must leave room. */
static bool check_bandit(const struct json *body, gos_error *err)
{
    const struct json *bandit = json_find(body, GOS_LIT("bandit"));
    const struct json *sticky = json_find(body, GOS_LIT("sticky"));
    const struct json *floor = json_find(bandit, GOS_LIT("floor"));
    double arms = (double)json_find(body, GOS_LIT("variants"))->count;
    if (!bandit)
        return true;
    if (sticky && !sticky->boolean)
        return gos_fail(err, GOS_BAD_INPUT, "/bandit",
                        "a bandit changes the split, so the experiment must be sticky");
    if (floor && floor->number * arms >= 100)
        return gos_fail(err, GOS_BAD_INPUT, "/bandit/floor",
                        "a floor of %g percent leaves %g variants nothing to share", floor->number,
                        arms);
    return true;
}

bool check_experiment(const struct json *body, gos_error *err)
{
    return check_variants(json_find(body, GOS_LIT("variants")), err) &&
           check_allocation(body, err) && check_metrics(body, err) && check_dates(body, err) &&
           check_named_variants(body, err) && check_layers(body, err) && check_bandit(body, err);
}

bool definition_has_variant(const struct json *experiment, gos_str variant)
{
    const struct json *variants = json_find(experiment, GOS_LIT("variants"));
    for (size_t i = 0; variants && i < variants->count; i++) {
        if (gos_str_equal(json_find_text(&variants->items[i], "name"), variant))
            return true;
    }
    return false;
}

gos_str definition_control(const struct json *experiment)
{
    const struct json *variants = json_find(experiment, GOS_LIT("variants"));
    if (definition_has_variant(experiment, GOS_LIT("control")))
        return GOS_LIT("control");
    return variants && variants->count ? json_find_text(&variants->items[0], "name") : GOS_LIT("");
}

bool definition_check_assignment(const struct json *experiment, gos_str variant, gos_error *err)
{
    if (definition_has_variant(experiment, variant))
        return true;
    return gos_fail(err, GOS_BAD_INPUT, "/variant", "the experiment has no variant \"%.*s\"",
                    GOS_ARG(variant));
}

/* Reads the stored results of each demo experiment and draws its primary metric. */
#include "cli/board.h"

#include "base/json.h"
#include "cli/terminal.h"

#include <inttypes.h>
#include <math.h>

enum { BAR_COLUMNS = 31 };

static double number_of(const struct json *object, gos_str name)
{
    const struct json *value = json_find(object, name);
    return value && value->type == JSON_NUMBER ? value->number : NAN;
}

/* The row of the treatment for the experiment's first metric, and its control's row. */
static const struct json *row_find(const struct json *answer, gos_str variant)
{
    const struct json *results = json_find(answer, GOS_LIT("results"));
    for (uint32_t i = 0; results && i < results->count; i++) {
        const struct json *row = &results->items[i];
        if (gos_str_equal(json_find_text(row, "variant"), variant) &&
            gos_str_equal(json_find_text(row, "metric_name"), GOS_LIT("purchase_rate")))
            return row;
    }
    return NULL;
}

static void row_empty(struct table *table, const struct traffic_effect *effect)
{
    table_row(table);
    table_cell(table, gos_str_from(effect->name), COLOR_BOLD);
    table_cell(table, GOS_LIT("no results yet"), COLOR_DIM);
}

static void row_draw(struct table *table, const struct traffic_effect *effect,
                     const struct json *answer, gos_arena *arena)
{
    size_t last = effect->variants[TRAFFIC_VARIANTS_MAX - 1] ? TRAFFIC_VARIANTS_MAX - 1 : 1;
    const struct json *control = row_find(answer, gos_str_from(effect->variants[0]));
    const struct json *treatment = row_find(answer, gos_str_from(effect->variants[last]));
    if (!control || !treatment) {
        row_empty(table, effect);
        return;
    }
    const struct json *verdict = json_find(answer, GOS_LIT("verdict"));
    gos_str advice = json_find_text(verdict, "verdict");
    bool broken = gos_str_equal(advice, GOS_LIT("broken"));
    const struct json *interval = json_find(treatment, GOS_LIT("lift_ci"));
    struct bar_axis axis = {-50, 50, BAR_COLUMNS};
    double low = number_of(interval, GOS_LIT("lower")),
           high = number_of(interval, GOS_LIT("upper"));
    double lift = number_of(treatment, GOS_LIT("lift"));
    double p = number_of(treatment, GOS_LIT("p_value"));
    enum color color = broken || p >= 0.05 ? COLOR_NONE : lift > 0 ? COLOR_GREEN : COLOR_RED;
    table_row(table);
    table_cell(table, gos_str_from(effect->name), COLOR_BOLD);
    table_cellf(table, COLOR_NONE, "%.0f", number_of(control, GOS_LIT("sample_size")));
    table_cellf(table, COLOR_NONE, "%.0f", number_of(treatment, GOS_LIT("sample_size")));
    table_cellf(table, color, "%+.1f %%", lift);
    table_cell(table, bar_draw(&axis, low, lift, high, arena), color);
    table_cell(table, p_value_draw(p, arena), color);
    table_cellf(table, COLOR_DIM, "%+.0f %%", (effect->purchase_factor[last] - 1) * 100);
    table_cell(table, advice, broken ? COLOR_RED : COLOR_NONE);
}

static bool rows_draw(struct http_client *client, struct table *table, gos_arena *arena,
                      gos_error *err)
{
    size_t count;
    const struct traffic_effect *effects = traffic_effects(&count);
    for (size_t i = 0; i < count && effects[i].live_share > 0; i++) {
        gos_str path = gos_arena_print(arena, "/api/v1/experiments/%s/results?refresh=true",
                                       effects[i].experiment_id);
        gos_str body;
        const struct json *answer;
        if (!http_client_ask(client, "GET", path.data, (gos_str){0}, arena, &body, err) ||
            !json_read(body, arena, &answer, err))
            return false;
        row_draw(table, &effects[i], answer, arena);
    }
    return true;
}

bool board_print(struct http_client *client, struct traffic *traffic, gos_arena *arena,
                 gos_error *err)
{
    struct table table;
    table_init(&table, arena);
    table_column(&table, "experiment", ALIGN_LEFT);
    table_column(&table, "control", ALIGN_RIGHT);
    table_column(&table, "treatment", ALIGN_RIGHT);
    table_column(&table, "purchases", ALIGN_RIGHT);
    table_column(&table, "-50 %            0           +50 %", ALIGN_LEFT);
    table_column(&table, "p", ALIGN_RIGHT);
    table_column(&table, "truth", ALIGN_RIGHT);
    table_column(&table, "verdict", ALIGN_LEFT);
    if (!rows_draw(client, &table, arena, err))
        return false;
    struct traffic_totals totals;
    traffic_totals(traffic, &totals);
    printf("\n%" PRIu64 " visitors, %" PRIu64 " assignments, %" PRIu64 " events\n", totals.visitors,
           totals.assignments, totals.events);
    if (totals.failures > 0)
        printf("%" PRIu64 " batches failed, last: %s\n", totals.failures, totals.last_failure);
    table_print(&table, stdout);
    fflush(stdout);
    return true;
}

/* One computation at a time (computations.h); what others read stands under `lock`. */
#include "jobs/analyst.h"

#include "base/time.h"
#include "jobs/advice.h"
#include "jobs/computations.h"
#include "jobs/verify.h"

#include <inttypes.h>
#include <pthread.h>

enum { CACHE_ENTRIES = 1024, FLUSH_TIMEOUT_MS = 10000, PAGE_ITEMS = 100 };
#define ANALYSIS_BYTES_MAX ((size_t)2 << 30)
#define STORE_EVERY_MS     INT64_C(3600000)

/* The newest answer about one experiment. */
struct cached {
    struct uuid experiment_id;
    gos_arena *arena; /* NULL: the entry is free */
    struct analyst_answer answer;
    uint64_t watermark;
    int64_t version;
    int64_t stored_at; /* when its rows last went to the catalog */
    uint64_t used;     /* counts up; the smallest is replaced */
};

struct analyst {
    gos_arena *arena;
    struct analyst_options options;
    struct computations *computations;
    pthread_mutex_t lock;
    struct analyst_stats stats;
    struct cached *cache;
    uint64_t uses;
};

bool analyst_open(const struct analyst_options *options, struct analyst **out, gos_error *err)
{
    gos_arena *arena = gos_arena_open((size_t)1 << 20);
    struct analyst *analyst = arena ? gos_arena_take(arena, sizeof *analyst, err) : NULL;
    if (analyst)
        analyst->cache = gos_arena_array(arena, CACHE_ENTRIES, sizeof *analyst->cache, err);
    if (!analyst || !analyst->cache || !computations_open(&analyst->computations, err)) {
        gos_arena_close(arena);
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for an analyst");
    }
    analyst->arena = arena;
    analyst->options = *options;
    pthread_mutex_init(&analyst->lock, NULL);
    *out = analyst;
    return true;
}

void analyst_close(struct analyst *analyst)
{
    if (!analyst)
        return;
    computations_close(analyst->computations);
    for (uint32_t i = 0; i < CACHE_ENTRIES; i++)
        gos_arena_close(analyst->cache[i].arena);
    pthread_mutex_destroy(&analyst->lock);
    gos_arena_close(analyst->arena);
}

void analyst_cancel(struct analyst *analyst)
{
    computations_cancel_all(analyst->computations);
}

struct computations *analyst_computations(struct analyst *analyst)
{
    return analyst->computations;
}

void analyst_stats(struct analyst *analyst, struct analyst_stats *out)
{
    pthread_mutex_lock(&analyst->lock);
    *out = analyst->stats;
    pthread_mutex_unlock(&analyst->lock);
}

static int64_t now_of(const struct analyst *analyst)
{
    return analyst->options.now_ms(analyst->options.context);
}

/* Under `lock`. */
static struct cached *cache_find(struct analyst *analyst, const struct uuid *experiment_id)
{
    for (uint32_t i = 0; i < CACHE_ENTRIES; i++) {
        struct cached *entry = &analyst->cache[i];
        if (entry->arena && uuid_equal(&entry->experiment_id, experiment_id)) {
            entry->used = ++analyst->uses;
            return entry;
        }
    }
    return NULL;
}

/* The entry of the experiment, a free one, or the one that was used longest ago. */
static struct cached *cache_place(struct analyst *analyst, const struct uuid *experiment_id)
{
    struct cached *entry = cache_find(analyst, experiment_id);
    struct cached *oldest = &analyst->cache[0];
    for (uint32_t i = 0; !entry && i < CACHE_ENTRIES; i++) {
        if (!analyst->cache[i].arena)
            return &analyst->cache[i];
        if (analyst->cache[i].used < oldest->used)
            oldest = &analyst->cache[i];
    }
    return entry ? entry : oldest;
}

static bool copy_answer(const struct analyst_answer *answer, gos_arena *arena,
                        struct analyst_answer *out, gos_error *err)
{
    *out = *answer;
    out->results = gos_arena_text(arena, answer->results, err);
    out->health = gos_arena_text(arena, answer->health, err);
    out->verdict = gos_arena_text(arena, answer->verdict, err);
    return out->results.data && out->health.data && out->verdict.data;
}

static void cache_put(struct analyst *analyst, const struct uuid *experiment_id,
                      const struct analyst_answer *answer, uint64_t watermark, int64_t version,
                      int64_t stored_at)
{
    size_t bytes = answer->results.len + answer->health.len + answer->verdict.len + 4096;
    gos_arena *arena = gos_arena_open(bytes);
    struct analyst_answer copy;
    if (!arena || !copy_answer(answer, arena, &copy, NULL)) {
        gos_arena_close(arena);
        return;
    }
    pthread_mutex_lock(&analyst->lock);
    struct cached *entry = cache_place(analyst, experiment_id);
    gos_arena *old = entry->arena;
    *entry = (struct cached){*experiment_id, arena,     copy,           watermark,
                             version,        stored_at, ++analyst->uses};
    pthread_mutex_unlock(&analyst->lock);
    gos_arena_close(old);
}

static bool rows_to_json(const struct result *rows, uint32_t count, gos_arena *arena, gos_str *out,
                         gos_error *err)
{
    struct text text;
    struct json_writer json;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_array(&json);
    for (uint32_t i = 0; i < count; i++)
        result_write(&rows[i], &json);
    json_close_array(&json);
    *out = text_str(&text);
    return text_ok(&text, err);
}

/* Between `turn` and computations_end. */
static bool run(struct analyst *analyst, struct computation *computation,
                const struct definition *experiment, int64_t now_ms, int64_t as_of_ms,
                uint64_t watermark, gos_arena *arena, struct analysis *out, gos_error *err)
{
    const struct analysis_sources sources = {analyst->options.catalog, analyst->options.ledger,
                                             analyst->options.roster, analyst->options.publisher};
    const struct analysis_request request = {.environment = experiment->environment,
                                             .experiment = experiment,
                                             .now_ms = now_ms,
                                             .as_of_ms = as_of_ms,
                                             .watermark = watermark,
                                             .cancel = &computation->cancel,
                                             .progress = &computation->progress};
    int64_t started = now_of(analyst);
    pthread_mutex_lock(&analyst->lock);
    analyst->stats.is_busy = true;
    uuid_write(&experiment->id, analyst->stats.subject);
    pthread_mutex_unlock(&analyst->lock);
    bool done = analysis_run(&sources, &request, arena, out, err);
    pthread_mutex_lock(&analyst->lock);
    analyst->stats.is_busy = false;
    analyst->stats.subject[0] = '\0';
    analyst->stats.computations++;
    analyst->stats.failures += !done;
    analyst->stats.last_ms = now_of(analyst) - started;
    pthread_mutex_unlock(&analyst->lock);
    return done;
}

/* Ends a turn, and tells of it. `analysis`: what it gave, if it is done and is one. */
static void finish(struct analyst *analyst, struct computation *computation,
                   const struct definition *experiment, const struct analysis *analysis,
                   const gos_error *failure)
{
    struct analyst_told told = {.experiment = experiment->name,
                                .environment = experiment->environment};
    struct computation_outcome outcome = {.ended_at = now_of(analyst),
                                          .code = failure ? failure->code : GOS_OK};
    told.took_ms = outcome.ended_at - computation->started_at;
    outcome.rows_read = atomic_load(&computation->progress.rows_read);
    if (analysis && !failure) {
        outcome.is_refresh = analysis->is_refresh;
        outcome.rows_read = analysis->rows_read;
    }
    told.is_refresh = outcome.is_refresh;
    told.rows_read = outcome.rows_read;
    computations_end(analyst->computations, computation, &outcome);
    if (!failure && analyst->options.tell)
        analyst->options.tell(analyst->options.report_user, &told);
}

static bool turn(struct analyst *analyst, const struct definition *experiment,
                 struct computation **out, gos_error *err)
{
    return computations_begin(analyst->computations, experiment, analyst->options.now_ms,
                              analyst->options.context, out, err);
}

/* For lists, in the catalog. */
static bool keep_advice(struct analyst *analyst, const struct analysis *analysis,
                        const struct definition *experiment, gos_arena *arena, gos_error *err)
{
    struct advice advice;
    return advice_make(analysis, experiment, arena, &advice, err) &&
           catalog_put_advice(analyst->options.catalog, &advice, err);
}

/* Computes, stores when `store`, and remembers. */
static bool compute(struct analyst *analyst, const struct definition *experiment, bool store,
                    int64_t stored_before, gos_error *err)
{
    struct analysis analysis;
    struct analyst_answer answer = {0};
    struct computation *computation;
    gos_arena *arena = gos_arena_open(ANALYSIS_BYTES_MAX);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a computation");
    if (!turn(analyst, experiment, &computation, err)) {
        gos_arena_close(arena);
        return false;
    }
    bool done =
        run(analyst, computation, experiment, now_of(analyst), TIME_NONE, 0, arena, &analysis, err);
    if (done && store)
        done =
            catalog_add_results(analyst->options.catalog, analysis.rows, analysis.row_count, err);
    done = done && keep_advice(analyst, &analysis, experiment, arena, err);
    answer.is_refresh = done && analysis.is_refresh;
    answer.rows_read = done ? analysis.rows_read : 0;
    answer.took_ms = now_of(analyst) - computation->started_at;
    finish(analyst, computation, experiment, &analysis, done ? NULL : err);
    done = done && rows_to_json(analysis.rows, analysis.row_count, arena, &answer.results, err);
    if (done) {
        answer.health = analysis.health;
        answer.verdict = analysis.verdict;
        answer.computed_at = analysis.computed_at;
        answer.window_end = analysis.window_end;
        cache_put(analyst, &experiment->id, &answer, analysis.watermark, experiment->version,
                  store ? analysis.computed_at : stored_before);
    }
    gos_arena_close(arena);
    return done;
}

/* How far the ledger was when a stored row was computed; 0: the row does not say. */
static uint64_t watermark_of(const struct result *row, gos_arena *arena)
{
    const struct json *detail = NULL;
    int64_t watermark = 0;
    if (!json_read(row->detail, arena, &detail, NULL) ||
        !json_is_integer(json_find(detail, GOS_LIT("watermark")), &watermark))
        return 0;
    return (uint64_t)watermark;
}

/* After a start: the rows are in the catalog, the health is found anew for their window. */
static bool recall(struct analyst *analyst, const struct definition *experiment, bool *out_found,
                   gos_error *err)
{
    struct result *rows = NULL;
    struct analysis analysis;
    struct analyst_answer answer = {0};
    struct computation *computation;
    uint32_t count = 0;
    gos_arena *arena = gos_arena_open(ANALYSIS_BYTES_MAX);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a computation");
    bool done = catalog_latest_results(analyst->options.catalog, experiment->environment,
                                       experiment->id, arena, &rows, &count, err);
    *out_found = done && count > 0;
    if (*out_found && (done = turn(analyst, experiment, &computation, err))) {
        done = run(analyst, computation, experiment, rows[0].computed_at, rows[0].window_end,
                   watermark_of(&rows[0], arena), arena, &analysis, err);
        answer.rows_read = done ? analysis.rows_read : 0;
        answer.took_ms = now_of(analyst) - computation->started_at;
        finish(analyst, computation, experiment, &analysis, done ? NULL : err);
        done = done && rows_to_json(rows, count, arena, &answer.results, err);
    }
    if (done && *out_found) {
        answer.health = analysis.health;
        answer.verdict = analysis.verdict;
        answer.computed_at = rows[0].computed_at;
        answer.window_end = rows[0].window_end;
        cache_put(analyst, &experiment->id, &answer, analysis.watermark, experiment->version,
                  rows[0].computed_at);
    }
    gos_arena_close(arena);
    return done;
}

static bool cached_answer(struct analyst *analyst, const struct uuid *id, gos_arena *arena,
                          struct analyst_answer *out, bool *out_found, gos_error *err)
{
    pthread_mutex_lock(&analyst->lock);
    struct cached *entry = cache_find(analyst, id);
    *out_found = entry != NULL;
    bool done = !entry || copy_answer(&entry->answer, arena, out, err);
    pthread_mutex_unlock(&analyst->lock);
    return done;
}

/* With all facts that were known when the call began, unless the ledger does not take them in time;
 * then the answer's health says how many it lacks. */
static bool compute_now(struct analyst *analyst, const struct definition *experiment,
                        gos_error *err)
{
    if (analyst->options.shipper)
        shipper_flush(analyst->options.shipper, FLUSH_TIMEOUT_MS, NULL);
    return compute(analyst, experiment, true, 0, err);
}

bool analyst_results(struct analyst *analyst, gos_str environment, gos_str experiment, bool refresh,
                     gos_arena *arena, struct analyst_answer *out, gos_error *err)
{
    struct definition definition = {0};
    bool found = false;
    if (!catalog_get(analyst->options.catalog, environment, KIND_EXPERIMENT, experiment, arena,
                     &definition, err))
        return false;
    if (refresh) {
        return compute_now(analyst, &definition, err) &&
               cached_answer(analyst, &definition.id, arena, out, &found, err);
    }
    if (!cached_answer(analyst, &definition.id, arena, out, &found, err))
        return false;
    if (found)
        return true;
    if (!recall(analyst, &definition, &found, err))
        return false;
    if (!found && !compute_now(analyst, &definition, err))
        return false;
    return cached_answer(analyst, &definition.id, arena, out, &found, err);
}

/* Whether a scheduled computation would find anything new; when rows were stored last. */
static bool is_fresh(struct analyst *analyst, const struct definition *experiment,
                     int64_t *out_stored_at)
{
    uint64_t watermark = ledger_watermark(analyst->options.ledger);
    pthread_mutex_lock(&analyst->lock);
    const struct cached *entry = cache_find(analyst, &experiment->id);
    bool fresh = entry && entry->watermark == watermark && entry->version == experiment->version;
    *out_stored_at = entry ? entry->stored_at : 0;
    pthread_mutex_unlock(&analyst->lock);
    return fresh;
}

static bool refresh_one(struct analyst *analyst, gos_str environment, gos_str name,
                        gos_arena *arena, gos_error *err)
{
    struct definition definition = {0};
    int64_t stored_at = 0;
    if (!catalog_get(analyst->options.catalog, environment, KIND_EXPERIMENT, name, arena,
                     &definition, err))
        return err->code == GOS_NOT_FOUND;
    if (is_fresh(analyst, &definition, &stored_at))
        return true;
    bool store = now_of(analyst) - stored_at >= STORE_EVERY_MS;
    return compute(analyst, &definition, store, stored_at, err);
}

static bool refresh_environment(struct analyst *analyst, gos_str environment, gos_arena *arena,
                                gos_error *err)
{
    struct catalog_query query = {.environment = environment,
                                  .kind = KIND_EXPERIMENT,
                                  .status = GOS_LIT("Running"),
                                  .limit = PAGE_ITEMS};
    bool all_done = true;
    do {
        struct catalog_page page = {0};
        if (!catalog_list(analyst->options.catalog, &query, arena, &page, err))
            return false;
        for (uint32_t i = 0; i < page.count; i++) {
            gos_error one = {0};
            bool done = refresh_one(analyst, environment, page.items[i].name, arena, &one);
            if (!done && analyst->options.report)
                analyst->options.report(analyst->options.report_user, "computing results", &one);
            all_done = all_done && (done || one.code != GOS_CANCELLED);
        }
        query.cursor = page.next;
    } while (query.cursor.len > 0 && all_done);
    return all_done || gos_fail(err, GOS_CANCELLED, "", "the refresh was cancelled");
}

bool analyst_refresh_all(struct analyst *analyst, gos_error *err)
{
    struct environment *environments = NULL;
    uint32_t count = 0;
    gos_arena *arena = gos_arena_open(ANALYSIS_BYTES_MAX);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a refresh");
    bool done =
        catalog_list_environments(analyst->options.catalog, arena, &environments, &count, err);
    for (uint32_t i = 0; done && i < count; i++)
        done = refresh_environment(analyst, environments[i].name, arena, err);
    gos_arena_close(arena);
    return done;
}

bool analyst_verify(struct analyst *analyst, gos_str environment, gos_str experiment,
                    gos_arena *arena, gos_str *out_report, gos_error *err)
{
    struct definition definition = {0};
    struct result *rows = NULL;
    struct analysis again;
    struct computation *computation;
    uint32_t count = 0;
    if (!catalog_get(analyst->options.catalog, environment, KIND_EXPERIMENT, experiment, arena,
                     &definition, err) ||
        !catalog_latest_results(analyst->options.catalog, environment, definition.id, arena, &rows,
                                &count, err))
        return false;
    if (count == 0)
        return gos_fail(err, GOS_NOT_FOUND, "", "\"%.*s\" has no stored results",
                        GOS_ARG(definition.name));
    gos_arena *scratch = gos_arena_open(ANALYSIS_BYTES_MAX);
    if (!scratch)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a computation");
    bool done = turn(analyst, &definition, &computation, err);
    if (done) {
        done = run(analyst, computation, &definition, rows[0].computed_at, rows[0].window_end,
                   watermark_of(&rows[0], scratch), scratch, &again, err) &&
               verify_report(rows, count, &again, arena, out_report, err);
        finish(analyst, computation, &definition, &again, done ? NULL : err);
    }
    gos_arena_close(scratch);
    return done;
}

bool analyst_series(struct analyst *analyst, gos_str environment, gos_str experiment,
                    gos_str metric, gos_arena *arena, gos_str *out, gos_error *err)
{
    struct definition definition = {0};
    const struct analysis_sources sources = {analyst->options.catalog, analyst->options.ledger,
                                             analyst->options.roster, analyst->options.publisher};
    if (!catalog_get(analyst->options.catalog, environment, KIND_EXPERIMENT, experiment, arena,
                     &definition, err))
        return false;
    struct analysis_request request = {.environment = definition.environment,
                                       .experiment = &definition,
                                       .now_ms = now_of(analyst),
                                       .as_of_ms = TIME_NONE};
    struct computation *computation;
    gos_arena *scratch = gos_arena_open(ANALYSIS_BYTES_MAX);
    gos_str text = {0};
    if (!scratch)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a computation");
    bool done = turn(analyst, &definition, &computation, err);
    if (done) {
        request.cancel = &computation->cancel;
        done = analysis_series(&sources, &request, metric, scratch, &text, err);
        finish(analyst, computation, &definition, NULL, done ? NULL : err);
    }
    if (done) {
        *out = gos_arena_text(arena, text, err);
        done = out->data != NULL;
    }
    gos_arena_close(scratch);
    return done;
}

bool analyst_begin(struct analyst *analyst, const struct definition *subject,
                   struct computation **out, gos_error *err)
{
    return turn(analyst, subject, out, err);
}

void analyst_end(struct analyst *analyst, struct computation *computation,
                 const struct definition *subject, const gos_error *failure)
{
    finish(analyst, computation, subject, NULL, failure);
}

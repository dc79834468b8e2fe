/* The tasks of the scheduler. Each takes one look and returns. */
#include "app/duties.h"

#include "api/sessions.h"
#include "api/usage.h"
#include "app/certificate.h"
#include "base/time.h"
#include "http/client.h"
#include "jobs/analyst.h"
#include "jobs/bandit.h"
#include "jobs/closing.h"
#include "jobs/publisher.h"
#include "jobs/retention.h"
#include "jobs/webhooks.h"

#include <malloc.h>
#include <time.h>

enum {
    GIVE_BACK_MS = 10000,
    WEBHOOKS_ARENA_BYTES = 64 << 20,
    WEBHOOK_TIMEOUT_MS = 10000,
    WEBHOOK_ANSWER_BYTES_MAX = 64 << 10
};
enum { RETENTION_ARENA_BYTES = 256 << 20, CLOSING_ARENA_BYTES = 256 << 20, EVENT_ID_DAYS = 14 };
#define BANDIT_ARENA_BYTES ((size_t)1 << 30)

int64_t duties_now(void *context)
{
    (void)context;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool refresh(void *user, gos_error *err)
{
    struct app *app = user;
    return analyst_refresh_all(app->api.analyst, err);
}

static bool retain(void *user, gos_error *err)
{
    struct app *app = user;
    struct retention retention = {app->api.catalog, app->api.roster, app->api.ledger,
                                  app->config.keep_assignments_days};
    struct retention_report report;
    gos_arena *arena = gos_arena_open(RETENTION_ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the retention job");
    bool done = retention_run(&retention, duties_now(NULL), false, arena, &report, err);
    if (done && report.assignments > 0)
        log_line(app->log, LOG_INFO, "retention", "%llu assignments of %u experiments deleted",
                 (unsigned long long)report.assignments, (unsigned)report.count);
    gos_arena_close(arena);
    return done;
}

static bool forget_event_ids(void *user, gos_error *err)
{
    struct app *app = user;
    (void)err;
    roster_forget_event_ids(app->api.roster, duties_now(NULL) - EVENT_ID_DAYS * TIME_DAY_MS);
    return true;
}

static bool note_keys(void *user, gos_error *err)
{
    struct app *app = user;
    return keyring_flush(app->api.keyring, err) &&
           sessions_flush(app->api.sessions, duties_now(NULL), err);
}

static bool keep_usage(void *user, gos_error *err)
{
    struct app *app = user;
    return usage_flush(app->api.usage, app->api.catalog, 0, err);
}

static bool publish(void *user, gos_str environment, gos_error *err)
{
    struct app *app = user;
    return publisher_publish(app->api.publisher, environment, err);
}

static bool close_ended(void *user, gos_error *err)
{
    struct app *app = user;
    uint32_t count = 0;
    gos_arena *arena = gos_arena_open(CLOSING_ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for planned ends");
    bool done = closing_run(app->api.catalog, duties_now(NULL), publish, app, arena, &count, err);
    if (count > 0)
        log_line(app->log, LOG_INFO, "planned ends", "%u experiments completed", count);
    gos_arena_close(arena);
    return done;
}

static void bandit_fails(void *user, gos_str experiment, const gos_error *err)
{
    struct app *app = user;
    log_line(app->log, LOG_WARN, "bandits", "%.*s: %s", GOS_ARG(experiment), err->message);
}

static bool reweigh(void *user, gos_error *err)
{
    struct app *app = user;
    uint32_t count = 0;
    struct bandit_request request = {.catalog = app->api.catalog,
                                     .ledger = app->api.ledger,
                                     .actor = GOS_LIT("gosset (bandit)"),
                                     .now_ms = duties_now(NULL)};
    gos_arena *arena = gos_arena_open(BANDIT_ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for bandits");
    bool done = bandit_run_all(&request, publish, bandit_fails, app, arena, &count, err);
    if (count > 0)
        log_line(app->log, LOG_INFO, "bandits", "%u experiments have new weights", count);
    gos_arena_close(arena);
    return done;
}

/* What imports and analyses needed for a moment goes back to the system. */
static bool give_back(void *user, gos_error *err)
{
    (void)user, (void)err;
    malloc_trim(0);
    return true;
}

static bool post(void *user, const struct webhook_message *message, int *out_status, gos_error *err)
{
    const struct app *app = user;
    struct http_post post = {.url = message->url,
                             .headers = message->headers,
                             .body = message->body,
                             .timeout_ms = WEBHOOK_TIMEOUT_MS,
                             .body_bytes_max = WEBHOOK_ANSWER_BYTES_MAX,
                             .may_be_private = app->config.webhooks_private != 0};
    return http_post(&post, out_status, err);
}

bool duties_open_webhooks(struct app *app, gos_error *err)
{
    struct webhooks_options options = {
        .catalog = app->api.catalog, .post = post, .post_user = app, .now_ms = duties_now};
    return webhooks_open(&options, &app->webhooks, err);
}

bool duties_webhooks(void *user, gos_error *err)
{
    struct app *app = user;
    gos_arena *arena = gos_arena_open(WEBHOOKS_ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for webhooks");
    bool done = webhooks_run(app->webhooks, arena, err);
    gos_arena_close(arena);
    return done;
}

size_t duties_list(struct app *app, struct scheduler_task tasks[SCHEDULER_TASKS_MAX])
{
    tasks[0] = (struct scheduler_task){"results", app->config.refresh_seconds * 1000, refresh, app};
    tasks[1] = (struct scheduler_task){"retention", TIME_DAY_MS, retain, app};
    tasks[2] = (struct scheduler_task){"event ids", TIME_DAY_MS, forget_event_ids, app};
    tasks[3] = (struct scheduler_task){"keys", TIME_DAY_MS / 1440, note_keys, app};
    tasks[4] = (struct scheduler_task){"planned ends", TIME_DAY_MS / 1440, close_ended, app};
    tasks[5] = (struct scheduler_task){"bandits", TIME_DAY_MS / 1440, reweigh, app};
    tasks[6] = (struct scheduler_task){"flag usage", TIME_DAY_MS / 1440, keep_usage, app};
    tasks[7] = (struct scheduler_task){"memory", GIVE_BACK_MS, give_back, app};
    tasks[8] = (struct scheduler_task){"tls", CERTIFICATE_LOOK_MS, certificate_look, app};
    tasks[9] = (struct scheduler_task){"tls", CERTIFICATE_COMPLAIN_MS, certificate_complain, app};
    return 10;
}

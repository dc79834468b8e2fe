/* Opens and closes the stores, the keys and the jobs. */
#include "app/open.h"

#include "api/changes.h"
#include "api/decide.h"
#include "api/logins.h"
#include "api/recent.h"
#include "api/sample.h"
#include "api/sdk_copies.h"
#include "api/sessions.h"
#include "api/usage.h"
#include "app/duties.h"
#include "app/pages.h"
#include "base/secret.h"
#include "base/time.h"
#include "jobs/analyst.h"
#include "jobs/publisher.h"
#include "jobs/scheduler.h"
#include "jobs/shipper.h"
#include "jobs/webhooks.h"
#include "jobs/writer.h"
#include "ledger/ledger.h"
#include "regex/regex_pcre2.h"
#include "roster/roster.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { WEBHOOKS_MS = 1000 };
enum { PATH_BYTES = CONFIG_TEXT_BYTES + 32 };

static void on_report(void *user, const char *what, const gos_error *err)
{
    const struct app *app = user;
    log_line(app->log, LOG_ERROR, what, "%s: %s", gos_code_name(err->code), err->message);
}

static void on_computed(void *user, const struct analyst_told *told)
{
    const struct app *app = user;
    log_line(app->log, LOG_INFO, "computed results", "%.*s in %.*s: %s, %llu rows read, %lld ms",
             GOS_ARG(told->experiment), GOS_ARG(told->environment),
             told->is_refresh ? "incremental" : "full", (unsigned long long)told->rows_read,
             (long long)told->took_ms);
}

static bool folder_make(const char *folder, gos_error *err)
{
    if (mkdir(folder, 0700) == 0 || errno == EEXIST)
        return true;
    return gos_fail(err, GOS_STORE_FAILED, "", "the data folder %s cannot be made: %s", folder,
                    strerror(errno));
}

bool open_stores(struct app *app, gos_error *err)
{
    const struct config *config = &app->config;
    char catalog[PATH_BYTES], roster[PATH_BYTES], ledger[PATH_BYTES];
    snprintf(catalog, sizeof catalog, "%s/catalog.db", config->data);
    snprintf(roster, sizeof roster, "%s/roster", config->data);
    snprintf(ledger, sizeof ledger, "%s/ledger.db", config->data);
    struct catalog_options catalog_options = {"sqlite", catalog, 0, duties_now(NULL)};
    struct roster_options roster_options = {.folder = roster,
                                            .spool_count_max = UINT64_MAX,
                                            .spool_bytes_max = (uint64_t)config->spool_max_mb
                                                               << 20};
    struct ledger_options ledger_options = {.backend = config->ledger,
                                            .location = ledger,
                                            .memory_bytes = (uint64_t)config->analysis_memory_mb
                                                            << 20};
    app->api.report = on_report;
    app->api.report_user = app;
    app->api.telemetry = &app->telemetry;
    app->api.has_no_ledger = strcmp(config->ledger, "none") == 0;
    app->api.keep_days = config->keep_assignments_days;
    app->api.spool_bytes_max = (uint64_t)config->spool_max_mb << 20;
    app->api.cors_origins = gos_str_from(config->cors_origins);
    return secret_start(err) && folder_make(config->data, err) &&
           catalog_open(&catalog_options, &app->api.catalog, err) &&
           roster_open(GOS_LIT("rocksdb"), &roster_options, &app->api.roster, err) &&
           ledger_open(&ledger_options, &app->api.ledger, err);
}

bool open_keys(struct app *app, gos_str admin_key, gos_error *err)
{
    if (!keyring_open(app->api.catalog, &app->api.keyring, err))
        return false;
    keyring_limit(app->api.keyring, app->config.rate_limit_per_key);
    if (admin_key.len > 0) {
        struct caller known;
        if (keyring_find(app->api.keyring, admin_key, &known))
            return true;
    } else if (keyring_count(app->api.keyring) > 0) {
        return true;
    }
    char key_text[KEY_TEXT_BYTES];
    struct api_key key = {.id = secret_uuid(duties_now(NULL)),
                          .environment = GOS_LIT("production"),
                          .name = GOS_LIT("first admin key"),
                          .scope = GOS_LIT("admin"),
                          .created_by = GOS_LIT("gosset"),
                          .created_at = duties_now(NULL),
                          .last_used_at = TIME_NONE,
                          .revoked_at = TIME_NONE};
    if (!keyring_add(app->api.keyring, &key, admin_key, key_text, err))
        return false;
    if (admin_key.len == 0)
        snprintf(app->new_admin_key, sizeof app->new_admin_key, "%s", key_text);
    return true;
}

bool open_access(struct app *app, gos_error *err)
{
    struct sessions_options sessions = {.catalog = app->api.catalog,
                                        .idle_ms = app->config.session_idle_minutes * 60000,
                                        .life_ms = app->config.session_hours * 3600000};
    app->api.proxies = &app->proxies;
    app->api.oidc = &app->oidc;
    app->oidc = (struct oidc){.issuer = gos_str_from(app->config.oidc_issuer),
                              .client_id = gos_str_from(app->config.oidc_client_id),
                              .client_secret = gos_str_from(app->config.oidc_client_secret),
                              .base_url = gos_str_from(app->config.oidc_base_url),
                              .domains = gos_str_from(app->config.oidc_domains),
                              .role = gos_str_from(app->config.oidc_role)};
    return oidc_check(&app->oidc, err) &&
           proxies_read(gos_str_from(app->config.trusted_proxies), &app->proxies, err) &&
           logins_open(&app->api.logins, err) &&
           sessions_open(&sessions, duties_now(NULL), &app->api.sessions, err);
}

/* Names every route to the counters, and adds the pages of the UI to the API's routes. */
static bool open_routes(struct app *app, gos_error *err)
{
    size_t api_count;
    const struct http_route *api = api_routes(&api_count);
    size_t count = api_count + page_route_count;
    struct http_route *routes = calloc(count, sizeof *routes);
    if (!routes)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the routes");
    memcpy(routes, api, api_count * sizeof *routes);
    memcpy(routes + api_count, page_routes, page_route_count * sizeof *routes);
    for (size_t i = 0; i < count; i++)
        telemetry_add_route(&app->telemetry, routes[i].method, routes[i].pattern);
    telemetry_add_route(&app->telemetry, "*", "none");
    app->api.routes = routes;
    app->api.route_count = count;
    return true;
}

static bool open_scheduler(struct app *app, gos_error *err)
{
    struct scheduler_task tasks[SCHEDULER_TASKS_MAX];
    struct scheduler_options options = {tasks, duties_list(app, tasks), on_report, app};
    struct scheduler_task webhooks = {"webhooks", WEBHOOKS_MS, duties_webhooks, app};
    struct scheduler_options messenger = {&webhooks, 1, on_report, app};
    return duties_open_webhooks(app, err) && scheduler_open(&options, &app->scheduler, err) &&
           scheduler_open(&messenger, &app->messenger, err);
}

static bool open_analyst(struct app *app, gos_error *err)
{
    struct api *api = &app->api;
    struct analyst_options options = {.catalog = api->catalog,
                                      .ledger = api->ledger,
                                      .roster = api->roster,
                                      .publisher = api->publisher,
                                      .shipper = api->shipper,
                                      .now_ms = duties_now,
                                      .report = on_report,
                                      .tell = on_computed,
                                      .report_user = app};
    return analyst_open(&options, &api->analyst, err);
}

/* Rulesets, and those who wait for the next one. */
static bool open_publisher(struct app *app, gos_error *err)
{
    struct api *api = &app->api;
    if (!streams_open(&api->streams, err))
        return false;
    struct publisher_options options = {
        .catalog = api->catalog,
        .patterns = {regex_check, regex_prepare, regex_release, regex_match},
        .now_ms = duties_now,
        .published = streams_changed,
        .published_user = api->streams};
    if (!publisher_open(&options, &api->publisher, err))
        return false;
    streams_watch(api->streams, api->publisher);
    return true;
}

bool open_jobs(struct app *app, gos_error *err)
{
    struct api *api = &app->api;
    struct writer_options writer = {.now_ms = duties_now, .report = on_report, .report_user = app};
    struct shipper_options shipper = {
        .roster = api->roster, .ledger = api->ledger, .report = on_report, .report_user = app};
    return open_routes(app, err) && recent_open(&api->recent, err) &&
           sample_open((uint32_t)app->config.sample_contexts, &api->sample, err) &&
           usage_open(app->config.metrics_by_flag != 0, &api->usage, err) &&
           sdk_copies_open(&api->sdk_copies, err) && context_pool_open(&api->contexts, err) &&
           open_publisher(app, err) && writer_open(api->roster, &writer, &api->writer, err) &&
           shipper_open(&shipper, &api->shipper, err) && open_analyst(app, err) &&
           open_scheduler(app, err);
}

void close_scheduler(struct app *app)
{
    scheduler_close(app->messenger);
    webhooks_close(app->webhooks);
    app->webhooks = NULL;
    scheduler_close(app->scheduler);
    app->messenger = NULL;
    app->scheduler = NULL;
}

void close_jobs(struct app *app)
{
    close_scheduler(app);
    analyst_close(app->api.analyst);
    if (app->api.writer)
        writer_close(app->api.writer);
    if (app->api.shipper)
        shipper_close(app->api.shipper);
    if (app->api.streams)
        streams_watch(app->api.streams, NULL);
    publisher_close(app->api.publisher);
    streams_close(app->api.streams);
    context_pool_close(app->api.contexts);
    gos_error err;
    if (app->api.usage && !usage_flush(app->api.usage, app->api.catalog, 0, &err))
        on_report(app, "flag usage", &err);
    usage_close(app->api.usage);
    recent_close(app->api.recent);
    sample_close(app->api.sample);
    sdk_copies_close(app->api.sdk_copies);
    free((void *)(uintptr_t)app->api.routes);
}

void close_stores(struct app *app)
{
    sessions_close(app->api.sessions);
    logins_close(app->api.logins);
    keyring_close(app->api.keyring);
    if (app->api.ledger)
        ledger_close(app->api.ledger);
    if (app->api.roster)
        roster_close(app->api.roster);
    if (app->api.catalog)
        catalog_close(app->api.catalog);
}

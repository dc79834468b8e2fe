/* Opens the parts from the stores outward, closes them from the listener inward. */
#include "app/app.h"

#include "app/certificate.h"
#include "app/open.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

static bool server_start(struct app *app, gos_error *err)
{
    struct http_config http = http_config_default();
    const struct config *config = &app->config;
    gos_str rest = gos_str_from(config->listen);
    const char *colon = strrchr(config->listen, ':');
    int64_t port;
    if (!colon || !str_read_int(gos_str_from(colon + 1), &port) || port < 0 || port > 65535)
        return gos_fail(err, GOS_USAGE, "",
                        "listen is \"%s\"; HOST:PORT is allowed, with a port from 0 to 65535",
                        config->listen);
    rest.len = (size_t)(colon - config->listen);
    if (rest.len > 1 && rest.data[0] == '[' && rest.data[rest.len - 1] == ']')
        rest = (gos_str){rest.data + 1, rest.len - 2};
    snprintf(app->host, sizeof app->host, "%.*s", GOS_ARG(rest));
    http.host = app->host;
    http.port = (uint16_t)port;
    http.tls_cert = config->tls_certificate[0] ? config->tls_certificate : NULL;
    http.tls_key = config->tls_key[0] ? config->tls_key : NULL;
    http.base_path = config->path_prefix[0] ? config->path_prefix : NULL;
    http.routes = app->api.routes;
    http.route_count = app->api.route_count;
    http.user = &app->api;
    http.admit = api_admit;
    http.cors = api_cors;
    http.answered = api_answered;
    http.fail = api_fail;
    http.loops = (unsigned)config->threads;
    if (!http_start(&http, &app->server, err))
        return false;
    certificate_begin(app);
    bool is_v6 = strchr(app->host, ':') != NULL;
    snprintf(app->url, sizeof app->url, "%s://%s%s%s:%u%.200s", http.tls_cert ? "https" : "http",
             is_v6 ? "[" : "", app->host, is_v6 ? "]" : "", http_port(app->server),
             config->path_prefix);
    return true;
}

bool app_start(const struct app_options *options, struct app **out, gos_error *err)
{
    struct app *app = calloc(1, sizeof *app);
    if (!app)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the server");
    app->config = *options->config;
    app->log = options->log;
    sem_init(&app->stop, 0, 0);
    if (!open_stores(app, err) || !open_keys(app, options->admin_key, err) ||
        !open_access(app, err) || !open_jobs(app, err) || !server_start(app, err)) {
        app_close(app);
        return false;
    }
    *out = app;
    return true;
}

const char *app_url(const struct app *app)
{
    return app->url;
}

const char *app_new_admin_key(const struct app *app)
{
    return app->new_admin_key;
}

void app_wait(struct app *app)
{
    while (sem_wait(&app->stop) != 0)
        continue; /* a signal came in between; its handler may have told us to stop */
}

void app_stop(struct app *app)
{
    sem_post(&app->stop);
}

void app_close(struct app *app)
{
    if (!app)
        return;
    if (app->server) {
        http_stop(app->server);
        close_scheduler(app); /* it knows the server */
        http_close(app->server);
    }
    close_jobs(app);
    close_stores(app);
    sem_destroy(&app->stop);
    free(app);
}

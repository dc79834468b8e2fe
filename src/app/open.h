/* The parts of a server and the order in which they open and close. Only for app.c. */
#ifndef APP_OPEN_H
#define APP_OPEN_H

#include "api/api.h"
#include "api/forwarded.h"
#include "api/oidc.h"
#include "app/app.h"

#include <semaphore.h>
#include <stdatomic.h>

enum { APP_URL_BYTES = 640, APP_HOST_BYTES = 320 };

/* Of a file, to see when it is another one. */
struct file_state {
    int64_t changed_ns;
    int64_t inode;
    int64_t bytes;
};

struct app {
    struct config config;
    const struct log *log;
    struct api api;
    struct telemetry telemetry;
    struct proxies proxies;
    struct oidc oidc;
    struct shipper *shipper;
    struct scheduler *scheduler;
    struct scheduler *messenger; /* of webhooks */
    struct webhooks *webhooks;
    struct http_server *server;
    struct http_server *_Atomic listening; /* the same, for the scheduler; only with TLS */
    struct file_state tls_certificate;     /* as they were read last */
    struct file_state tls_key;
    sem_t stop;
    char url[APP_URL_BYTES];
    char host[APP_HOST_BYTES];
    char new_admin_key[KEY_TEXT_BYTES];
};

/* Each opens what it can and leaves in `app` what close_... takes down again. */
bool open_stores(struct app *app, gos_error *err);
bool open_keys(struct app *app, gos_str admin_key, gos_error *err);
bool open_access(struct app *app, gos_error *err);
bool open_jobs(struct app *app, gos_error *err);
void close_scheduler(struct app *app);
void close_jobs(struct app *app);
void close_stores(struct app *app);

#endif

/* Looks at the files' times, since whoever renews a certificate cannot be asked to tell us. */
#include "app/certificate.h"

#include "app/duties.h"
#include "base/time.h"

#include <sys/stat.h>

enum { WARN_DAYS = 14 };

/* What tells one state of a file from another; zeros when it is not there. */
static struct file_state state_of(const char *path)
{
    struct stat found;
    if (stat(path, &found) != 0)
        return (struct file_state){0};
    return (struct file_state){.changed_ns = (int64_t)found.st_mtim.tv_sec * 1000000000 +
                                             found.st_mtim.tv_nsec,
                               .inode = (int64_t)found.st_ino,
                               .bytes = (int64_t)found.st_size};
}

static bool state_is_new(struct file_state *known, const char *path)
{
    struct file_state now = state_of(path);
    bool is_new = now.changed_ns != known->changed_ns || now.inode != known->inode ||
                  now.bytes != known->bytes;
    *known = now;
    return is_new;
}

bool certificate_complain(void *user, gos_error *err)
{
    struct app *app = user;
    struct http_server *server = atomic_load(&app->listening);
    char end[TIME_TEXT_BYTES];
    (void)err;
    int64_t expires = server ? http_tls_expires(server) : INT64_MAX;
    int64_t now = duties_now(NULL);
    if (expires == INT64_MAX || expires - now > WARN_DAYS * TIME_DAY_MS)
        return true;
    time_write(expires, end);
    log_line(app->log, expires <= now ? LOG_ERROR : LOG_WARN, "tls",
             expires <= now ? "the certificate expired at %s and is served all the same; renew %s"
                            : "the certificate ends at %s; renew %s",
             end, app->config.tls_certificate);
    return true;
}

void certificate_begin(struct app *app)
{
    gos_error err;
    if (!app->config.tls_certificate[0])
        return;
    app->tls_certificate = state_of(app->config.tls_certificate);
    app->tls_key = state_of(app->config.tls_key);
    atomic_store(&app->listening, app->server);
    certificate_complain(app, &err);
}

bool certificate_look(void *user, gos_error *err)
{
    struct app *app = user;
    struct http_server *server = atomic_load(&app->listening);
    if (!server)
        return true;
    bool is_new = state_is_new(&app->tls_certificate, app->config.tls_certificate);
    is_new = state_is_new(&app->tls_key, app->config.tls_key) || is_new;
    if (!is_new)
        return true;
    if (!http_tls_reload(server, err))
        return false;
    log_line(app->log, LOG_INFO, "tls", "took the new certificate of %s",
             app->config.tls_certificate);
    return certificate_complain(app, err);
}

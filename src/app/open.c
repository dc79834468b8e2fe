/* Opens and closes the stores, the keys and the jobs. */
#include "app/open.h"

#include "app/duties.h"
#include "base/secret.h"
#include "jobs/analyst.h"
#include "jobs/publisher.h"
#include "jobs/scheduler.h"
#include "jobs/shipper.h"
#include "jobs/writer.h"
#include "ledger/ledger.h"
#include "roster/roster.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum { PATH_BYTES = CONFIG_TEXT_BYTES + 32 };

static void on_report(void *user, const char *what, const gos_error *err)
{
    const struct app *app = user;
    log_line(app->log, LOG_ERROR, what, "%s: %s", gos_code_name(err->code), err->message);
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
                                            .spool_bytes_max =
                                                (uint64_t)config->spool_max_mb << 20};
    struct ledger_options ledger_options = {.backend = "duckdb",
                                            .location = ledger,
                                            .memory_bytes =
                                                (uint64_t)config->analysis_memory_mb << 20};
    app->api.report = on_report;
    app->api.report_user = app;
    app->api.telemetry = &app->telemetry;
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

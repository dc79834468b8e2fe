/*
 * Tells webhooks what has happened: entries of the audit log become deliveries, in the transaction
 * that passes the log; deliveries are sent until they are taken, for about a day. Each is sent at
 * least once, with the same id every time.
 */
#ifndef JOBS_WEBHOOKS_H
#define JOBS_WEBHOOKS_H

#include "catalog/webhooks.h"

struct webhook_message {
    const char *url;
    const char *const *headers; /* "Name: value", NULL at the end */
    gos_str body;
};
/* Sends it; false when nobody answered, or it may not go there. */
typedef bool webhook_post(void *user, const struct webhook_message *message, int *out_status,
                          gos_error *err);

struct webhooks {
    struct catalog *catalog;
    webhook_post *post; /* only webhooks_run needs it */
    void *post_user;
};

/* "*", "KIND.*" or "KIND.ACTION" of an audit entry, such as "experiment.start". */
bool webhooks_is_pattern(gos_str text);
/* One round: what is new in the log, then what is due. */
bool webhooks_run(const struct webhooks *webhooks, int64_t now_ms, gos_arena *arena,
                  gos_error *err);
/* A message of type webhook.test, which the next round sends. */
bool webhooks_test(const struct webhooks *webhooks, const struct webhook *webhook, int64_t now_ms,
                   gos_arena *arena, struct delivery *out, gos_error *err);

#endif

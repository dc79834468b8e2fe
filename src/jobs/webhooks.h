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

enum { WEBHOOK_SENDERS_MAX = 16 };

struct webhooks;

struct webhooks_options {
    struct catalog *catalog;
    webhook_post *post; /* from several threads at once */
    void *post_user;
    int64_t (*now_ms)(void *context);
    void *context;
};

bool webhooks_open(const struct webhooks_options *options, struct webhooks **out, gos_error *err);
/* Waits for what is being sent. NULL is harmless. */
void webhooks_close(struct webhooks *webhooks);

/* "*", "KIND.*" or "KIND.ACTION" of an audit entry, such as "experiment.start". */
bool webhooks_is_pattern(gos_str text);
/*
 * One round: what is new in the log, then what is due, on a thread for each webhook, so that a slow
 * one keeps no other waiting. Does not wait for the answers; WEBHOOK_SENDERS_MAX at the same time.
 */
bool webhooks_run(struct webhooks *webhooks, gos_arena *arena, gos_error *err);
/* A message of type webhook.test, which the next round sends. */
bool webhooks_test(struct catalog *catalog, const struct webhook *webhook, int64_t now_ms,
                   gos_arena *arena, struct delivery *out, gos_error *err);

#endif

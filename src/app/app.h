/*
 * The whole server: opens the stores, publishes the rulesets, starts the threads, listens, and
 * takes it all down again in the reverse order.
 */
#ifndef APP_APP_H
#define APP_APP_H

#include "app/config.h"
#include "app/log.h"

struct app;

struct app_options {
    const struct config *config; /* copied */
    const struct log *log;       /* must outlive the app */
    gos_str admin_key;           /* taken when there is no key yet; empty makes one */
};

/* Errors  what a store, a port, a certificate or a setting refuses; nothing is left running. */
bool app_start(const struct app_options *options, struct app **out, gos_error *err);
/* "http://127.0.0.1:8080", as it listens, with its path prefix. */
const char *app_url(const struct app *app);
/* The admin key if this start made one, else "". */
const char *app_new_admin_key(const struct app *app);
/* Returns when the server was told to stop. */
void app_wait(struct app *app);
/* Tells the server to stop; from any thread and from a signal handler. */
void app_stop(struct app *app);
/* Answers what is under way, makes everything durable and closes. NULL is harmless. */
void app_close(struct app *app);

#endif

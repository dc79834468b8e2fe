/* Keeps facts; stores by location, as files would be. */
#include "plain.h"

#include <stdlib.h>

enum { STORES_MAX = 2000 };

static struct plain *stores[STORES_MAX];
static uint32_t store_count;

static struct plain *store_find(gos_str location)
{
    for (uint32_t i = 0; i < store_count; i++) {
        if (gos_str_equal(stores[i]->location, location))
            return stores[i];
    }
    return NULL;
}

static struct plain *store_make(gos_str location)
{
    gos_arena *arena = gos_arena_open((size_t)1 << 30);
    struct plain *plain = gos_arena_take(arena, sizeof *plain, NULL);
    plain->arena = arena;
    plain->location = gos_arena_text(arena, location, NULL);
    pthread_mutex_init(&plain->lock, NULL);
    if (store_count == STORES_MAX)
        abort();
    stores[store_count++] = plain;
    return plain;
}

__attribute__((destructor)) static void stores_close(void)
{
    while (store_count > 0)
        gos_arena_close(stores[--store_count]->arena);
}

static gos_str fact_environment(const struct fact *fact)
{
    return fact->kind == FACT_EXPOSURE ? fact->exposure.environment
           : fact->kind == FACT_EVENT  ? fact->event.environment
                                       : fact->link.environment;
}

/* Its user; empty: it has none. */
static gos_str user_of(const struct plain *plain, gos_str environment, gos_str unit)
{
    for (size_t i = 0; i < plain->count; i++) {
        const struct fact *fact = &plain->facts[i].fact;
        if (fact->kind == FACT_LINK && gos_str_equal(fact->link.device_id, unit) &&
            gos_str_equal(fact->link.environment, environment))
            return fact->link.user_id;
    }
    return GOS_LIT("");
}

gos_str plain_person(const struct plain *plain, gos_str environment, gos_str unit)
{
    for (gos_str user = unit; user.len > 0; user = user_of(plain, environment, unit))
        unit = user;
    return unit;
}

static void own(struct plain *plain, gos_str *text)
{
    *text = gos_arena_text(plain->arena, *text, NULL);
}

static void own_texts(struct plain *plain, struct plain_fact *it)
{
    struct fact *fact = &it->fact;
    gos_str *const exposure[] = {&fact->exposure.environment, &fact->exposure.unit,
                                 &fact->exposure.variant,     &fact->exposure.reason,
                                 &fact->exposure.attributes,  &fact->exposure.ruleset};
    gos_str *const event[] = {&fact->event.environment, &fact->event.event_id,
                              &fact->event.user_id,     &fact->event.device_id,
                              &fact->event.name,        &fact->event.properties};
    gos_str *const link[] = {&fact->link.environment, &fact->link.device_id, &fact->link.user_id};
    for (size_t i = 0; fact->kind == FACT_EXPOSURE && i < sizeof exposure / sizeof *exposure; i++)
        own(plain, exposure[i]);
    for (size_t i = 0; fact->kind == FACT_EVENT && i < sizeof event / sizeof *event; i++)
        own(plain, event[i]);
    for (size_t i = 0; fact->kind == FACT_LINK && i < sizeof link / sizeof *link; i++)
        own(plain, link[i]);
}

/* A device has one user, and nobody is their own device, through any others. */
static bool is_new_link(const struct plain *plain, const struct identity_link *link)
{
    gos_str person = plain_person(plain, link->environment, link->user_id);
    return user_of(plain, link->environment, link->device_id).len == 0 &&
           !gos_str_equal(person, link->device_id);
}

static void keep(struct plain *plain, const struct fact *fact)
{
    if (fact->kind == FACT_LINK && !is_new_link(plain, &fact->link))
        return;
    if (plain->count == plain->capacity) {
        size_t capacity = plain->capacity ? plain->capacity * 2 : 1024;
        struct plain_fact *facts = gos_arena_array(plain->arena, capacity, sizeof *facts, NULL);
        if (plain->count > 0)
            memcpy(facts, plain->facts, plain->count * sizeof *facts);
        plain->facts = facts;
        plain->capacity = capacity;
    }
    struct plain_fact *it = &plain->facts[plain->count];
    *it = (struct plain_fact){.fact = *fact};
    own_texts(plain, it);
    if (fact->kind == FACT_EXPOSURE)
        it->unit = it->fact.exposure.unit;
    if (fact->kind == FACT_EVENT) {
        const struct event *event = &it->fact.event;
        it->unit = event->user_id.len > 0 ? event->user_id : event->device_id;
        properties_read(event->properties, plain->arena, &it->properties, &it->property_count,
                        NULL);
    }
    plain->count += fact->kind == FACT_LINK || it->unit.len > 0;
}

/* Takes away the facts that `goes` says. */
static void sweep(struct plain *plain,
                  bool (*goes)(const struct plain *plain, const struct plain_fact *it,
                               const void *by),
                  const void *by)
{
    size_t kept = 0;
    bool *gone = gos_arena_array(plain->arena, plain->count + 1, sizeof *gone, NULL);
    for (size_t i = 0; i < plain->count; i++)
        gone[i] = goes(plain, &plain->facts[i], by);
    for (size_t i = 0; i < plain->count; i++) {
        if (!gone[i])
            plain->facts[kept++] = plain->facts[i];
    }
    plain->count = kept;
}

static bool belongs(const struct plain *plain, gos_str environment, gos_str unit, gos_str person)
{
    gos_str user = unit;
    while (user.len > 0 && !gos_str_equal(unit, person)) {
        unit = user;
        user = user_of(plain, environment, unit);
    }
    return gos_str_equal(unit, person);
}

static bool is_of_forgotten(const struct plain *plain, const struct plain_fact *it, const void *by)
{
    const struct forgotten *forgotten = by;
    gos_str environment = fact_environment(&it->fact);
    if (!gos_str_equal(environment, forgotten->environment))
        return false;
    if (it->fact.kind == FACT_LINK)
        return belongs(plain, environment, it->fact.link.device_id, forgotten->user_id);
    return belongs(plain, environment, it->unit, forgotten->user_id);
}

static bool plain_append(void *self, const struct fact *facts, size_t count, gos_error *err)
{
    struct plain *plain = self;
    (void)err;
    pthread_mutex_lock(&plain->lock);
    for (size_t i = 0; i < count; i++) {
        if (facts[i].sequence <= plain->watermark)
            continue;
        if (facts[i].kind == FACT_FORGOTTEN)
            sweep(plain, is_of_forgotten, &facts[i].forgotten);
        else
            keep(plain, &facts[i]);
        plain->watermark = facts[i].sequence;
    }
    pthread_mutex_unlock(&plain->lock);
    return true;
}

static uint64_t plain_watermark(void *self)
{
    struct plain *plain = self;
    pthread_mutex_lock(&plain->lock);
    uint64_t watermark = plain->watermark;
    pthread_mutex_unlock(&plain->lock);
    return watermark;
}

static bool plain_rewind(void *self, uint64_t sequence, gos_error *err)
{
    struct plain *plain = self;
    (void)err;
    pthread_mutex_lock(&plain->lock);
    plain->watermark = sequence < plain->watermark ? sequence : plain->watermark;
    pthread_mutex_unlock(&plain->lock);
    return true;
}

static bool is_of_experiment(const struct plain *plain, const struct plain_fact *it, const void *by)
{
    const struct exposure *gone = by;
    (void)plain;
    return it->fact.kind == FACT_EXPOSURE &&
           uuid_equal(&it->fact.exposure.experiment_id, &gone->experiment_id) &&
           gos_str_equal(it->fact.exposure.environment, gone->environment);
}

static bool plain_delete_experiment(void *self, gos_str environment,
                                    const struct uuid *experiment_id, gos_error *err)
{
    struct plain *plain = self;
    const struct exposure gone = {.environment = environment, .experiment_id = *experiment_id};
    (void)err;
    pthread_mutex_lock(&plain->lock);
    sweep(plain, is_of_experiment, &gone);
    pthread_mutex_unlock(&plain->lock);
    return true;
}

static bool is_older(const struct plain *plain, const struct plain_fact *it, const void *by)
{
    const int64_t *before_ms = by;
    (void)plain;
    return (it->fact.kind == FACT_EXPOSURE && it->fact.exposure.at < *before_ms) ||
           (it->fact.kind == FACT_EVENT && it->fact.event.at < *before_ms);
}

static bool plain_delete_before(void *self, int64_t before_ms, gos_error *err)
{
    struct plain *plain = self;
    (void)err;
    pthread_mutex_lock(&plain->lock);
    sweep(plain, is_older, &before_ms);
    pthread_mutex_unlock(&plain->lock);
    return true;
}

static bool plain_stats(void *self, struct ledger_stats *out, gos_error *err)
{
    struct plain *plain = self;
    (void)err;
    pthread_mutex_lock(&plain->lock);
    *out = (struct ledger_stats){.watermark = plain->watermark};
    for (size_t i = 0; i < plain->count; i++) {
        out->exposures += plain->facts[i].fact.kind == FACT_EXPOSURE;
        out->events += plain->facts[i].fact.kind == FACT_EVENT;
        out->links += plain->facts[i].fact.kind == FACT_LINK;
    }
    pthread_mutex_unlock(&plain->lock);
    return true;
}

static bool plain_checkpoint(void *self, gos_error *err)
{
    (void)self, (void)err;
    return true;
}

static bool plain_backup(void *self, const char *path, gos_error *err)
{
    struct plain *plain = self;
    if (store_find(gos_str_from(path)))
        return gos_fail(err, GOS_STORE_FAILED, "", "%s is there already", path);
    struct plain *copy = store_make(gos_str_from(path));
    pthread_mutex_lock(&plain->lock);
    for (size_t i = 0; i < plain->count; i++)
        keep(copy, &plain->facts[i].fact);
    copy->watermark = plain->watermark;
    pthread_mutex_unlock(&plain->lock);
    return true;
}

static bool plain_export(void *self, const char *folder, gos_error *err)
{
    (void)self, (void)folder;
    return gos_fail(err, GOS_NOT_ALLOWED_NOW, "", "the plain ledger writes no files");
}

static bool plain_oddities(void *self, const struct ledger_question *question, int64_t now_ms,
                           gos_arena *arena, struct ledger_oddities *out, gos_error *err)
{
    (void)self, (void)question, (void)now_ms, (void)arena, (void)out;
    return gos_fail(err, GOS_NOT_ALLOWED_NOW, "", "the plain ledger looks for nothing odd");
}

static void plain_close(void *self)
{
    (void)self;
}

static const struct ledger_backend backend = {
    .close = plain_close,
    .append = plain_append,
    .watermark = plain_watermark,
    .rewind = plain_rewind,
    .compute = plain_compute,
    .series = plain_series,
    .list_slices = plain_list_slices,
    .list_exposures = plain_list_exposures,
    .list_events = plain_list_events,
    .oddities = plain_oddities,
    .stats = plain_stats,
    .delete_experiment = plain_delete_experiment,
    .delete_before = plain_delete_before,
    .checkpoint = plain_checkpoint,
    .backup = plain_backup,
    .export = plain_export,
};

bool plain_ledger_open(const struct ledger_options *options,
                       const struct ledger_backend **out_backend, void **out_self, gos_error *err)
{
    (void)err;
    gos_str location = gos_str_from(options->location ? options->location : "");
    struct plain *plain = store_find(location);
    *out_backend = &backend;
    *out_self = plain ? plain : store_make(location);
    return true;
}

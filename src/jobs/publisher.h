/*
 * The rulesets in force: one for each environment, compiled from the catalog and swapped whole.
 * Readers pin what is current, decide with it, and unpin; they never wait, and never see a half.
 */
#ifndef JOBS_PUBLISHER_H
#define JOBS_PUBLISHER_H

#include "catalog/catalog.h"
#include "gosset/context.h"
#include "gosset/ruleset.h"
#include "model/document.h"

struct publisher;

/* Patterns of rules, prepared once for each ruleset. Zeroed: rules with patterns are refused. */
struct publisher_patterns {
    gos_pattern_check *check;
    /* What `match` gets as its user; NULL in *out when the ruleset has no patterns. */
    bool (*prepare)(const gos_ruleset *rules, void **out, gos_error *err);
    void (*release)(void *prepared);
    gos_match_pattern *match; /* from several threads at once */
};

struct publisher_options {
    struct catalog *catalog;
    struct publisher_patterns patterns;
    int64_t (*now_ms)(void *context);
    void *context;
    /* Told after each swap, on the publishing thread; may be NULL. */
    void (*published)(void *user, gos_str environment, gos_str hash, int64_t sequence);
    void *published_user;
};

/* What a reader holds between pin and unpin. */
struct publisher_pin {
    const gos_ruleset *rules;
    gos_match_pattern *match_pattern;
    void *match_pattern_user;
    int64_t sequence; /* the catalog's, from which it was compiled */
    int64_t published_ms;
    uint32_t environment; /* the publisher's own, as is slot */
    uint32_t slot;
};

/* Compiles every environment. Errors: what the catalog says; an environment whose document does
 * not compile. */
bool publisher_open(const struct publisher_options *options, struct publisher **out,
                    gos_error *err);
/* No pin may be held. NULL is harmless. */
void publisher_close(struct publisher *publisher);

/* How it compiles, so that a document can be checked the same way. */
gos_compile_options publisher_compile_options(const struct publisher *publisher);
/* How it has patterns prepared and asked. */
struct publisher_patterns publisher_patterns(const struct publisher *publisher);

/* Brings one environment up to the catalog; does nothing when it is. From any thread. */
bool publisher_publish(struct publisher *publisher, gos_str environment, gos_error *err);
/*
 * The same for a change whose document was compiled when it was checked: that ruleset is taken
 * over (checked->arena becomes NULL) if `sequence` is still the catalog's.
 */
bool publisher_publish_checked(struct publisher *publisher, gos_str environment,
                               struct document_checked *checked, int64_t sequence, gos_error *err);

/* NOT_FOUND: no such environment. Never waits. */
bool publisher_pin(struct publisher *publisher, gos_str environment, struct publisher_pin *out,
                   gos_error *err);
void publisher_unpin(struct publisher *publisher, const struct publisher_pin *pin);

/*
 * The ruleset as it was after a past change of the catalog, for one reader; nothing is published.
 * publisher_past_close gives it back.
 */
struct publisher_past;
bool publisher_past_open(struct publisher *publisher, gos_str environment, int64_t sequence,
                         struct publisher_past **out, struct publisher_pin *out_pin,
                         gos_error *err);
void publisher_past_close(struct publisher *publisher, struct publisher_past *past);

/* How many rulesets were put into use since the start. */
uint64_t publisher_count(struct publisher *publisher);

#endif

/* Asking a client, and telling it what users do. Include gosset/client.h. */
#ifndef GOSSET_CLIENT_ASK_H
#define GOSSET_CLIENT_ASK_H

#include "gosset/eval.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gos_client gos_client;

/* For whom one asks. Zeroed members are allowed; texts are not kept. */
typedef struct gos_client_who {
    gos_str user_id;
    gos_str device_id;
    gos_str attributes;    /* JSON object, {"country": "DE"}, or empty; may hold targetingKey */
    bool without_exposure; /* asks without the user noticing: nothing is recorded */
} gos_client_who;

/* How an answer came about. */
typedef struct gos_client_detail {
    gos_code code; /* GOS_OK; UNAVAILABLE: no ruleset yet, FLAG_NOT_FOUND, TYPE_MISMATCH,
                      TARGETING_KEY_MISSING, BAD_JSON, INVALID_CONTEXT */
    gos_reason reason;
    gos_assignment assignment; /* of the experiment that was asked last */
    char variant[256];         /* empty when there is none */
    char ruleset[33];          /* the hash of the ruleset that decided */
    char message[160];         /* of an error */
} gos_client_detail;

/*
 * What a flag serves, or `otherwise` when code is not GOS_OK. An experiment behind it that serves
 * by its split is recorded as an exposure.
 *
 * out  may be NULL
 */
bool gos_client_boolean(gos_client *client, gos_str key, const gos_client_who *who, bool otherwise,
                        gos_client_detail *out);
double gos_client_number(gos_client *client, gos_str key, const gos_client_who *who,
                         double otherwise, gos_client_detail *out);
/* TYPE_MISMATCH: the number is not a whole one. */
int64_t gos_client_integer(gos_client *client, gos_str key, const gos_client_who *who,
                           int64_t otherwise, gos_client_detail *out);
/*
 * The text, or the JSON, in `buffer` with a NUL behind it, cut off when longer than `bytes`.
 * Returns its whole length, as snprintf does.
 */
size_t gos_client_text(gos_client *client, gos_str key, const gos_client_who *who,
                       gos_str otherwise, char *buffer, size_t bytes, gos_client_detail *out);
size_t gos_client_json(gos_client *client, gos_str key, const gos_client_who *who,
                       gos_str otherwise, char *buffer, size_t bytes, gos_client_detail *out);
/*
 * The variant of an experiment, by id or name, in out->variant (empty: none), and its configuration
 * as JSON as above. It is the split's: what the server keeps of earlier assignments is not known
 * here. NOT_FOUND in the code: no such experiment.
 */
size_t gos_client_variant(gos_client *client, gos_str id_or_name, const gos_client_who *who,
                          char *buffer, size_t bytes, gos_client_detail *out);

/* Something that a user did. */
typedef struct gos_client_event {
    gos_str name;
    gos_str user_id; /* one of the two */
    gos_str device_id;
    bool has_value;
    double value;
    gos_str properties; /* JSON object, or empty */
    gos_str event_id;   /* empty: a new one; the server counts an id once */
} gos_client_event;

/*
 * Queues an event with the time of now.
 *
 * Errors  BAD_INPUT: nameless, nobody's, over-long, or a value that is no number; BAD_JSON: the
 *         properties; OVERLOADED: the queue is full, and the event is dropped and counted
 */
bool gos_client_track(gos_client *client, const gos_client_event *event, gos_error *err);
/* GOS_REPEATS_SESSION, GOS_REPEATS_RECENT: forgets which exposures were sent. */
void gos_client_new_session(gos_client *client);

#ifdef __cplusplus
}
#endif

#endif

/*
 * libgosset-client: decisions inside the application. A thread of its own keeps the ruleset fresh
 * and sends exposures and events; every call answers from memory and never waits for the network.
 * All functions may be called from any thread. Link with pkg-config gosset-client, or
 * find_package(gosset-client) and gosset::client. docs/clients.md shows it at work.
 */
#ifndef GOSSET_CLIENT_H
#define GOSSET_CLIENT_H

#include "gosset/client_ask.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum gos_client_level { GOS_CLIENT_INFO, GOS_CLIENT_WARNING } gos_client_level;

/* Told what happens in the background; from any thread, one line without its end. Holds no key. */
typedef void gos_client_log(void *user, gos_client_level level, const char *line);
/* Milliseconds since 1970 UTC. */
typedef int64_t gos_client_clock(void *user);
/* Told after each new ruleset is in use; from the background thread. */
typedef void gos_client_changed(void *user, gos_str hash);

/* Which exposures of a unit, an experiment and a variant are sent. */
typedef enum gos_client_repeats {
    GOS_REPEATS_RECENT,  /* the first in each `repeats_ms`, for the last `repeats_max` of them */
    GOS_REPEATS_SESSION, /* the first until gos_client_new_session */
    GOS_REPEATS_ALL      /* all */
} gos_client_repeats;

/* Zeroed members get the value in brackets. Texts are copied. */
typedef struct gos_client_options {
    const char *url; /* "https://flags.example", with a path prefix if there is one */
    const char *key; /* of scope server */
    const char
        *folder; /* existing; keeps the last good ruleset for a start without the server [none] */
    const char *ca_file; /* certificates to trust [the system's] */
    bool without_stream; /* only ask in turns */
    int64_t poll_ms; /* between two questions; ten times as long while the stream is open [30000] */
    int64_t timeout_ms;     /* of one request [10000] */
    int64_t flush_ms;       /* the longest that an event waits for company [1000] */
    uint32_t batch_max;     /* events and exposures in one request [500] */
    uint32_t queue_max;     /* waiting; what comes beyond is dropped and counted [10000] */
    size_t queue_bytes_max; /* the same in bytes [16 MiB] */
    gos_client_repeats repeats;
    uint32_t repeats_max; /* exposures kept in mind [100000] */
    int64_t repeats_ms;   /* [3600000] */
    gos_client_log *log;  /* [none] */
    void *log_user;
    gos_client_clock *clock; /* [the machine's] */
    void *clock_user;
    gos_client_changed *changed; /* [none] */
    void *changed_user;
} gos_client_options;

/*
 * Starts the background thread, and returns at once: with the ruleset of the folder if there is a
 * whole one, else without any. The process must not fork while a client is open.
 *
 * Errors  BAD_INPUT: url is not http:// or https://, key is empty, a number is negative;
 *         OUT_OF_MEMORY
 */
bool gos_client_open(const gos_client_options *options, gos_client **out, gos_error *err);
/* Waits for the first ruleset; false when there is none after `timeout_ms`. */
bool gos_client_wait(gos_client *client, int64_t timeout_ms);
/* Asks for the ruleset now. */
void gos_client_refresh(gos_client *client);
/*
 * Sends what waits; false when some of it still waits after `timeout_ms`. What the server refuses
 * for good is not waited for.
 */
bool gos_client_flush(gos_client *client, int64_t timeout_ms);
/* Flushes for at most `flush_ms`, and ends. No other call may be under way. NULL is harmless. */
void gos_client_close(gos_client *client, int64_t flush_ms);

/* Counts since the start. */
typedef struct gos_client_state {
    bool is_ready;        /* there is a ruleset */
    bool is_from_folder;  /* it is the one of the folder, not yet confirmed by the server */
    bool is_streaming;    /* changes are told, not asked for */
    char ruleset[33];     /* its hash */
    int64_t confirmed_ms; /* when the server last said that it is the newest; 0: never */
    uint64_t refreshes;   /* rulesets taken into use */
    uint64_t failures;    /* requests that came to nothing, of any kind */
    uint64_t queued;      /* waiting now */
    uint64_t sent;        /* acknowledged by the server */
    uint64_t dropped;     /* not sent: the queue was full */
    uint64_t refused;     /* not taken: the server said that they are wrong */
    uint64_t repeats;     /* exposures not sent as they were repeats */
} gos_client_state;

gos_client_state gos_client_state_get(gos_client *client);

#ifdef __cplusplus
}
#endif

#endif

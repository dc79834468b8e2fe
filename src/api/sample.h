/*
 * Contexts of recent users, in memory and bounded, so that a change can be tried on them before it
 * is published. One for each user at most, each user as likely as any other whatever they ask; an
 * hour later others take their places. Never written to disk.
 */
#ifndef API_SAMPLE_H
#define API_SAMPLE_H

#include "gosset/base.h"

enum { SAMPLE_BYTES_MAX = 4096 }; /* of one context; larger ones are left out */

struct sample;

struct sampled {
    gos_str user_id;
    gos_str device_id;  /* or empty */
    gos_str attributes; /* JSON object, or empty */
};

/* Room for `count` contexts in each environment; 0 keeps none. */
bool sample_open(uint32_t count, struct sample **out, gos_error *err);
void sample_close(struct sample *sample);
/* From any thread; mostly one comparison. NULL does nothing. */
void sample_put(struct sample *sample, gos_str environment, const struct sampled *context,
                int64_t now_ms);
/* All that are held, copied into the arena. */
bool sample_list(struct sample *sample, gos_str environment, gos_arena *arena, struct sampled **out,
                 uint32_t *out_count, gos_error *err);
/* A user, or a device, who is to be forgotten. */
void sample_forget(struct sample *sample, gos_str environment, gos_str unit);

#endif

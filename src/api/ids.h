/* Lists of user ids, each once, in the order in which they came; and how people send them. */
#ifndef API_IDS_H
#define API_IDS_H

#include "base/json.h"

struct ids {
    struct json *items; /* texts, as a definition holds them */
    uint32_t count;
    uint32_t capacity;
    uint32_t *table; /* index + 1 by hash; 0: free */
    uint32_t mask;
};

/* An empty list with room for `capacity` ids. */
bool ids_init(struct ids *ids, uint32_t capacity, gos_arena *arena, gos_error *err);
/* Whether it was not there yet. `id` must outlive the list; there must be room (asserted). */
bool ids_add(struct ids *ids, gos_str id);
bool ids_has(const struct ids *ids, gos_str id);

/*
 * Reads ids that were sent as text: one a line, or the first column of CSV, where the first line
 * may be a heading. Blanks around them, empty lines and a byte order mark are left out.
 *
 * Errors  BAD_INPUT, which names the line: no UTF-8, a control character, more than UNIT_BYTES_MAX
 *         bytes, a quote that is not closed; more than SEGMENT_IDS_MAX ids
 */
bool ids_read(gos_str text, bool is_csv, gos_arena *arena, struct ids *out, gos_error *err);

#endif

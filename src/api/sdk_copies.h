/*
 * The rulesets in force as clients fetch them: each form in each coding is made when it is first
 * asked for, and kept until the ruleset is replaced.
 */
#ifndef API_SDK_COPIES_H
#define API_SDK_COPIES_H

#include "api/api.h"
#include "jobs/publisher.h"

enum sdk_form { SDK_DOCUMENT, SDK_BLOCK, SDK_FORM_COUNT };
enum sdk_coding { SDK_PLAIN, SDK_GZIP, SDK_ZSTD, SDK_CODING_COUNT };

struct sdk_copies;

bool sdk_copies_open(struct sdk_copies **out, gos_error *err);
void sdk_copies_close(struct sdk_copies *copies);

/*
 * The pinned ruleset of an environment, in the arena of the caller.
 *
 * document  what the compiler reads and nothing else: no metrics
 * Errors    TOO_LARGE: the arena; what the catalog says. May read the catalog and pack: not on a
 *           loop
 */
bool sdk_copies_get(struct sdk_copies *copies, struct catalog *catalog, gos_str environment,
                    const struct publisher_pin *pin, enum sdk_form form, enum sdk_coding coding,
                    gos_arena *arena, gos_str *out, gos_error *err);

#endif

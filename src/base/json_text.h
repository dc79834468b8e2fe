/* JSON's quoted texts: decoding and encoding, used by the reader and the writer only. */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include "gosset/base.h"

struct json_text_fault {
    const char *at;
    const char *what; /* NULL when the arena was full */
};

/*
 * Reads the text whose opening quote stands at `at`; returns where it ends. Without escapes `out`
 * points into the input, else into the arena. NULL with the fault.
 */
const char *json_text_read(const char *at, const char *end, gos_arena *arena, gos_str *out,
                           struct json_text_fault *fault);

#endif

/*
 * Reads a body in chunks (RFC 9112, 7.1), strictly: hexadecimal sizes, CR LF only, no trailers.
 * Own code because the parser in llhttp 8.1 takes bare line feeds here.
 */
#ifndef HTTP_CHUNK_H
#define HTTP_CHUNK_H

#include "gosset/base.h"

enum chunk_state {
    CHUNK_SIZE_FIRST,
    CHUNK_SIZE,
    CHUNK_EXTENSION,
    CHUNK_SIZE_LF,
    CHUNK_BYTES,
    CHUNK_BYTES_CR,
    CHUNK_BYTES_LF,
    CHUNK_END_CR,
    CHUNK_END_LF,
};

/* All zero at the start of a body. */
struct chunk_reader {
    enum chunk_state state;
    uint64_t size;     /* of this chunk; while in it, what is left */
    uint64_t overhead; /* bytes so far that were not body */
};

enum chunk_found { CHUNK_MORE, CHUNK_DATA, CHUNK_END, CHUNK_BAD };

/*
 * Reads on in `*input` and cuts off what was read. CHUNK_MORE: all was read. CHUNK_DATA: `*out` is
 * the next piece of body, inside the input. CHUNK_END: the rest belongs to the next request.
 */
enum chunk_found chunk_read(struct chunk_reader *reader, gos_str *input, gos_str *out);

#endif

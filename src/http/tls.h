/* TLS as a filter between the bytes of a socket and the bytes of HTTP. */
#ifndef HTTP_TLS_H
#define HTTP_TLS_H

#include "gosset/base.h"

struct tls_context; /* certificate and key, for all threads */
struct tls;         /* one connection */

/* Reads a PEM chain and its key. BAD_INPUT at /tls. */
bool tls_context_open(const char *cert, const char *key, gos_arena *arena, struct tls_context **out,
                      gos_error *err);
/* Reads the same files again; when that fails the old certificate stays. Any thread. */
bool tls_context_reload(struct tls_context *context, gos_error *err);
/* When the certificate in use ends, in milliseconds since 1970. Any thread. */
int64_t tls_context_expires(struct tls_context *context);
void tls_context_close(struct tls_context *context);

struct tls *tls_open(struct tls_context *context);
void tls_close(struct tls *tls);
/* Takes bytes that the peer sent. False when there is no memory. */
bool tls_feed(struct tls *tls, gos_str bytes);
/* Plain bytes: how many, 0 when more must be fed first, negative when the peer has ended or erred.
 */
int tls_read(struct tls *tls, char *out, size_t bytes_max);
/* Takes plain bytes to be sent. */
bool tls_write(struct tls *tls, gos_str bytes);
/* Says good-bye to the peer. */
void tls_end(struct tls *tls);
/* What must go to the socket now; good until the next call, and gone after tls_sent. */
gos_str tls_output(struct tls *tls);
void tls_sent(struct tls *tls);

#endif

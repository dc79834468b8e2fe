/* Listening sockets. */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include "gosset/base.h"

/*
 * Fills `out_fds` with `count` bound sockets of one address, among which the kernel spreads the
 * connections. BAD_INPUT: /host is no address, /port is taken or not allowed.
 */
bool listen_open(const char *host, uint16_t port, int *out_fds, unsigned count, uint16_t *out_port,
                 gos_error *err);

#endif

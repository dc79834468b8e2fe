/* Which addresses are nobody else's business: this machine, its networks, and those of clouds. */
#ifndef HTTP_ADDRESS_H
#define HTTP_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* True also of families that are neither IPv4 nor IPv6. */
bool address_is_private(const struct sockaddr *address);

#endif

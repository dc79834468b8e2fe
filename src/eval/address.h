/* IP addresses and networks, v4 as the part ::ffff:0:0/96 of v6. */
#ifndef EVAL_ADDRESS_H
#define EVAL_ADDRESS_H

#include "eval/bound.h"

/* "192.0.2.1" or "2001:db8::1"; zones and ports are none. */
bool address_read(gos_str text, struct address *out);
/* "192.0.2.0/24", "2001:db8::/32", or an address alone, which is a network of one. */
bool network_read(gos_str text, struct network *out);
bool network_has(const struct network *network, const struct address *address);

#endif

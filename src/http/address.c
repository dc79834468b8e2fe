/* Ranges of the IANA registries of special-purpose addresses (RFC 6890 and its updates). */
#include "http/address.h"

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

static const struct {
    uint32_t first;
    int bits;
} private_v4[] = {
    {0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},  {0xa9fe0000, 16},
    {0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24}, {0xc0a80000, 16}, {0xc6120000, 15},
    {0xc6336400, 24}, {0xcb007100, 24}, {0xe0000000, 3},
};

static bool is_private_v4(uint32_t address)
{
    for (size_t i = 0; i < sizeof private_v4 / sizeof private_v4[0]; i++) {
        if ((address ^ private_v4[i].first) >> (32 - private_v4[i].bits) == 0)
            return true;
    }
    return false;
}

static uint32_t word_of(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Only 2000::/3 is the world's; in it, 6to4 and the like carry an IPv4 address. */
static bool is_private_v6(const uint8_t a[16])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};
    if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
        return is_private_v4(word_of(a + 12));
    if (a[0] == 0x20 && a[1] == 0x02)
        return is_private_v4(word_of(a + 2));
    bool is_special = a[0] == 0x20 && a[1] == 0x01 && (a[2] < 2 || (a[2] == 0x0d && a[3] == 0xb8));
    return (a[0] & 0xe0) != 0x20 || is_special;
}

bool address_is_private(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        return is_private_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof v6);
        return is_private_v6(v6.sin6_addr.s6_addr);
    }
    return true;
}

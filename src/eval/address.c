/* IP addresses and networks. Reading is ours, so that it is the same on every platform. */
#include "eval/address.h"

#include "base/text.h"

enum { GROUPS = 8, V4_PREFIX_BITS = 96 };

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

static bool v4_read(gos_str text, uint8_t out[4])
{
    for (size_t i = 0; i < 4; i++) {
        size_t before = text.len;
        gos_str part = str_cut(&text, '.');
        int64_t value;
        bool is_last = part.len == before;
        if (is_last != (i == 3) || part.len == 0 || part.len > 3 ||
            (part.len > 1 && part.data[0] == '0') || part.data[0] == '-' ||
            !str_read_int(part, &value) || value > 255)
            return false;
        out[i] = (uint8_t)value;
    }
    return true;
}

static bool group_read(gos_str text, uint8_t out[2])
{
    uint32_t value = 0;
    if (text.len == 0 || text.len > 4)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;
        if (digit == 16)
            return false;
        value = value << 4 | digit;
    }
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
    return true;
}

/* Groups between colons, the last perhaps a v4 address; returns their bytes, -1 when malformed. */
static int groups_read(gos_str text, uint8_t out[16])
{
    int bytes = 0;
    while (text.len) {
        size_t before = text.len;
        gos_str group = str_cut(&text, ':');
        bool is_last = group.len == before;
        if (is_last && str_contains(group, GOS_LIT("."))) {
            if (bytes > 12 || !v4_read(group, out + bytes))
                return -1;
            return bytes + 4;
        }
        if (bytes > 14 || !group_read(group, out + bytes) || (!is_last && text.len == 0))
            return -1;
        bytes += 2;
    }
    return bytes;
}

static bool v6_read(gos_str text, uint8_t out[16])
{
    const char *gap = text.len ? memmem(text.data, text.len, "::", 2) : NULL;
    uint8_t tail[16] = {0};
    memset(out, 0, 16);
    if (!gap)
        return groups_read(text, out) == 16;
    size_t head_len = (size_t)(gap - text.data);
    gos_str rest = {gap + 2, text.len - head_len - 2};
    int head_bytes = groups_read((gos_str){text.data, head_len}, out);
    int tail_bytes = groups_read(rest, tail);
    if (head_bytes < 0 || tail_bytes < 0 || head_bytes + tail_bytes > 14)
        return false;
    memcpy(out + 16 - tail_bytes, tail, (size_t)tail_bytes);
    return true;
}

bool address_read(gos_str text, struct address *out)
{
    if (str_contains(text, GOS_LIT(":")))
        return v6_read(text, out->bytes);
    memcpy(out->bytes, v4_prefix, sizeof v4_prefix);
    return v4_read(text, out->bytes + sizeof v4_prefix);
}

bool network_read(gos_str text, struct network *out)
{
    struct address address;
    bool has_bits = str_contains(text, GOS_LIT("/"));
    gos_str head = str_cut(&text, '/');
    bool has_dots = !str_contains(head, GOS_LIT(":"));
    int64_t bits = has_dots ? 32 : 128;
    if (!address_read(head, &address))
        return false;
    if (has_bits && (!str_read_int(text, &bits) || text.len > 3 || text.data[0] == '-' ||
                     bits > (has_dots ? 32 : 128)))
        return false;
    *out = (struct network){.bits = (uint32_t)(has_dots ? bits + V4_PREFIX_BITS : bits)};
    memcpy(out->address, address.bytes, sizeof out->address);
    return true;
}

static bool is_v4(const struct address *address)
{
    return memcmp(address->bytes, v4_prefix, sizeof v4_prefix) == 0;
}

/* A v4 address is in networks of v4 only, however it is written. */
bool network_has(const struct network *network, const struct address *address)
{
    if (network->bits < V4_PREFIX_BITS && is_v4(address))
        return false;
    size_t whole = network->bits / 8;
    uint32_t rest = network->bits % 8;
    if (whole && memcmp(network->address, address->bytes, whole) != 0)
        return false;
    return rest == 0 || ((network->address[whole] ^ address->bytes[whole]) >> (8 - rest)) == 0;
}

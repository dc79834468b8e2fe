/* UUIDs: text, and version 7. */
#include "base/uuid.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool has_dash_before(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

bool uuid_read(gos_str text, struct uuid *out)
{
    struct uuid uuid;
    if (text.len != UUID_TEXT_BYTES - 1)
        return false;
    const char *at = text.data;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        if (has_dash_before(i) && *at++ != '-')
            return false;
        int high = hex_value(at[0]);
        int low = hex_value(at[1]);
        if (high < 0 || low < 0)
            return false;
        uuid.bytes[i] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    *out = uuid;
    return true;
}

void uuid_write(const struct uuid *uuid, char out[UUID_TEXT_BYTES])
{
    static const char DIGITS[] = "0123456789abcdef";
    for (size_t i = 0; i < UUID_BYTES; i++) {
        if (has_dash_before(i))
            *out++ = '-';
        *out++ = DIGITS[uuid->bytes[i] >> 4];
        *out++ = DIGITS[uuid->bytes[i] & 15];
    }
    *out = 0;
}

struct uuid uuid_make(int64_t now_ms, const uint8_t random[10])
{
    struct uuid uuid;
    for (size_t i = 0; i < 6; i++)
        uuid.bytes[i] = (uint8_t)((uint64_t)now_ms >> (40 - 8 * i));
    memcpy(uuid.bytes + 6, random, 10);
    uuid.bytes[6] = (uint8_t)(0x70 | (uuid.bytes[6] & 0x0F));
    uuid.bytes[8] = (uint8_t)(0x80 | (uuid.bytes[8] & 0x3F));
    return uuid;
}

bool uuid_equal(const struct uuid *a, const struct uuid *b)
{
    return memcmp(a->bytes, b->bytes, UUID_BYTES) == 0;
}

/* Compact binary values. */
#include "roster/bytes.h"

void bytes_put_number(struct text *out, uint64_t value)
{
    char data[10];
    size_t len = 0;
    for (; value >= 0x80; value >>= 7)
        data[len++] = (char)(value | 0x80);
    data[len++] = (char)value;
    text_add(out, (gos_str){data, len});
}

void bytes_put_signed(struct text *out, int64_t value)
{
    bytes_put_number(out, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

void bytes_put_text(struct text *out, gos_str text)
{
    bytes_put_number(out, text.len);
    text_add(out, text);
}

void bytes_put_raw(struct text *out, const void *data, size_t len)
{
    text_add(out, (gos_str){data, len});
}

struct bytes bytes_of(gos_str data)
{
    const uint8_t *at = (const uint8_t *)data.data;
    return (struct bytes){.at = at, .end = at + data.len};
}

uint64_t bytes_number(struct bytes *bytes)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (bytes->at == bytes->end)
            break;
        uint8_t byte = *bytes->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
    bytes->failed = true;
    return 0;
}

int64_t bytes_signed(struct bytes *bytes)
{
    uint64_t value = bytes_number(bytes);
    return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

gos_str bytes_text(struct bytes *bytes)
{
    uint64_t len = bytes_number(bytes);
    if (len > (size_t)(bytes->end - bytes->at)) {
        bytes->failed = true;
        return (gos_str){"", 0};
    }
    gos_str text = {(const char *)bytes->at, (size_t)len};
    bytes->at += len;
    return text;
}

void bytes_raw(struct bytes *bytes, void *out, size_t len)
{
    if (len > (size_t)(bytes->end - bytes->at)) {
        bytes->failed = true;
        memset(out, 0, len);
        return;
    }
    memcpy(out, bytes->at, len);
    bytes->at += len;
}

bool bytes_done(const struct bytes *bytes)
{
    return !bytes->failed && bytes->at == bytes->end;
}

/* Distances between names, given up as soon as they are too far: most names fall to a glance. */
#include "base/nearest.h"

static uint8_t plain(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (uint8_t)(c - 'A' + 'a');
    return c == '_' ? '-' : (uint8_t)c;
}

static uint32_t plain_read(gos_str text, uint8_t *out, uint64_t *out_letters)
{
    *out_letters = 0;
    for (size_t i = 0; i < text.len; i++) {
        out[i] = plain(text.data[i]);
        *out_letters |= (uint64_t)1 << (out[i] & 63);
    }
    return (uint32_t)text.len;
}

void nearest_init(struct nearest *nearest, gos_str text)
{
    *nearest = (struct nearest){.best = {"", 0}, .found_same = text.len > NEAREST_BYTES_MAX};
    if (nearest->found_same)
        return;
    nearest->len = plain_read(text, nearest->text, &nearest->letters);
    nearest->most = nearest->len / 4;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions and replacements from one to the other; more than most: stops. */
static uint32_t distance(const struct nearest *from, const uint8_t *to, uint32_t len)
{
    uint32_t row[NEAREST_BYTES_MAX + 1];
    for (uint32_t k = 0; k <= len; k++)
        row[k] = k;
    for (uint32_t i = 1; i <= from->len; i++) {
        uint32_t diagonal = row[0], smallest = i;
        row[0] = i;
        for (uint32_t k = 1; k <= len; k++) {
            uint32_t above = row[k];
            row[k] = least(least(above, row[k - 1]) + 1,
                           diagonal + (from->text[i - 1] == to[k - 1] ? 0 : 1));
            diagonal = above;
            smallest = least(smallest, row[k]);
        }
        if (smallest > from->most)
            return from->most + 1;
    }
    return row[len];
}

/* A change takes at most one letter away and brings one: bits that differ bound the distance. */
static bool is_far(const struct nearest *nearest, uint32_t len, uint64_t letters)
{
    uint32_t longer = len > nearest->len ? len - nearest->len : nearest->len - len;
    return longer > nearest->most ||
           (uint32_t)__builtin_popcountll(nearest->letters ^ letters) > 2 * nearest->most;
}

void nearest_offer(struct nearest *nearest, gos_str name)
{
    uint8_t text[NEAREST_BYTES_MAX];
    uint64_t letters;
    if (nearest->found_same || name.len > NEAREST_BYTES_MAX)
        return;
    uint32_t len = plain_read(name, text, &letters);
    if (is_far(nearest, len, letters))
        return;
    uint32_t far = distance(nearest, text, len);
    if (far > nearest->most)
        return;
    nearest->best = name;
    nearest->found_same = far == 0;
    nearest->most = far > 0 ? far - 1 : 0;
}

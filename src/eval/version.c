/* Versions in the order of Semantic Versioning 2.0.0, section 11. */
#include "eval/version.h"

#include "base/text.h"

enum { PART_DIGITS_MAX = 18, KEY_PART_BITS = 20 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_number(gos_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.data[i]))
            return false;
    }
    return text.len > 0;
}

static bool part_read(gos_str text, uint64_t *out)
{
    if (!is_number(text) || text.len > PART_DIGITS_MAX || (text.len > 1 && text.data[0] == '0'))
        return false;
    *out = 0;
    for (size_t i = 0; i < text.len; i++)
        *out = *out * 10 + (uint64_t)(text.data[i] - '0');
    return true;
}

static bool identifier_is_fine(gos_str text, bool is_build)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (!is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '-')
            return false;
    }
    return text.len > 0 && (is_build || !is_number(text) || text.len == 1 || text.data[0] != '0');
}

static bool identifiers_are_fine(gos_str rest, bool is_build)
{
    for (;;) {
        size_t before = rest.len;
        gos_str identifier = str_cut(&rest, '.');
        if (!identifier_is_fine(identifier, is_build))
            return false;
        if (identifier.len == before)
            return true;
    }
}

/* Where the first of the two characters stands, or the length. */
static size_t find_either(gos_str text, char a, char b)
{
    size_t i = 0;
    while (i < text.len && text.data[i] != a && text.data[i] != b)
        i++;
    return i;
}

bool version_read(gos_str text, struct version *out)
{
    *out = (struct version){{0}, 0, {"", 0}};
    if (text.len && (text.data[0] == 'v' || text.data[0] == 'V'))
        text = (gos_str){text.data + 1, text.len - 1};
    size_t core_len = find_either(text, '-', '+');
    gos_str core = {text.data, core_len}, rest = {text.data + core_len, text.len - core_len};
    for (size_t i = 0;; i++) {
        size_t before = core.len;
        gos_str part = str_cut(&core, '.');
        if (i == 3 || !part_read(part, &out->part[i]))
            return false;
        if (part.len == before)
            break;
    }
    if (rest.len && rest.data[0] == '-') {
        size_t len = find_either(rest, '+', '+');
        out->prerelease = (gos_str){rest.data + 1, len - 1};
        rest = (gos_str){rest.data + len, rest.len - len};
        if (!identifiers_are_fine(out->prerelease, false))
            return false;
    }
    out->key = version_key(out);
    return rest.len == 0 || identifiers_are_fine((gos_str){rest.data + 1, rest.len - 1}, true);
}

uint64_t version_key(const struct version *version)
{
    uint64_t key = 0;
    for (size_t i = 0; i < 3; i++) {
        if (version->part[i] >> KEY_PART_BITS)
            return 0;
        key = key << KEY_PART_BITS | version->part[i];
    }
    key = (key + 1) << 1; /* never 0, also for 0.0.0 */
    return key | (version->prerelease.len == 0);
}

/* Numbers come before words; longer numbers, which have no leading zero, after shorter. */
static int identifier_compare(gos_str a, gos_str b)
{
    bool a_number = is_number(a), b_number = is_number(b);
    if (a_number != b_number)
        return a_number ? -1 : 1;
    if (a_number && a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return str_compare(a, b);
}

static int prerelease_compare(gos_str a, gos_str b)
{
    if (a.len == 0 || b.len == 0)
        return (a.len == 0) - (b.len == 0);
    while (a.len && b.len) {
        int order = identifier_compare(str_cut(&a, '.'), str_cut(&b, '.'));
        if (order)
            return order;
    }
    return (a.len > 0) - (b.len > 0);
}

int version_compare(const struct version *a, const struct version *b)
{
    for (size_t i = 0; i < 3; i++) {
        if (a->part[i] != b->part[i])
            return a->part[i] < b->part[i] ? -1 : 1;
    }
    return prerelease_compare(a->prerelease, b->prerelease);
}

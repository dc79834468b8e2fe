/* The rows of kinds.def as functions. */
#include "model/kind.h"

#include <assert.h>

static const struct {
    const char *word;
    const char *plural;
    const char *name_field;
} kinds[KIND_COUNT] = {
#define KIND(constant, word, plural, name_field, record) {word, plural, name_field},
#include "model/kinds.def"
#undef KIND
};

const char *kind_word(enum kind kind)
{
    assert(kind < KIND_COUNT);
    return kinds[kind].word;
}

const char *kind_plural(enum kind kind)
{
    assert(kind < KIND_COUNT);
    return kinds[kind].plural;
}

const char *kind_phrase(enum kind kind)
{
    static const char *const phrases[KIND_COUNT] = {
        [KIND_EXPERIMENT] = "an experiment", [KIND_FLAG] = "a flag",
        [KIND_HOLDOUT] = "a holdout",        [KIND_LAYER] = "a layer",
        [KIND_METRIC] = "a metric",          [KIND_SEGMENT] = "a segment",
    };
    assert(kind < KIND_COUNT);
    return phrases[kind];
}

const char *kind_name_field(enum kind kind)
{
    assert(kind < KIND_COUNT);
    return kinds[kind].name_field;
}

bool kind_find(gos_str text, enum kind *out)
{
    for (int i = 0; i < KIND_COUNT; i++) {
        if (gos_str_equal(text, gos_str_from(kinds[i].word)) ||
            gos_str_equal(text, gos_str_from(kinds[i].plural))) {
            *out = (enum kind)i;
            return true;
        }
    }
    return false;
}

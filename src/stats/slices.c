/* Slices in groups: each against the rest of its group, and each group for its spread. */
#include "gosset/stats_slices.h"

#include "stats/distribution.h"
#include "stats/precision.h"

#include <math.h>
#include <stdio.h>

static bool is_used(const gos_slice *slice)
{
    return isfinite(slice->diff) && isfinite(slice->se) && slice->se > 0;
}

/* One group's used slices, in arrays as the checks take them. */
struct gathered {
    double *diff, *se, *shrunk_diff, *shrunk_se;
    size_t *index;
    size_t count;
};

static bool gather_open(size_t most, gos_arena *arena, struct gathered *out, gos_error *err)
{
    double *numbers = gos_arena_array(arena, 4 * most + 4, sizeof *numbers, err);
    out->index = gos_arena_array(arena, most + 1, sizeof *out->index, err);
    out->diff = numbers;
    out->se = numbers + most;
    out->shrunk_diff = numbers + 2 * most;
    out->shrunk_se = numbers + 3 * most;
    return numbers && out->index;
}

static void gather(const gos_slice *slices, const gos_slice_group *group, struct gathered *out)
{
    out->count = 0;
    for (size_t i = group->first; i < group->first + group->count; i++) {
        if (!is_used(&slices[i]))
            continue;
        out->diff[out->count] = slices[i].diff;
        out->se[out->count] = slices[i].se;
        out->index[out->count++] = i;
    }
}

static void put_rest(const struct gathered *g, size_t k, gos_slice *slice)
{
    double rest_se;
    slice->rest = precision_mean(g->diff, g->se, g->count, k, &rest_se);
    slice->gap = slice->diff - slice->rest;
    slice->gap_se = hypot(slice->se, rest_se);
    slice->gap_p = fmin(1, 2 * dist_pnorm(fabs(slice->gap / slice->gap_se), TAIL_UPPER));
}

static void group_examine(gos_slice *slices, gos_slice_group *group, const struct gathered *g)
{
    group->used = g->count;
    group->diff = group->se = NAN;
    group->heterogeneity = gos_check_heterogeneity(g->diff, g->se, g->count);
    if (g->count == 0)
        return;
    group->diff = precision_mean(g->diff, g->se, g->count, g->count, &group->se);
    gos_shrink_slices(g->diff, g->se, g->count, g->shrunk_diff, g->shrunk_se);
    for (size_t i = 0; i < g->count; i++) {
        gos_slice *slice = &slices[g->index[i]];
        slice->shrunk_diff = g->shrunk_diff[i];
        slice->shrunk_se = g->shrunk_se[i];
        if (g->count > 1)
            put_rest(g, i, slice);
    }
}

static bool input_check(gos_slice *slices, size_t slice_count, const gos_slice_group *groups,
                        size_t group_count, gos_error *err)
{
    char pointer[48];
    for (size_t i = 0; i < group_count; i++) {
        snprintf(pointer, sizeof pointer, "/groups/%zu", i);
        if (groups[i].first > slice_count || groups[i].count > slice_count - groups[i].first)
            return gos_fail(err, GOS_BAD_INPUT, pointer, "the group ends after the last slice");
    }
    for (size_t i = 0; i < slice_count; i++) {
        gos_slice *s = &slices[i];
        snprintf(pointer, sizeof pointer, "/slices/%zu/p_value", i);
        if (!isnan(s->p_value) && !(s->p_value >= 0 && s->p_value <= 1))
            return gos_fail(err, GOS_BAD_INPUT, pointer, "p-value %g is not within [0, 1]",
                            s->p_value);
        *s = (gos_slice){s->diff, s->se, s->p_value, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    }
    return true;
}

/* Corrects one p-value of each slice and puts it where `target` says. */
static bool correct_slices(gos_correction correction, gos_slice *slices, size_t count, bool gaps,
                           gos_arena *arena, gos_error *err)
{
    double *p = gos_arena_array(arena, count + 1, sizeof *p, err);
    if (!p)
        return false;
    for (size_t i = 0; i < count; i++)
        p[i] = gaps ? slices[i].gap_p : is_used(&slices[i]) ? slices[i].p_value : NAN;
    if (!gos_correct(correction, p, count, p, arena, err))
        return false;
    for (size_t i = 0; i < count; i++)
        *(gaps ? &slices[i].gap_q : &slices[i].adjusted_p) = p[i];
    return true;
}

/* A group that cannot differ within itself is no question, so it takes no part. */
static bool correct_groups(gos_slice_group *groups, size_t count, gos_arena *arena, gos_error *err)
{
    double *p = gos_arena_array(arena, count + 1, sizeof *p, err);
    if (!p)
        return false;
    for (size_t i = 0; i < count; i++)
        p[i] = groups[i].used > 1 ? groups[i].heterogeneity.p_value : NAN;
    if (!gos_correct(GOS_CORRECT_BH, p, count, p, arena, err))
        return false;
    for (size_t i = 0; i < count; i++)
        groups[i].heterogeneity_q = p[i];
    return true;
}

bool gos_slices_examine(gos_slice *slices, size_t slice_count, gos_slice_group *groups,
                        size_t group_count, gos_arena *arena, gos_error *err)
{
    gos_arena_mark mark = gos_arena_mark_take(arena);
    struct gathered gathered;
    if (!input_check(slices, slice_count, groups, group_count, err))
        return false;
    bool done = gather_open(slice_count, arena, &gathered, err);
    for (size_t i = 0; done && i < group_count; i++) {
        gather(slices, &groups[i], &gathered);
        group_examine(slices, &groups[i], &gathered);
    }
    done = done && correct_slices(GOS_CORRECT_HOLM, slices, slice_count, false, arena, err) &&
           correct_slices(GOS_CORRECT_BH, slices, slice_count, true, arena, err) &&
           correct_groups(groups, group_count, arena, err);
    gos_arena_mark_return(arena, mark);
    return done;
}

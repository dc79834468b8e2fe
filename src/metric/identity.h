/* What of a plan decides the numbers: plans with equal identities get equal answers. */
#ifndef METRIC_IDENTITY_H
#define METRIC_IDENTITY_H

#include "base/text.h"
#include "metric/plan.h"

/* Appends it; names, types and directions are not part of it. */
void plan_identify(const struct metric_plan *plan, struct text *out);

#endif

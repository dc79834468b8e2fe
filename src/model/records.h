/* The field tables of the entities, from the fields_*.def files. */
#ifndef MODEL_RECORDS_H
#define MODEL_RECORDS_H

#include "model/kind.h"
#include "model/record.h"

/* The record of a kind of definition. */
const struct record *records_of_kind(enum kind kind);

extern const struct record record_experiment;
extern const struct record record_flag;
extern const struct record record_holdout;
extern const struct record record_layer;
extern const struct record record_metric;
extern const struct record record_segment;

#endif

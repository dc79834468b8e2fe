/* The list of diagnoses that people read is the list that there is. */
#include "jobs/doctor.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

static const char *const names[] = {
#define DIAGNOSIS(constant, name, step) name,
#include "jobs/diagnoses.def"
#undef DIAGNOSIS
};

TEST(doctor, every_diagnosis_and_no_other_is_documented)
{
    char line[1000], start[100];
    bool is_known[DIAGNOSIS_COUNT] = {false};
    FILE *file = fopen(GOSSET_SOURCE_DIR "/docs/doctor.md", "r");
    CHECK(file != NULL);
    while (fgets(line, sizeof line, file)) {
        int found = -1;
        for (int i = 0; i < DIAGNOSIS_COUNT; i++) {
            snprintf(start, sizeof start, "| `%s` | ", names[i]);
            if (strncmp(line, start, strlen(start)) == 0)
                found = i;
        }
        CHECK(found >= 0 || strncmp(line, "| `", 3) != 0);
        if (found >= 0)
            is_known[found] = true;
    }
    fclose(file);
    for (int i = 0; i < DIAGNOSIS_COUNT; i++)
        CHECK_TEXT(gos_str_from(is_known[i] ? "" : names[i]), "");
}

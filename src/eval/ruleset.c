/* Looking into a ruleset, and checking one that was read back. */
#include "eval/ruleset.h"

#include "base/hash.h"

static const size_t element_bytes[SECTION_COUNT] = {
#define SECTION(name, type) sizeof(type),
#include "eval/sections.def"
#undef SECTION
};

static bool sections_fit(const gos_ruleset *rules)
{
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        const struct section *section = &rules->sections[i];
        if (section->at < sizeof *rules || section->at > rules->bytes || section->at % 16 ||
            section->count > (rules->bytes - section->at) / element_bytes[i])
            return false;
    }
    return true;
}

bool gos_ruleset_check(const void *block, size_t bytes, gos_error *err)
{
    const gos_ruleset *rules = block;
    if (bytes < sizeof *rules || memcmp(rules->magic, RULESET_MAGIC, sizeof rules->magic) != 0)
        return gos_fail(err, GOS_BAD_INPUT, "", "this is no ruleset");
    if (rules->version == __builtin_bswap32(RULESET_VERSION))
        return gos_fail(err, GOS_BAD_INPUT, "",
                        "the ruleset comes from a machine with another order of bytes; fetch the "
                        "definitions document instead");
    if (rules->version != RULESET_VERSION || rules->section_count != SECTION_COUNT)
        return gos_fail(err, GOS_BAD_INPUT, "",
                        "the ruleset has version %u; this program reads version %d", rules->version,
                        RULESET_VERSION);
    if (rules->bytes != bytes || !sections_fit(rules))
        return gos_fail(err, GOS_BAD_INPUT, "", "the ruleset is cut off");
    gos_ruleset head = *rules;
    head.checksum = 0;
    if (ruleset_checksum(&head, rules) != rules->checksum)
        return gos_fail(err, GOS_BAD_INPUT, "", "the ruleset is damaged: its checksum differs");
    return true;
}

/* Of the header with its checksum cleared, then of what stands behind it. */
uint64_t ruleset_checksum(const gos_ruleset *head, const gos_ruleset *rules)
{
    uint64_t seed = hash_xxh3((gos_str){(const char *)head, sizeof *head}, 0);
    return hash_xxh3((gos_str){(const char *)(rules + 1), rules->bytes - sizeof *rules}, seed);
}

size_t gos_ruleset_bytes(const gos_ruleset *rules)
{
    return rules->bytes;
}

gos_str gos_ruleset_hash(const gos_ruleset *rules)
{
    return (gos_str){rules->hash, RULESET_HASH_BYTES};
}

uint32_t gos_ruleset_flag_count(const gos_ruleset *rules)
{
    return ruleset_flags_count(rules);
}

gos_flag_info gos_ruleset_flag(const gos_ruleset *rules, uint32_t index)
{
    assert(index < ruleset_flags_count(rules));
    const struct flag *flag = &ruleset_flags(rules)[index];
    const struct flag_about *about = &ruleset_flag_abouts(rules)[index];
    return (gos_flag_info){.key = ruleset_text(rules, flag->key),
                           .id = ruleset_text(rules, about->id),
                           .type = flag->type,
                           .enabled = flag->enabled == FLAG_SCHEDULED
                                          ? ruleset_switches(rules)[flag->switches.first].enabled
                                          : flag->enabled,
                           .client_visible = about->client_visible,
                           .metadata = ruleset_text(rules, about->metadata),
                           .version = about->version};
}

int32_t gos_ruleset_find_flag(const gos_ruleset *rules, gos_str key)
{
    uint64_t hash = hash_xxh3(key, 0);
    uint32_t count = ruleset_flag_table_count(rules);
    const struct table_entry *entries = ruleset_flag_table(rules);
    const struct flag *flags = ruleset_flags(rules);
    for (uint32_t place = table_start(hash, count); entries[place].index != NONE;
         place = (place + 1) & (count - 1)) {
        if (entries[place].tag == table_tag(hash) &&
            ruleset_text_is(rules, flags[entries[place].index].key, key))
            return (int32_t)entries[place].index;
    }
    return -1;
}

uint32_t gos_ruleset_experiment_count(const gos_ruleset *rules)
{
    return ruleset_experiments_count(rules);
}

gos_experiment_info gos_ruleset_experiment(const gos_ruleset *rules, uint32_t index)
{
    assert(index < ruleset_experiments_count(rules));
    const struct experiment *experiment = &ruleset_experiments(rules)[index];
    const struct attribute *unit = &ruleset_attributes(rules)[experiment->unit];
    return (gos_experiment_info){.id = ruleset_text(rules, experiment->id),
                                 .name = ruleset_text(rules, experiment->name),
                                 .unit = ruleset_text(rules, unit->path),
                                 .status = experiment->status,
                                 .sticky = experiment->sticky,
                                 .variant_count = experiment->variants.count};
}

int32_t gos_ruleset_find_experiment(const gos_ruleset *rules, gos_str id_or_name)
{
    uint64_t hash = hash_xxh3(id_or_name, 0);
    uint32_t count = ruleset_experiment_table_count(rules);
    const struct table_entry *entries = ruleset_experiment_table(rules);
    for (uint32_t place = table_start(hash, count); entries[place].index != NONE;
         place = (place + 1) & (count - 1)) {
        const struct experiment *found = &ruleset_experiments(rules)[entries[place].index];
        if (entries[place].tag == table_tag(hash) &&
            (gos_str_equal(ruleset_text(rules, found->id), id_or_name) ||
             gos_str_equal(ruleset_text(rules, found->name), id_or_name)))
            return (int32_t)entries[place].index;
    }
    return -1;
}

static const struct variant *variant_at(const gos_ruleset *rules, uint32_t experiment,
                                        uint32_t variant)
{
    assert(experiment < ruleset_experiments_count(rules));
    struct span variants = ruleset_experiments(rules)[experiment].variants;
    assert(variant < variants.count);
    return &ruleset_variants(rules)[variants.first + variant];
}

gos_str gos_ruleset_variant(const gos_ruleset *rules, uint32_t experiment, uint32_t variant)
{
    return ruleset_text(rules, variant_at(rules, experiment, variant)->name);
}

gos_str gos_ruleset_configuration(const gos_ruleset *rules, uint32_t experiment, uint32_t variant)
{
    return ruleset_text(rules, variant_at(rules, experiment, variant)->configuration);
}

uint32_t gos_ruleset_pattern_count(const gos_ruleset *rules)
{
    return ruleset_patterns_count(rules);
}

gos_str gos_ruleset_pattern(const gos_ruleset *rules, uint32_t index)
{
    assert(index < ruleset_patterns_count(rules));
    return ruleset_text(rules, ruleset_patterns(rules)[index]);
}

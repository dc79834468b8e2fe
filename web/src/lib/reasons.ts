// What the words of decisions mean to people; the words themselves stay in the API and beside them.

const DECISIONS: Record<string, string> = {
  DEFAULT: 'no rule matches',
  DISABLED: 'switched off',
  ERROR: 'it could not be decided',
  SPLIT: 'by chance, in its share',
  STATIC: 'the same for everybody',
  TARGETING_MATCH: 'a rule matches',
};

const ASSIGNMENTS: Record<string, string> = {
  coverage: 'outside the covered share',
  excluded: 'in an excluded segment',
  failed: 'earlier assignments cannot be read',
  holdout: 'held out',
  identity: 'had by a linked identity before',
  layer: 'another experiment has this room of the layer',
  no_unit: 'the unit was not given',
  not_running: 'not running',
  outside_dates: 'outside its dates',
  override: 'set by hand',
  paused: 'paused: nobody new',
  shipped: 'this variant was shipped',
  split: 'by chance',
  sticky: 'had before',
  targeting: 'the targeting does not match',
  unknown: 'no such experiment',
};

/** The reason in words; a word that is not known stays itself. */
export function reasonWords(reason: unknown): string {
  const word = String(reason ?? '');
  return DECISIONS[word] ?? ASSIGNMENTS[word] ?? word;
}

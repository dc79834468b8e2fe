// Why a flag may go, in the words of GET /api/v1/reports/stale-flags.
/** How far back it is looked. */
export const STALE_DAYS = 30;

export const STALE_WORDS: Record<string, { label: string; text: string }> = {
  not_evaluated: { label: 'Not evaluated', text: 'Nobody asked for it.' },
  one_value: { label: 'One value', text: 'Everybody got the same.' },
  experiment_completed: { label: 'Experiment over', text: 'Its experiment is over.' },
  expired: { label: 'Expired', text: 'Its owner gave it a time, and that is past.' },
};

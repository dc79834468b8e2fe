// Result rows put in the order in which people read them, and what may be said about each.
import type { Advice, AdviceKind, Direction, Experiment, Finding, Health, Metric, ResultRow, Results, Role, Severity, Status, Verdict } from '../api/types';
import { capital, days, interval, intervalPercent, signedPercent, seOf, type Interval } from './format';

export type Tone = 'good' | 'bad' | 'warn' | 'accent' | 'plain';

export interface Effect {
  row: ResultRow;
  control: ResultRow | undefined;
  metric: Metric | undefined;
  role: Role;
  direction: Direction;
  margin: number | null;
  /** Percent of the control's mean. */
  lift: number | null;
  fixed: Interval | null;
  anytime: Interval | null;
  significant: boolean;
  tone: 'good' | 'bad' | 'plain';
  adjustedP: number | null;
}

export function controlName(experiment: Experiment): string {
  const named = experiment.variants.find((variant) => variant.name === 'control');
  return named?.name ?? experiment.variants[0]?.name ?? 'control';
}

/** The layers an experiment sits in. */
export function layersOf(experiment: Experiment): string[] {
  const { layer } = experiment;
  return Array.isArray(layer) ? layer.map(String) : typeof layer === 'string' && layer !== '' ? [layer] : [];
}

export function roleOf(experiment: Experiment, metric: string): Role {
  const { primary_metric, guardrail_metrics } = experiment.success_metrics;
  if (metric === primary_metric) return 'primary';
  return guardrail_metrics?.includes(metric) ? 'guardrail' : 'secondary';
}

/** Where a row stands in the results, as `data-in` says it. */
export const placeOf = (row: ResultRow): string => `/results/metric_name=${row.metric_name},variant=${row.variant}`;

function numberAt(row: ResultRow, ...names: string[]): number | null {
  for (const name of names) {
    const value = row[name];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
  }
  return null;
}

/** The lift's interval in percent; null when it is not simply "between two numbers". */
function liftInterval(row: ResultRow, shape: unknown): Interval | null {
  return row.lift_kind === undefined || row.lift_kind === 'bounded' ? interval(shape) : null;
}

export function isUsable(row: ResultRow): boolean {
  const status = row.status ?? 'ok';
  return status.split('|').every((part) => part === 'ok' || part === 'negative_baseline' || part === 'unbounded_ci');
}

export function effectOf(experiment: Experiment, metrics: Map<string, Metric>, rows: ResultRow[], row: ResultRow): Effect {
  const metric = metrics.get(row.metric_name);
  const setting = experiment.metric_settings?.[row.metric_name];
  const direction = row.direction ?? setting?.direction ?? metric?.direction ?? 'increase';
  const adjustedP = numberAt(row, 'adjusted_p');
  const alpha = numberAt(row, 'alpha') ?? 0.05;
  const p = adjustedP ?? row.p_value;
  const significant = typeof row.significant === 'boolean' ? row.significant : isUsable(row) && p !== null && p < alpha;
  const lift = row.lift;
  const sign = row.diff ?? lift ?? 0;
  const wanted = direction === 'increase' ? sign > 0 : sign < 0;
  return {
    row,
    control: rows.find((other) => other.metric_name === row.metric_name && (other.is_control ?? other.variant === controlName(experiment))),
    metric,
    role: row.role ?? roleOf(experiment, row.metric_name),
    direction,
    margin: numberAt(row, 'margin') ?? setting?.margin ?? null,
    lift,
    fixed: liftInterval(row, row.fixed ? row.fixed.lift_ci : row.lift_ci),
    anytime: row.fixed ? liftInterval(row, row.lift_ci) : null,
    significant,
    tone: row.guardrail === 'breach' ? 'bad' : !significant ? 'plain' : wanted ? 'good' : 'bad',
    adjustedP,
  };
}

const ROLES: Role[] = ['primary', 'secondary', 'guardrail'];

/** Effects grouped by role. `trusted` false: a check failed, so nothing may look like a finding. */
export function effectsByRole(experiment: Experiment, metrics: Map<string, Metric>, rows: ResultRow[], trusted = true): { role: Role; effects: Effect[] }[] {
  const control = controlName(experiment);
  const effects = rows.filter((row) => !(row.is_control ?? row.variant === control)).map((row) => {
    const effect = effectOf(experiment, metrics, rows, row);
    return trusted ? effect : { ...effect, tone: 'plain' as const };
  });
  return ROLES.map((role) => ({ role, effects: effects.filter((effect) => effect.role === role) })).filter((group) => group.effects.length > 0);
}

/** Units per variant, and the share that was planned for those that came: with phases, of each phase. */
export function exposures(experiment: Experiment, results: Results | undefined): { variant: string; units: number; planned: number }[] {
  const counted = results?.health?.sample_ratio?.variants ?? [];
  const weight = (name: string) => counted.find((one) => one.variant === name)?.weight ?? experiment.traffic_allocation[name] ?? 0;
  const total = experiment.variants.reduce((sum, variant) => sum + weight(variant.name), 0) || 1;
  return experiment.variants.map((variant) => {
    const own = (results?.results ?? []).filter((row) => row.variant === variant.name);
    return {
      variant: variant.name,
      units: counted.find((one) => one.variant === variant.name)?.units ?? Math.max(0, ...own.map((row) => row.sample_size)),
      planned: weight(variant.name) / total,
    };
  });
}

export const SEVERITY: Record<Severity, { tone: Tone; text: string }> = {
  alarm: { tone: 'bad', text: 'failed' },
  warning: { tone: 'warn', text: 'look' },
  note: { tone: 'plain', text: 'note' },
};

/** What needs somebody's attention. Facts on their way are a matter of seconds, and shown as such. */
export function urgentFindings(health: Health): Finding[] {
  return (health.findings ?? []).filter((finding) => finding.severity !== 'note' && finding.name !== 'ledger_behind');
}

export function healthTone(health: Health | null | undefined): Tone {
  if (!health) return 'plain';
  if (health.status === 'alarm') return 'bad';
  return urgentFindings(health).length > 0 ? 'warn' : 'good';
}

export const ADVICE: Record<Verdict['verdict'], { text: string; tone: Tone }> = {
  broken: { text: 'Unhealthy', tone: 'warn' },
  keep_running: { text: 'Keep running', tone: 'accent' },
  ship: { text: 'Ship', tone: 'good' },
  roll_back: { text: 'Roll back', tone: 'bad' },
  inconclusive: { text: 'Inconclusive', tone: 'plain' },
};

export function advice(verdict: Verdict | null | undefined): { text: string; tone: Tone } {
  if (!verdict) return { text: '', tone: 'plain' };
  const found = ADVICE[verdict.verdict] ?? { text: verdict.verdict, tone: 'plain' as Tone };
  return verdict.verdict === 'keep_running' && typeof verdict.days_left === 'number' ? { ...found, text: `~${days(verdict.days_left)} left` } : found;
}

/** What a row says, for screen readers and tooltips. */
export function effectSentence(effect: Effect): string {
  const range = effect.anytime ?? effect.fixed;
  const size = signedPercent(effect.lift, seOf(effect.fixed ?? range));
  const verdict =
    effect.tone === 'good' ? 'significant, in the wanted direction' : effect.tone === 'bad' ? 'significant, in the unwanted direction' : 'not significant';
  return `${effect.row.metric_name}, ${effect.row.variant}: ${size}, interval ${intervalPercent(range)}, ${verdict}`;
}

export interface Say {
  tone: Tone;
  label: string;
  sentence: string;
  reasons: string[];
}

/** "Shipped treatment", or "Kept control": what a completed experiment serves. */
export function endingOf(experiment: Experiment): string | null {
  const { shipped_variant: variant } = experiment;
  if (!variant) return null;
  return `${variant === controlName(experiment) ? 'Kept' : 'Shipped'} ${variant}`;
}

/** The server's verdict; before there is data, what the state alone tells. */
export function verdictOf(experiment: Experiment, results: Results | undefined): Say {
  if (experiment.status === 'Draft') return { tone: 'plain', label: 'Draft', sentence: 'Not started: nobody is assigned yet.', reasons: [] };
  const units = exposures(experiment, results).reduce((sum, arm) => sum + arm.units, 0);
  const alarms = (results?.health?.findings ?? []).filter((finding) => finding.severity === 'alarm');
  if (results && units === 0)
    return { tone: 'plain', label: 'No data', sentence: 'No data yet: nobody has been exposed to this experiment.', reasons: alarms.map((finding) => finding.message) };
  if (results?.verdict) {
    const { text, tone } = advice(results.verdict);
    const label = experiment.status !== 'Completed' ? text : endingOf(experiment) ?? `Ended: ${text}`;
    return { tone, label, sentence: results.verdict.sentence, reasons: results.verdict.reasons ?? [] };
  }
  if (alarms.length > 0)
    return { tone: 'warn', label: 'Unhealthy', sentence: 'Do not decide on these numbers: a health check failed.', reasons: alarms.map((finding) => finding.message) };
  return { tone: 'plain', label: '', sentence: '', reasons: [] };
}

/** The treatment that may be shipped: the server says so, or its primary effect is a clear gain. */
export function winnerOf(experiment: Experiment, results: Results | undefined): string | null {
  if (!results || healthTone(results.health) === 'bad') return null;
  const { verdict } = results;
  if (verdict?.verdict === 'ship') return verdict.variant ?? experiment.variants.find((one) => one.name !== controlName(experiment))?.name ?? null;
  if (verdict?.verdict === 'roll_back' || verdict?.verdict === 'broken') return null;
  const primary = effectsByRole(experiment, new Map(), results.results).find((group) => group.role === 'primary')?.effects ?? [];
  const better = primary.filter((effect) => effect.row.significant === true && effect.tone === 'good');
  return better.sort((a, b) => Math.abs(b.lift ?? 0) - Math.abs(a.lift ?? 0))[0]?.row.variant ?? null;
}

/** Each kind of advice in lists: its word, its tone, and what stands there when nothing was computed. */
export const ADVICE_KINDS: Record<AdviceKind, { text: string; tone: Tone; reason: string }> = {
  unhealthy: { text: 'Unhealthy', tone: 'warn', reason: 'A health check failed.' },
  roll_back: { text: 'Roll back', tone: 'bad', reason: 'It does harm.' },
  ship: { text: 'Ship', tone: 'good', reason: 'It is better.' },
  inconclusive: { text: 'Inconclusive', tone: 'plain', reason: 'The planned sample is reached, and no effect was found.' },
  ended: { text: 'Ended', tone: 'accent', reason: 'It is over, and no variant was shipped.' },
  no_data: { text: 'No data', tone: 'plain', reason: 'No unit has been seen in it yet.' },
  running: { text: 'Running', tone: 'accent', reason: 'Not decided yet.' },
  draft: { text: 'Draft', tone: 'plain', reason: 'Not started: nobody is assigned yet.' },
  shipped: { text: 'Shipped', tone: 'plain', reason: 'Completed, with a shipped variant.' },
  archived: { text: 'Archived', tone: 'plain', reason: 'It is in the archive.' },
};

/** The advice of a list's row in words. */
export function adviceOf(advice: Advice | undefined, experiment?: Experiment): Say {
  const kind = ADVICE_KINDS[advice?.kind ?? 'no_data'] ?? ADVICE_KINDS.no_data;
  const left = advice?.days_left;
  const label = advice?.kind === 'running' && typeof left === 'number' ? `~${days(left)} left` : kind.text;
  const isKept = advice?.kind === 'shipped' && experiment?.shipped_variant === controlName(experiment!);
  if (isKept) return { tone: 'plain', label: 'Kept', sentence: `Completed; ${experiment!.shipped_variant} stays.`, reasons: advice?.units && advice.reason ? [capital(advice.reason)] : [] };
  const over = advice?.kind === 'ended' || advice?.kind === 'shipped' || advice?.kind === 'archived' || advice?.kind === 'draft';
  const reasons = over && advice?.units && advice.reason ? [capital(advice.reason)] : [];
  return { tone: kind.tone, label, sentence: capital((!over && advice?.reason) || kind.reason), reasons };
}

/** The effect on the primary metric that a list's row carries. */
export function advisedEffect(experiment: Experiment, metrics: Map<string, Metric>): Effect | undefined {
  const row = experiment.advice?.primary;
  if (!row) return undefined;
  const effect = effectOf(experiment, metrics, [row], row);
  return experiment.advice?.health === 'alarm' ? { ...effect, tone: 'plain' } : effect;
}

export const STATUS_TONE: Record<Status, Tone> = { Draft: 'plain', Running: 'accent', Paused: 'warn', Completed: 'plain', Archived: 'plain' };

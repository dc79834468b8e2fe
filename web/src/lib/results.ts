// Result rows put in the order in which people read them, and what may be said about each.
import type { Decision, Direction, Experiment, Health, Metric, ResultRow, Results, Role, Status } from '../api/types';
import { interval, intervalPercent, signedPercent, seOf, type Interval } from './format';

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

export function roleOf(experiment: Experiment, metric: string): Role {
  const { primary_metric, guardrail_metrics } = experiment.success_metrics;
  if (metric === primary_metric) return 'primary';
  return guardrail_metrics?.includes(metric) ? 'guardrail' : 'secondary';
}

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
  const direction = setting?.direction ?? metric?.direction ?? 'increase';
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

export function effectsByRole(experiment: Experiment, metrics: Map<string, Metric>, rows: ResultRow[]): { role: Role; effects: Effect[] }[] {
  const control = controlName(experiment);
  const effects = rows.filter((row) => !(row.is_control ?? row.variant === control)).map((row) => effectOf(experiment, metrics, rows, row));
  return ROLES.map((role) => ({ role, effects: effects.filter((effect) => effect.role === role) })).filter((group) => group.effects.length > 0);
}

export function exposures(experiment: Experiment, rows: ResultRow[]): { variant: string; units: number; planned: number }[] {
  const total = Object.values(experiment.traffic_allocation).reduce((sum, part) => sum + part, 0) || 1;
  return experiment.variants.map((variant) => {
    const own = rows.filter((row) => row.variant === variant.name);
    return {
      variant: variant.name,
      units: Math.max(0, ...own.map((row) => row.sample_size)),
      planned: (experiment.traffic_allocation[variant.name] ?? 0) / total,
    };
  });
}

export function checkTone(status: string | undefined): Tone {
  switch ((status ?? '').toLowerCase()) {
    case 'ok':
    case 'pass':
    case 'healthy':
      return 'good';
    case 'fail':
    case 'failed':
    case 'bad':
    case 'broken':
    case 'error':
    case 'unhealthy':
      return 'bad';
    case 'warn':
    case 'warning':
      return 'warn';
    default:
      return 'plain';
  }
}

export function healthTone(health: Health | undefined): Tone {
  if (!health) return 'plain';
  const tones = (health.checks ?? []).map((check) => checkTone(check.status));
  const own = checkTone(health.status);
  if (own === 'bad' || tones.includes('bad')) return 'bad';
  if (own === 'warn' || tones.includes('warn')) return 'warn';
  return own === 'good' || tones.includes('good') ? 'good' : 'plain';
}

export const ADVICE: Record<string, { text: string; tone: Tone }> = {
  no_data: { text: 'No data', tone: 'plain' },
  unhealthy: { text: 'Unhealthy', tone: 'warn' },
  broken: { text: 'Broken', tone: 'warn' },
  keep_running: { text: 'Keep running', tone: 'accent' },
  ship: { text: 'Ship', tone: 'good' },
  roll_back: { text: 'Roll back', tone: 'bad' },
  inconclusive: { text: 'Inconclusive', tone: 'plain' },
};

export function advice(decision: Decision | undefined): { text: string; tone: Tone } {
  const key = (decision?.advice ?? '').toLowerCase().replaceAll(/[ -]/g, '_');
  const found = ADVICE[key] ?? { text: decision?.advice ?? '', tone: 'plain' as Tone };
  if (key === 'keep_running' && typeof decision?.days_left === 'number')
    return { ...found, text: `~${Math.ceil(decision.days_left)} days left` };
  return found;
}

/** What a row says, for screen readers and tooltips. */
export function effectSentence(effect: Effect): string {
  const range = effect.anytime ?? effect.fixed;
  const size = signedPercent(effect.lift, seOf(effect.fixed ?? range));
  const verdict =
    effect.tone === 'good' ? 'significant, in the wanted direction' : effect.tone === 'bad' ? 'significant, in the unwanted direction' : 'not significant';
  return `${effect.row.metric_name}, ${effect.row.variant}: ${size}, interval ${intervalPercent(range)}, ${verdict}`;
}

/** One sentence from the server's decision; without one, only what the state alone tells. */
export function verdictOf(experiment: Experiment, results: Results | undefined): { tone: Tone; sentence: string; reasons: string[]; label: string } {
  const decision = results?.decision;
  if (decision) {
    const { text, tone } = advice(decision);
    return { tone, sentence: decision.sentence, reasons: decision.reasons ?? [], label: text };
  }
  const units = results ? exposures(experiment, results.results).reduce((sum, arm) => sum + arm.units, 0) : 0;
  if (experiment.status === 'Draft') return { tone: 'plain', label: 'Draft', sentence: 'Not started: nobody is assigned yet.', reasons: [] };
  if (units === 0)
    return { tone: 'plain', label: 'No data', sentence: 'No data yet: nobody has been exposed to this experiment.', reasons: ['Results appear with the first assignments and events.'] };
  if (healthTone(results?.health) === 'bad')
    return {
      tone: 'warn',
      label: 'Unhealthy',
      sentence: 'Do not decide on these numbers: a health check failed.',
      reasons: (results?.health?.checks ?? []).filter((check) => checkTone(check.status) === 'bad').map((check) => check.message ?? check.name),
    };
  return { tone: 'plain', label: '', sentence: '', reasons: [] };
}

export const STATUS_TONE: Record<Status, Tone> = { Draft: 'plain', Running: 'accent', Paused: 'warn', Completed: 'plain', Archived: 'plain' };

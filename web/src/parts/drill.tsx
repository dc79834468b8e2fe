// One metric opened: how the effect settled over time, and every number of its row.
import { useGet } from '../api/queries';
import type { Experiment } from '../api/types';
import { count, interval, intervalPercent, metricValue, number, pValue, signedPercent, seOf, when, type Interval } from '../lib/format';
import type { Effect } from '../lib/results';
import { ErrorNote, Rows } from './basic';
import { LineWithBand, type BandPoint } from './plot';

interface SeriesPoint {
  metric_name: string;
  variant: string;
  at?: string;
  computed_at?: string;
  lift?: number | null;
  lift_ci?: unknown;
}
interface Series {
  points?: SeriesPoint[];
  items?: SeriesPoint[];
  timeseries?: SeriesPoint[];
}

function pointsOf(series: Series | undefined, effect: Effect): BandPoint[] {
  const all = series?.points ?? series?.items ?? series?.timeseries ?? [];
  return all
    .filter((point) => point.metric_name === effect.row.metric_name && point.variant === effect.row.variant && typeof point.lift === 'number')
    .map((point) => {
      const band: Interval | null = interval(point.lift_ci);
      return { at: new Date(point.at ?? point.computed_at ?? ''), value: point.lift!, lower: band?.lower ?? null, upper: band?.upper ?? null };
    })
    .filter((point) => Number.isFinite(point.at.getTime()));
}

function Numbers({ effect }: { effect: Effect }) {
  const { row, control, metric } = effect;
  const facts: [string, string][] = [
    ['Units', `${count(control?.sample_size)} control, ${count(row.sample_size)} ${row.variant}`],
    ['With a value', `${count(control?.conversions)} control, ${count(row.conversions)} ${row.variant}`],
    ['Difference', intervalText(row.diff, interval(row.diff_ci), effect)],
    ['Relative change', `${signedPercent(effect.lift, seOf(effect.fixed))}, ${intervalPercent(effect.anytime ?? effect.fixed)}`],
    ['Standard error', row.se == null ? '–' : metricValue(row.se, metric, { lower: -row.se / 10, upper: row.se / 10 })],
    ['p-value', effect.adjustedP !== null && effect.adjustedP !== row.p_value ? `${pValue(row.p_value)}, corrected ${pValue(effect.adjustedP)}` : pValue(row.p_value)],
    ...(row.fixed ? [['Fixed horizon', `${intervalPercent(interval(row.fixed.lift_ci))}, p ${pValue(row.fixed.p_value)} (${row.fixed.method})`] as [string, string]] : []),
    ...(row.raw ? [['Without adjustment', `${intervalPercent(interval(row.raw.lift_ci))}, p ${pValue(row.raw.p_value)}`] as [string, string]] : []),
    ...(row.chance_to_win != null ? [['Chance to be better', `${number(100 * row.chance_to_win, 1)} %`] as [string, string]] : []),
    ['Power', row.statistical_power == null ? '–' : `${number(100 * row.statistical_power, 0)} % to find the smallest effect that matters`],
    ['Method', String(row.method ?? '–')],
    ['Data from', row.data_window ? `${when(row.data_window.start)} to ${when(row.data_window.end)}` : '–'],
  ];
  return (
    <dl className="facts small">
      {facts.map(([name, text]) => <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd className="num" style={{ whiteSpace: 'normal' }}>{text}</dd></div>)}
    </dl>
  );
}

function intervalText(value: number | null | undefined, range: Interval | null, effect: Effect): string {
  if (value === null || value === undefined) return '–';
  const text = metricValue(value, effect.metric, range);
  return range ? `${text}, ${metricValue(range.lower, effect.metric, range)} to ${metricValue(range.upper, effect.metric, range)}` : text;
}

export default function Drill({ experiment, effect }: { experiment: Experiment; effect: Effect }) {
  const path = `/experiments/${experiment.id}/timeseries`;
  const series = useGet<Series>(path, { metric: effect.row.metric_name });
  const byTime = pointsOf(series.data, effect);
  // A young experiment has few hours; every computation that was stored is a point too.
  const isYoung = series.data !== undefined && byTime.length < 4;
  const stored = useGet<Series>(isYoung ? path : null, { metric: effect.row.metric_name, stored: true });
  const points = isYoung ? pointsOf(stored.data, effect) : byTime;
  return (
    <div className="split">
      <div>
        <h3>Effect as data came in</h3>
        {series.isPending ? <Rows count={1} height={180} />
          : series.error && !series.error.isMissingRoute ? <ErrorNote error={series.error} />
          : points.length > 1 ? <LineWithBand points={points} label={`Change of ${effect.row.metric_name} in percent over time`} />
          : <p className="muted">The curve appears after a few computations.</p>}
      </div>
      <div><h3>Every number</h3><Numbers effect={effect} /></div>
    </div>
  );
}

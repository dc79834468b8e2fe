// One metric opened: how the effect settled, what it does to units over their days, for whom, and
// every number of its row.
import { Tabs } from '@mantine/core';
import { Suspense, lazy } from 'react';
import { asked } from '../api/client';
import { useGet } from '../api/queries';
import type { Experiment } from '../api/types';
import { useQueryValue } from '../app/router';
import { chance, count, differenceValue, interval, intervalPercent, number, pValue, signedPercent, seOf, when, type Interval } from '../lib/format';
import { placeOf, type Effect } from '../lib/results';
import { ErrorNote, Hint, Rows } from './basic';
import { ForestAxis, ForestRow, axisFor } from './forest';
import { LineWithBand, type BandPoint } from './plot';
import { TabStrip } from './tab-strip';

const DistributionView = lazy(() => import('./drill-distribution'));
const ForWhom = lazy(() => import('./drill-slices'));
const WithOthers = lazy(() => import('./drill-interactions'));
const SinceExposure = lazy(() => import('./drill-novelty'));

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
}

function pointsOf(series: Series | undefined, effect: Effect): BandPoint[] {
  const name = series?.points ? 'points' : 'items';
  const all = series?.points ?? series?.items ?? [];
  return all
    .filter((point) => point.metric_name === effect.row.metric_name && point.variant === effect.row.variant && typeof point.lift === 'number')
    .map((point) => {
      const band: Interval | null = interval(point.lift_ci);
      const at = point.at ? `at=${point.at}` : `computed_at=${point.computed_at}`;
      return { place: `/${name}/metric_name=${point.metric_name},variant=${point.variant},${at}`, at: new Date(point.at ?? point.computed_at ?? ''), value: point.lift!, lower: band?.lower ?? null, upper: band?.upper ?? null };
    })
    .filter((point) => Number.isFinite(point.at.getTime()));
}

function intervalText(value: number | null | undefined, range: Interval | null, effect: Effect): string {
  if (value === null || value === undefined) return '–';
  const text = differenceValue(value, effect.metric, range);
  return range ? `${text}, ${differenceValue(range.lower, effect.metric, range)} to ${differenceValue(range.upper, effect.metric, range)}` : text;
}

const bounds = (name: string, shape: unknown): string => `${interval(shape) ? `${name}/lift_ci/lower ${name}/lift_ci/upper ` : ''}${name}/p_value`;

function Numbers({ effect }: { effect: Effect }) {
  const { row, control, metric } = effect;
  const times = metric?.type === 'Rate' ? '*100' : '';
  const both = (name: string) => (control ? `${placeOf(control)}/${name} ${name}` : undefined);
  const facts: [string, string, string?][] = [
    ['Units', `${count(control?.sample_size)} control, ${count(row.sample_size)} ${row.variant}`, both('sample_size')],
    ['With a value', `${count(control?.conversions)} control, ${count(row.conversions)} ${row.variant}`, both('conversions')],
    ['Difference', intervalText(row.diff, interval(row.diff_ci), effect), `diff${times}${interval(row.diff_ci) ? ` diff_ci/lower${times} diff_ci/upper${times}` : ''}`],
    ['Relative change', `${signedPercent(effect.lift, seOf(effect.fixed))}, ${intervalPercent(effect.anytime ?? effect.fixed)}`, `lift${effect.anytime ?? effect.fixed ? ' lift_ci/lower lift_ci/upper' : ''}`],
    ['Standard error', row.se == null ? '–' : differenceValue(row.se, metric, { lower: -row.se / 10, upper: row.se / 10 }), `se${times}`],
    ['p-value', effect.adjustedP !== null && effect.adjustedP !== row.p_value ? `${pValue(row.p_value)}, corrected ${pValue(effect.adjustedP)}` : pValue(row.p_value), effect.adjustedP !== null && effect.adjustedP !== row.p_value ? 'p_value adjusted_p' : 'p_value'],
    ...(row.fixed ? [['Fixed horizon', `${intervalPercent(interval(row.fixed.lift_ci))}, p ${pValue(row.fixed.p_value)} (${row.fixed.method})`, bounds('fixed', row.fixed.lift_ci)] as [string, string, string]] : []),
    ...(row.raw ? [['Without adjustment', `${intervalPercent(interval(row.raw.lift_ci))}, p ${pValue(row.raw.p_value)}`, bounds('raw', row.raw.lift_ci)] as [string, string, string]] : []),
    ...(row.chance_to_win != null ? [['Chance to be better', chance(row.chance_to_win), 'chance_to_win*100'] as [string, string, string]] : []),
    ['Power', row.statistical_power == null ? '–' : `${number(100 * row.statistical_power, 0)} % to find the smallest effect that matters`, 'statistical_power*100'],
    ['Method', String(row.method ?? '–')],
    ['Data from', row.data_window ? `${when(row.data_window.start)} to ${when(row.data_window.end)}` : '–'],
  ];
  return (
    <dl className="facts small">
      {facts.map(([name, text, at]) => <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd className="num" style={{ whiteSpace: 'normal' }} data-at={at}>{text}</dd></div>)}
    </dl>
  );
}

function Course({ experiment, effect }: { experiment: Experiment; effect: Effect }) {
  const path = `/experiments/${experiment.id}/timeseries`;
  const series = useGet<Series>(path, { metric: effect.row.metric_name });
  const byTime = pointsOf(series.data, effect);
  // A young experiment has few hours; every computation that was stored is a point too.
  const isYoung = series.data !== undefined && byTime.length < 4;
  const stored = useGet<Series>(isYoung ? path : null, { metric: effect.row.metric_name, stored: true });
  const points = isYoung ? pointsOf(stored.data, effect) : byTime;
  if (series.isPending) return <Rows count={1} height={180} />;
  if (series.error) return <ErrorNote error={series.error} />;
  if (points.length < 2) return <p className="muted">The curve appears after a few computations.</p>;
  return (
    <div data-from={asked(path, isYoung ? { metric: effect.row.metric_name, stored: true } : { metric: effect.row.metric_name })}>
      <LineWithBand points={points} label={`Change of ${effect.row.metric_name} in percent over time`} />
      <p className="muted small">All units seen until then, at the end of each step. The band is the interval that holds however often one looks; it narrows as units come in.</p>
    </div>
  );
}

/** The same comparison with and without the data from before the exposure. */
function Adjusted({ effect }: { effect: Effect }) {
  const { row } = effect;
  const raw = row.raw ? interval(row.raw.lift_ci) : null;
  const own = effect.fixed ?? effect.anytime;
  if (!row.raw || !raw || !own) return <p className="muted">Nothing was adjusted: there is no data from before the exposure that would explain the metric.</p>;
  const axis = axisFor([own, raw]);
  const rawLift = effect.control?.mean_value && row.raw.diff !== null ? (100 * row.raw.diff) / effect.control.mean_value : (raw.lower + raw.upper) / 2;
  const lines: [string, number | null, Interval, string, number | null, string, string][] = [
    ['Adjusted', effect.lift, own, String(row.method ?? ''), row.fixed?.p_value ?? row.p_value, 'lift', row.fixed ? 'fixed/' : ''],
    ['As it came', rawLift, raw, row.raw.method, row.raw.p_value, effect.control ? `raw/diff%${placeOf(effect.control)}/mean_value` : '', 'raw/'],
  ];
  return (
    <>
      <div className="compare">
        <span /><span /><ForestAxis axis={axis} /><span className="muted small right">p</span>
        {lines.map(([name, lift, range, method, p, at, within]) => (
          <div key={name} style={{ display: 'contents' }}>
            <Hint tip={`Method: ${method}`}><span className="strong">{name}</span></Hint>
            <span className="num right"><span data-at={at}>{signedPercent(lift, seOf(range))}</span><br /><span className="muted small" data-at={`${within}lift_ci/lower ${within}lift_ci/upper`}>{intervalPercent(range)}</span></span>
            <ForestRow axis={axis} mark={{ estimate: lift, outer: null, inner: range, tone: 'plain', label: `${name}: ${signedPercent(lift, seOf(range))}, ${intervalPercent(range)}`, places: `${at} ${within}lift_ci/lower ${within}lift_ci/upper` }} />
            <span className="num right" data-at={`${within}p_value`}>{pValue(p)}</span>
          </div>
        ))}
      </div>
      <p className="muted small">Both are intervals for one look. What units did before they were exposed explains part of how they differ;
        taking it out {row.variance_reduction && row.variance_reduction > 0.005 ? <>made the variance <span data-at="variance_reduction*100">{number(100 * row.variance_reduction, 0)} %</span> smaller, {`as if there were ${number(100 / (1 - row.variance_reduction) - 100, 0)} % more units`}</> : 'changed little here'}.</p>
    </>
  );
}

export default function Drill({ experiment, effect }: { experiment: Experiment; effect: Effect }) {
  const [tab, setTab] = useQueryValue('look', 'course');
  const waiting = <Rows count={1} height={160} />;
  return (
    <Tabs value={tab} onChange={(value) => setTab(value ?? 'course')} keepMounted={false} aria-label={`Details of ${effect.row.metric_name}`}>
      <TabStrip mb="sm">
        <Tabs.Tab value="course">As data came in</Tabs.Tab>
        <Tabs.Tab value="since">Days since exposure</Tabs.Tab>
        <Tabs.Tab value="slices">For whom</Tabs.Tab>
        <Tabs.Tab value="distribution">{/^\s*funnel\s*\(/.test(effect.metric?.calculation ?? '') ? 'Funnel' : 'Distribution'}</Tabs.Tab>
        <Tabs.Tab value="adjusted">Raw and adjusted</Tabs.Tab>
        {experiment.status === 'Running' && <Tabs.Tab value="others">Other experiments</Tabs.Tab>}
        <Tabs.Tab value="numbers">Every number</Tabs.Tab>
      </TabStrip>
      <Suspense fallback={waiting}>
        <Tabs.Panel value="course"><Course experiment={experiment} effect={effect} /></Tabs.Panel>
        <Tabs.Panel value="since"><SinceExposure experiment={experiment} effect={effect} /></Tabs.Panel>
        <Tabs.Panel value="slices"><ForWhom experiment={experiment} effect={effect} /></Tabs.Panel>
        <Tabs.Panel value="distribution"><DistributionView experiment={experiment} effect={effect} /></Tabs.Panel>
        <Tabs.Panel value="adjusted"><Adjusted effect={effect} /></Tabs.Panel>
        <Tabs.Panel value="others"><WithOthers experiment={experiment} effect={effect} /></Tabs.Panel>
        <Tabs.Panel value="numbers"><Numbers effect={effect} /></Tabs.Panel>
      </Suspense>
    </Tabs>
  );
}

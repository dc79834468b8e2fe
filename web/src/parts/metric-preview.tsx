// What a definition gives on the newest events, before anything is stored.
import { useQuery } from '@tanstack/react-query';
import { Suspense, lazy } from 'react';
import { api, type ApiError } from '../api/client';
import { capital, count, metricValue, number, when } from '../lib/format';
import { ErrorNote, Hint, Note, Rows, useSettled } from './basic';
import type { Distribution } from './drill-distribution';
import type { MetricFields } from './metric-form';


const Histogram = lazy(() => import('./drill-distribution').then((module) => ({ default: module.Histogram })));
const TrendLine = lazy(() => import('./trend-line'));
const EVENTS = 10_000;

interface Preview {
  kind: string;
  events: number;
  from: string | null;
  units: number;
  active: number;
  value: number | null;
  deviation: number | null;
  share_of_zeros: number | null;
  edges: number[];
  distribution: Distribution['variants'][number];
  trend?: { date: string; value: number | null; units: number }[];
  detectable?: { units_per_day: number | null; days: { days: number; units: number; effect: number | null }[] };
  examples?: { unit: string; value: number | null }[];
  warnings?: { code: string; pointer: string; message: string }[];
}

function Warnings({ warnings }: { warnings: NonNullable<Preview['warnings']> }) {
  return <>{[...new Set(warnings.map((warning) => warning.message))].map((message) => <Note key={message} tone="warn">{capital(message)}.</Note>)}</>;
}

/** What two groups of such users could show, in one sentence. */
function Detects({ detectable }: { detectable: NonNullable<Preview['detectable']> }) {
  const said = detectable.days.filter((one) => one.effect !== null);
  if (said.length === 0) return null;
  return (
    <p className="small" style={{ margin: 0 }}>
      <Hint tip={<>80 % power at 5 % significance, two even groups of all users seen{detectable.units_per_day !== null && <>, <span data-at="detectable/units_per_day">{count(detectable.units_per_day)}</span> a day</>}.</>}>Detectable among all users seen</Hint>: <span data-at={said.map((one) => `detectable/days/days=${one.days}/effect ${one.days}`).join(' ')}>{said.map((one) => `${number(one.effect, one.effect! < 10 ? 1 : 0)} % in ${one.days} days`).join(', ')}</span>.
    </p>
  );
}

function usePreview(value: MetricFields) {
  const { description: _, name, ...fields } = value;
  const settled = useSettled(JSON.stringify({ name: name.trim() || 'new', ...fields }), 600);
  const answer = useQuery<Preview, ApiError>({
    queryKey: ['preview', settled],
    queryFn: ({ signal }) => api.post<Preview>('/metrics/preview', JSON.parse(settled), { signal }),
    enabled: (JSON.parse(settled) as MetricFields).calculation.trim() !== '',
    retry: false,
    staleTime: 30_000,
    placeholderData: (before) => before,
  });
  return { ...answer, from: `POST /metrics/preview ${settled}` };
}

export function MetricPreview({ value }: { value: MetricFields }) {
  const preview = usePreview(value);
  if (!value.calculation.trim()) return <p className="muted small">Write a calculation to see what it gives.</p>;
  // What is wrong stands under the calculation itself.
  if (preview.error) return preview.error.status < 500 ? <p className="muted small">It appears once the definition can be read.</p> : <ErrorNote error={preview.error} />;
  if (!preview.data) return <Rows count={1} height={160} />;
  const { data } = preview;
  if (data.units === 0) return <div className="stack"><Warnings warnings={data.warnings ?? []} /><p className="small">No user has sent an event that it reads{value.calculation ? '' : ' yet'}: check the names against the live events.</p></div>;
  const se = data.deviation === null ? null : data.deviation / Math.sqrt(data.units);
  const shown = metricValue(data.value, value, se === null || data.value === null ? null : { lower: data.value - 1.96 * se, upper: data.value + 1.96 * se });
  return (
    <div className="stack" data-from={preview.isPlaceholderData ? undefined : preview.from} style={preview.isPlaceholderData ? { opacity: 0.6 } : undefined}>
      <Warnings warnings={data.warnings ?? []} />
      <div>
        <Hint tip={`Over all users who did anything since the oldest of the newest ${count(EVENTS)} events of each name that it reads, with such an event or without, as in an experiment all exposed units count.`}>
          <span className="strong" style={{ fontSize: 18 }} data-at={value.type === 'Rate' ? 'value*100' : 'value'}>{shown}</span>
        </Hint>{' '}
        <span className="muted small">of <span data-at="units">{count(data.units)}</span> users seen{data.from ? ` since ${when(data.from)}` : ''}; <span data-at="active">{count(data.active)}</span> of them have such an event (<span data-at="events">{count(data.events)}</span> in all)</span>
      </div>
      {data.kind !== 'proportion' && (
        <>
          <Suspense fallback={<Rows count={1} height={200} />}>
            <Histogram data={{ of: data.kind === 'quantile' ? 'events' : 'units', edges: data.edges, variants: [data.distribution] }} names={[data.distribution.variant]} places={['/distribution']} unit={value.unit ?? ''} />
          </Suspense>
          <p className="small muted" style={{ margin: 0 }}>
            {data.share_of_zeros !== null && <span data-at="share_of_zeros*100">{number(100 * data.share_of_zeros, 1)} % are zero; </span>}standard deviation <span data-at="deviation">{data.deviation === null ? '–' : number(data.deviation, data.deviation < 10 ? 2 : 1)}</span>; 99 % are below <span data-at="distribution/p99">{data.distribution.p99 === null ? '–' : number(data.distribution.p99, Number.isInteger(data.distribution.p99) ? 0 : 2)}</span>.
          </p>
        </>
      )}
      {(data.trend?.length ?? 0) > 1 && (
        <div>
          <h3>By day</h3>
          <Suspense fallback={<Rows count={1} height={120} />}>
            <TrendLine label={`Value of ${value.name || 'the metric'} by day`} unit={value.type === 'Rate' ? '%' : (value.unit ?? '')}
              points={data.trend!.map((one) => ({ ...one, place: `/trend/date=${one.date}`, at: value.type === 'Rate' ? 'value*100' : 'value', value: one.value === null ? null : value.type === 'Rate' ? 100 * one.value : one.value }))} />
          </Suspense>
        </div>
      )}
      {data.detectable && <Detects detectable={data.detectable} />}
      {(data.examples?.length ?? 0) > 0 && (
        <details>
          <summary className="muted small">Values of some users</summary>
          <dl className="facts small">{data.examples!.map((one) => <div key={one.unit} style={{ display: 'contents' }}><dt className="mono">{one.unit}</dt><dd className="num" data-at={`examples/unit=${one.unit}/value`}>{number(one.value, Number.isInteger(one.value) ? 0 : 2)}</dd></div>)}</dl>
        </details>
      )}
    </div>
  );
}

// The effect by the days that have passed since a unit was exposed: does it wear off, or grow?
import * as Plot from '@observablehq/plot';
import { useMemo } from 'react';
import { asked } from '../api/client';
import { useGet } from '../api/queries';
import type { Experiment } from '../api/types';
import { count, decimalsFor, number, pValue } from '../lib/format';
import type { Effect } from '../lib/results';
import { ErrorNote, Rows } from './basic';
import { Chart } from './plot';

interface Point {
  day: number;
  diff: number | null;
  se: number | null;
  units: number;
}

interface Novelty {
  variants: { variant: string; course: Point[]; slope: number | null; p_value: number | null; changes: boolean }[];
}

function Curve({ course, unit, place, times }: { course: Point[]; unit: string; place: string; times: string }) {
  const options = useMemo(() => {
    const points = course.flatMap((one) => (one.diff === null || one.se === null ? [] : [{ day: one.day, diff: one.diff, low: one.diff - 1.96 * one.se, high: one.diff + 1.96 * one.se }]));
    return (): Plot.PlotOptions => ({
      height: 190, marginLeft: 60, marginBottom: 34,
      x: { label: 'days since the first exposure', ticks: points.map((one) => one.day).filter((day, _, all) => all.length <= 15 || day % Math.ceil(all.length / 15) === 0), tickFormat: 'd', inset: 14 },
      y: { label: `difference on that day${unit ? `, ${unit}` : ''}`, grid: true, nice: true },
      marks: [
        Plot.ruleY([0], { stroke: 'var(--muted)', strokeDasharray: '3 3' }),
        Plot.ruleX(points, { x: 'day', y1: 'low', y2: 'high', stroke: 'var(--bar)', strokeWidth: 6, strokeOpacity: 0.6 }),
        Plot.dot(points, { x: 'day', y: 'diff', r: 4, fill: 'var(--card)', stroke: 'var(--text)', strokeWidth: 2 }),
      ],
    });
  }, [JSON.stringify(course)]);
  return <Chart options={options} label="Difference to control by day since exposure, with 95 % intervals"
    table={{ columns: ['Day', `Difference${unit ? `, ${unit}` : ''}`, 'Standard error', 'Units'], rows: course.map((one, i) => ({
      place: `${place}/course/${i}`,
      cells: [{ text: String(one.day), at: 'day' }, { text: number(one.diff, decimalsFor(one.se)), at: `diff${times}` }, { text: number(one.se, decimalsFor(one.se)), at: `se${times}` }, { text: count(one.units), at: 'units' }],
    })) }} />;
}

export default function SinceExposure({ experiment, effect }: { experiment: Experiment; effect: Effect }) {
  const path = `/experiments/${experiment.id}/novelty`;
  const metric = effect.row.metric_name;
  const answer = useGet<Novelty>(path, { metric });
  if (answer.isPending) return <Rows count={1} height={180} />;
  if (answer.error) return answer.error.status < 500 ? <p className="muted">{answer.error.message}.</p> : <ErrorNote error={answer.error} />;
  const own = answer.data.variants.find((one) => one.variant === effect.row.variant);
  if (!own || own.course.length === 0) return <p className="muted">No unit has been in it for a whole day yet.</p>;
  const units = own.course.map((one) => one.units);
  const [most, least] = [Math.max(...units), Math.min(...units)];
  const place = `/variants/variant=${own.variant}`;
  const p = <span data-at={`${place}/p_value`}>p {pValue(own.p_value)}</span>;
  const isRate = effect.metric?.type === 'Rate';
  const course = isRate ? own.course.map((one) => ({ ...one, diff: one.diff === null ? null : 100 * one.diff, se: one.se === null ? null : 100 * one.se })) : own.course;
  return (
    <div data-from={asked(path, { metric })}>
      <Curve course={course} place={place} times={isRate ? '*100' : ''} unit={isRate ? 'percentage points' : (effect.metric?.unit ?? '')} />
      <p className="small">
        {own.slope === null
          ? 'Whether the effect changes can be told from 14 days of age on.'
          : own.changes
            ? <><strong>The effect changes with time</strong>: by <span data-at={`${place}/slope${isRate ? '*100' : ''}`}>{number(isRate ? 100 * own.slope : own.slope, decimalsFor(Math.abs(isRate ? 100 * own.slope : own.slope)))}</span> a day ({p}). What is measured now may not last.</>
            : <>No change with time can be told ({p}).</>}{' '}
        <span className="muted">Each point compares what units did on that day of theirs, counted from their first exposure; bars are 95 % intervals. <span data-at={`${place}/course/${units.indexOf(most)}/units`}>{count(most)}</span> units{least < most && <> on the first day, <span data-at={`${place}/course/${units.indexOf(least)}/units`}>{count(least)}</span> on the last</>}.</span>
      </p>
    </div>
  );
}

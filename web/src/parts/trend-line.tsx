// A value by day, as a line.
import * as Plot from '@observablehq/plot';
import { useMemo } from 'react';
import { count, number } from '../lib/format';
import { Chart } from './plot';

export interface TrendPoint {
  date: string;
  value: number | null;
  units: number;
  /** The value's place in the answer. */
  place: string;
  at: string;
}

export default function TrendLine({ points, unit, label }: { points: TrendPoint[]; unit: string; label: string }) {
  const key = JSON.stringify(points);
  const options = useMemo(() => {
    const shown = points.flatMap((one) => (one.value === null ? [] : [{ at: new Date(`${one.date}T00:00:00Z`), value: one.value }]));
    const most = Math.max(...shown.map((one) => one.value), 0);
    const least = Math.min(...shown.map((one) => one.value), 0);
    return (): Plot.PlotOptions => ({
      height: 120, marginLeft: 48,
      x: { type: 'utc', label: null, ticks: 5 },
      y: { label: unit || 'value', grid: true, nice: true, ticks: 4, domain: [least, most * 1.1 || 1] },
      marks: [Plot.lineY(shown, { x: 'at', y: 'value', stroke: 'var(--accent)', strokeWidth: 2 }), Plot.dot(shown, { x: 'at', y: 'value', r: 2.5, fill: 'var(--accent)' })],
    });
  }, [key]);
  return <Chart options={options} label={label} table={{ columns: ['Day', unit ? `Value, ${unit}` : 'Value', 'Users'], rows: points.map((one) => ({ place: one.place, cells: [{ text: one.date }, { text: one.value === null ? '–' : number(one.value, Math.abs(one.value) < 10 ? 2 : 1), at: one.at }, { text: count(one.units), at: 'units' }] })) }} />;
}

// Days at current traffic, or units where none is known, against the change one wants to see: on logarithmic axes.
import * as Plot from '@observablehq/plot';
import { useMemo } from 'react';
import { count, days, number } from '../lib/format';
import type { TableOf } from './chart-table';
import { Chart } from './plot';

export interface PowerPoint {
  effect: number;
  units: number;
  days: number | null;
  /** The call of the calculator that gave the units of one of so many arms. */
  asked: { method: string; input: unknown };
  arms: number;
}

function numbersOf(points: PowerPoint[]): TableOf {
  const hasDays = points.some((point) => point.days !== null);
  return {
    columns: ['Change', 'Units', ...(hasDays ? ['Days'] : [])],
    rows: points.map((point) => ({
      from: `POST /calc/${point.asked.method} ${JSON.stringify(point.asked.input)}`,
      cells: [
        { text: `${number(point.effect, 1)} %`, at: String(point.effect) },
        { text: count(point.units), at: `n_c*${point.arms}` },
        ...(hasDays ? [{ text: days(point.days), at: point.days === null ? undefined : `^n_c*${(point.arms * point.days) / point.units}` }] : []),
      ],
    })),
  };
}

export default function PowerCurve({ points, chosen }: { points: PowerPoint[]; chosen: number }) {
  const key = JSON.stringify([points, chosen]);
  const options = useMemo(() => {
    const at = points.find((point) => Math.abs(point.effect - chosen) < 1e-9);
    const inDays = points.every((point) => point.days !== null);
    const y = inDays ? 'days' : 'units';
    const rest = points.filter((point) => point !== at);
    const told = (point: PowerPoint) => (inDays ? `${days(point.days)} to detect ${point.effect} %` : `${count(point.units)}${point.days === null ? '' : `, ${days(point.days)}`}`);
    return (): Plot.PlotOptions => ({
      height: 250, marginTop: 34, marginLeft: 56, marginRight: 60, marginBottom: 36,
      x: { type: 'log', label: 'change to detect, %', tickFormat: (value: number) => String(value), ticks: 5 },
      y: { type: 'log', label: inDays ? 'days at current traffic' : 'units', grid: true, tickFormat: (value: number) => count(value), ticks: 4 },
      marks: [
        Plot.line(points, { x: 'effect', y, stroke: 'var(--accent)', strokeWidth: 2, curve: 'monotone-x' }),
        ...(inDays ? [Plot.dot(rest, { x: 'effect', y, fill: 'var(--card)', stroke: 'var(--accent)', r: 3 }),
          Plot.text(rest, { x: 'effect', y, dx: 6, dy: -8, textAnchor: 'start', fill: 'var(--muted)', text: (point: PowerPoint) => days(point.days) })] : []),
        ...(at ? [Plot.dot([at], { x: 'effect', y, fill: 'var(--accent)', r: 5 }),
          Plot.text([at], { x: 'effect', y, dx: 8, dy: -10, textAnchor: 'start', fontWeight: 600, text: told })] : []),
      ],
    });
  }, [key]);
  return <Chart options={options} label="What it takes to detect each size of change" table={numbersOf(points)} />;
}

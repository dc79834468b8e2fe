// Units needed against the change one wants to see, on logarithmic axes.
import * as Plot from '@observablehq/plot';
import { useMemo } from 'react';
import { count, days } from '../lib/format';
import { Chart } from './plot';

export interface PowerPoint {
  effect: number;
  units: number;
  days: number | null;
}

export default function PowerCurve({ points, chosen }: { points: PowerPoint[]; chosen: number }) {
  const key = JSON.stringify([points, chosen]);
  const options = useMemo(() => {
    const at = points.find((point) => Math.abs(point.effect - chosen) < 1e-9);
    return (): Plot.PlotOptions => ({
      height: 240, marginLeft: 56, marginBottom: 36,
      x: { type: 'log', label: 'change to detect, %', tickFormat: (value: number) => String(value), ticks: 5 },
      y: { type: 'log', label: 'units', grid: true, tickFormat: (value: number) => count(value), ticks: 4 },
      marks: [
        Plot.line(points, { x: 'effect', y: 'units', stroke: 'var(--accent)', strokeWidth: 2, curve: 'monotone-x' }),
        ...(at ? [Plot.dot([at], { x: 'effect', y: 'units', fill: 'var(--accent)', r: 5 }),
          Plot.text([at], { x: 'effect', y: 'units', dx: 8, dy: -10, textAnchor: 'start', text: (point: PowerPoint) => `${count(point.units)}${point.days === null ? '' : `, ${days(point.days)}`}` })] : []),
      ],
    });
  }, [key]);
  return <Chart options={options} label="Units needed for each size of change" />;
}

// Observable Plot inside React: marks for intervals, bands and densities are what it is made for.
// Its style element is taken out before the drawing enters the page (strict content policy).
import * as Plot from '@observablehq/plot';
import { useEffect, useMemo, useRef, useState } from 'react';
import { intervalPercent, seOf, signedPercent, when } from '../lib/format';
import { ChartTable, type TableOf } from './chart-table';

export function Chart({ options, label, table }: { options: (width: number) => Plot.PlotOptions; label: string; table: TableOf }) {
  const holder = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(holder.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (!width) return;
    const drawing = Plot.plot({ ...options(width), width });
    for (const style of drawing.querySelectorAll('style')) style.remove();
    // The drawing has one name, that of its frame; marks are not things of their own.
    for (const mark of drawing.querySelectorAll('[aria-label]')) mark.removeAttribute('aria-label');
    drawing.setAttribute('role', 'presentation');
    holder.current!.replaceChildren(drawing);
  }, [options, width]);
  return (
    <>
      <div className="chart" role="img" aria-label={label} ref={holder} style={{ minHeight: 110 }} />
      <ChartTable label={label} table={table} />
    </>
  );
}

export interface BandPoint {
  at: Date;
  /** Its row in the answer. */
  place: string;
  value: number;
  lower: number | null;
  upper: number | null;
}

function numbersOf(points: BandPoint[]): TableOf {
  return {
    columns: ['Until', 'Change', 'Interval'],
    rows: points.map((point) => {
      const range = point.lower === null || point.upper === null ? null : { lower: point.lower, upper: point.upper };
      return {
        place: point.place,
        cells: [when(point.at.toISOString()), { text: signedPercent(point.value, seOf(range)), at: 'lift' }, { text: intervalPercent(range), at: range ? 'lift_ci/lower lift_ci/upper' : undefined }],
      };
    }),
  };
}

export function LineWithBand({ points, label }: { points: BandPoint[]; label: string }) {
  const last = points.at(-1);
  const options = useMemo(() => {
    // The first intervals are so wide that they would flatten all later ones.
    const late = points.slice(Math.floor(points.length / 4));
    const reach = Math.max(...late.map((p) => Math.max(Math.abs(p.lower ?? p.value), Math.abs(p.upper ?? p.value))), 0.1) * 1.15;
    return (): Plot.PlotOptions => ({
      height: 190,
      marginLeft: 44,
      x: { type: 'time', label: null },
      y: { domain: [-reach, reach], label: 'change in %', grid: true, clamp: true },
      marks: [
        Plot.areaY(points.filter((p) => p.lower !== null), { x: 'at', y1: 'lower', y2: 'upper', fill: 'var(--bar-soft)', clip: true }),
        Plot.ruleY([0], { stroke: 'var(--muted)', strokeDasharray: '3 3' }),
        Plot.lineY(points, { x: 'at', y: 'value', stroke: 'var(--text)', strokeWidth: 2, clip: true }),
      ],
    });
  }, [points.length, last?.value, last?.at.getTime()]);
  return <Chart options={options} label={label} table={numbersOf(points)} />;
}

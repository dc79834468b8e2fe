// How units came in: cumulative, by variant, against what was planned for each.
import * as Plot from '@observablehq/plot';
import { useMemo } from 'react';
import { asked } from '../api/client';
import { useGet } from '../api/queries';
import type { Experiment, Results } from '../api/types';
import { count, when } from '../lib/format';
import { exposures } from '../lib/results';
import { ErrorNote, Rows } from './basic';
import { Chart } from './plot';
import { COLORS } from './split-bar';

interface Point {
  at: string;
  variant: string;
  sample_size: number;
}

export default function Traffic({ experiment, results }: { experiment: Experiment; results: Results }) {
  const metric = experiment.success_metrics.primary_metric;
  const series = useGet<{ points: Point[] }>(`/experiments/${experiment.id}/timeseries`, { metric });
  const names = experiment.variants.map((variant) => variant.name);
  const size = experiment.success_metrics.minimum_sample_size ?? 0;
  const planned = [...new Set(exposures(experiment, results).map((arm) => Math.round(arm.planned * size)))];
  const points = series.data?.points ?? [];
  const options = useMemo(() => {
    const rows = points.map((point) => ({ at: new Date(point.at), variant: point.variant, units: point.sample_size }));
    return (): Plot.PlotOptions => ({
      height: 200, marginLeft: 56, marginRight: 16,
      x: { type: 'time', label: null },
      y: { label: 'units', grid: true, zero: true },
      color: { domain: names, range: COLORS },
      marks: [
        ...(size > 0 ? [Plot.ruleY(planned, { stroke: 'var(--text)', strokeDasharray: '5 4' })] : []),
        Plot.lineY(rows, { x: 'at', y: 'units', stroke: 'variant', strokeWidth: 2 }),
      ],
    });
  }, [points.length, points.at(-1)?.at, size, names.join()]);
  if (series.error) return <ErrorNote error={series.error} />;
  if (!series.data) return <Rows count={1} height={200} />;
  if (points.length < 2 * names.length) return <p className="muted small">The curve appears after a few hours of data.</p>;
  const table = {
    columns: ['Until', ...names],
    rows: [...new Set(points.map((point) => point.at))].map((at) => ({
      cells: [when(at), ...names.map((variant) => {
        const own = points.find((point) => point.at === at && point.variant === variant);
        return own ? { text: count(own.sample_size), at: `/points/at=${at},variant=${variant}/sample_size` } : '–';
      })],
    })),
  };
  return (
    <div data-from={asked(`/experiments/${experiment.id}/timeseries`, { metric })}>
      <Chart options={options} label="Units exposed so far, by variant, over time" table={table} />
      <p className="muted small row" style={{ margin: 0 }}>
        {names.map((name, i) => <span key={name}><span className="swatch" style={{ background: COLORS[i % COLORS.length] }} />{name}</span>)}
        <span>All units exposed until then.{size > 0 ? ' The dashed line is what was planned for a variant.' : ''} Lines that part where the split is even say when it broke.</span>
      </p>
    </div>
  );
}

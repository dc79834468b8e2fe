// How a metric has moved: the control's mean as units came in, from the experiment that knows most.
import * as Plot from '@observablehq/plot';
import { useMemo } from 'react';
import { useGet, useList } from '../api/queries';
import type { Experiment, Metric } from '../api/types';
import { Link } from '../app/router';
import { controlName } from '../lib/results';
import { Rows } from './basic';
import { Chart } from './plot';

interface Point {
  at: string;
  variant: string;
  metric_name: string;
  mean_value: number | null;
}

export default function MetricTrend({ metric }: { metric: Metric }) {
  const running = useList<Experiment>('/experiments', { status: 'Running', metric: metric.name, limit: 20 });
  const best = [...(running.data?.items ?? [])].sort((a, b) => (b.advice?.units ?? 0) - (a.advice?.units ?? 0))[0];
  const series = useGet<{ points: Point[] }>(best ? `/experiments/${best.id}/timeseries` : null, { metric: metric.name });
  const scale = metric.type === 'Rate' ? 100 : 1;
  const points = (series.data?.points ?? []).flatMap((one) => (best && one.variant === controlName(best) && one.metric_name === metric.name && one.mean_value !== null
    ? [{ at: new Date(one.at), value: scale * one.mean_value }] : []));
  const key = JSON.stringify(points);
  const options = useMemo(() => (): Plot.PlotOptions => ({
    height: 150, marginLeft: 48,
    x: { type: 'time', label: null },
    y: { label: scale === 100 ? '%' : (metric.unit || 'value'), grid: true, nice: true, ...(points.length > 0 ? { domain: [Math.min(...points.map((one) => one.value)) * 0.9, Math.max(...points.map((one) => one.value)) * 1.1] } : {}) },
    marks: [Plot.lineY(points, { x: 'at', y: 'value', stroke: 'var(--accent)', strokeWidth: 2 })],
  }), [key]);
  if (running.data && !best) return <p className="muted small">No running experiment measures it.</p>;
  if (!best || series.isPending) return <Rows count={1} height={150} />;
  if (points.length < 2) return <p className="muted small">The curve appears after two days of an experiment.</p>;
  return (
    <>
      <Chart options={options} label={`Mean of ${metric.name} in the control of ${best.name} over time`} />
      <p className="muted small" style={{ margin: 0 }}>Mean of all control units until then, in <Link to={`/experiments/${best.id}`}>{best.name}</Link>.</p>
    </>
  );
}

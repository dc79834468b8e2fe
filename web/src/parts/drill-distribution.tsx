// How the values of a metric are spread, control and treatment side by side.
import * as Plot from '@observablehq/plot';
import { useMemo } from 'react';
import { asked } from '../api/client';
import { useGet } from '../api/queries';
import type { Experiment, Metric } from '../api/types';
import { count, number } from '../lib/format';
import type { Effect } from '../lib/results';
import { ErrorNote, Rows } from './basic';
import type { Cell, TableOf } from './chart-table';
import { Chart } from './plot';
import { Funnel, type FunnelArm } from './funnel';
import { COLORS } from './split-bar';

export interface Distribution {
  of: 'units' | 'events';
  edges: number[];
  /** Of a funnel: how far the units of each variant come. */
  funnel?: FunnelArm[];
  variants: { variant: string; units: number; values: number; mean: number | null; p50: number | null; p90: number | null; p99: number | null; counts: number[]; above: number }[];
}

/** Labels of bins: whole numbers by themselves, else where they begin. */
function binName(edges: number[], i: number): string {
  const from = edges[i]!;
  const to = edges[i + 1]!;
  if (Number.isInteger(from) && to - from === 1) return count(from);
  const decimals = to - from >= 10 ? 0 : to - from >= 1 ? 1 : 2;
  return `${number(from, decimals)}–${number(to, decimals)}`;
}

function edgeText(edges: number[], i: number): string {
  const step = Math.abs((edges[1] ?? 1) - (edges[0] ?? 0));
  return number(edges[i]!, Number.isInteger(edges[i]!) ? 0 : step >= 10 ? 1 : step >= 1 ? 2 : 4);
}

/** A bin of whole numbers is one of them. */
function binCell(edges: number[], i: number): Cell {
  const isOne = Number.isInteger(edges[i]!) && edges[i + 1]! - edges[i]! === 1;
  return isOne ? { text: edgeText(edges, i), at: `/edges/${i}` } : { text: `${edgeText(edges, i)} to ${edgeText(edges, i + 1)}`, at: `/edges/${i} /edges/${i + 1}` };
}

/** How many values each bin holds; `places` are those of the variants in the answer. */
function numbersOf(data: Distribution, names: string[], places: string[]): TableOf {
  const shown = names.map((name) => data.variants.find((one) => one.variant === name)!);
  const rows = data.edges.slice(0, -1).map((_, i) => ({
    cells: [binCell(data.edges, i), ...shown.map((one, v) => ({ text: count(one.counts[i]!), at: `${places[v]}/counts/${i}` }))],
  }));
  const last = { cells: [{ text: `from ${edgeText(data.edges, data.edges.length - 1)}`, at: `/edges/${data.edges.length - 1}` }, ...shown.map((one, v) => ({ text: count(one.above), at: `${places[v]}/above` }))] };
  return { columns: ['Value', ...names], rows: [...rows, last] };
}

export function Histogram({ data, names, places, unit }: { data: Distribution; names: string[]; places: string[]; unit: string }) {
  const key = JSON.stringify([data, names]);
  const options = useMemo(() => {
    const shown = data.variants.filter((one) => names.includes(one.variant));
    const bins = data.edges.slice(0, -1).map((_, i) => binName(data.edges, i));
    const last = `≥ ${number(data.edges.at(-1)!, Number.isInteger(data.edges.at(-1)!) ? 0 : 1)}`;
    const hasAbove = shown.some((one) => one.above > 0);
    const domain = hasAbove ? [...bins, last] : bins;
    const rows = shown.flatMap((one) => [...one.counts, ...(hasAbove ? [one.above] : [])].map((value, i) => ({
      bin: domain[i]!, name: one.variant, share: one.values > 0 ? (100 * value) / one.values : 0, tip: `${one.variant}, ${domain[i]}: ${count(value)} of ${count(one.values)}`,
    })));
    const every = Math.ceil(domain.length / 12);
    const step = (data.edges[1] ?? 1) - (data.edges[0] ?? 0);
    const start = (i: number) => number(data.edges[i]!, Number.isInteger(data.edges[i]!) || step >= 10 ? 0 : step >= 1 ? 1 : 2);
    return (width: number): Plot.PlotOptions => ({
      height: 220, marginLeft: 44, marginBottom: 46,
      x: { axis: null, domain: names },
      fx: { domain, label: unit ? `value of one ${data.of === 'units' ? 'unit' : 'event'}, ${unit}` : `value of one ${data.of === 'units' ? 'unit' : 'event'}`, tickFormat: (bin: string) => {
        const i = domain.indexOf(bin);
        const apart = width < 500 ? 3 * every : every;
        return bin === last ? last : i % apart === 0 && i < domain.length - apart / 2 ? start(i) : '';
      }, padding: 0.12 },
      y: { label: `% of ${data.of}`, grid: true },
      color: { domain: names, range: names.length === 1 ? ['var(--accent)'] : names.map((_, i) => COLORS[i % COLORS.length]!) },
      marks: [Plot.barY(rows, { fx: 'bin', x: 'name', y: 'share', fill: 'name', title: 'tip' }), Plot.ruleY([0], { stroke: 'var(--muted)' })],
    });
  }, [key]);
  return <Chart options={options} label={`Distribution of values: ${names.join(' and ')}`} table={numbersOf(data, names, places)} />;
}

export function Spread({ data, names, metric }: { data: Distribution; names: string[]; metric: Metric | undefined }) {
  const isRate = metric?.type === 'Rate';
  const value = (one: number | null) => (one === null ? '–' : `${number(one, Number.isInteger(one) ? 0 : 2)}${isRate || !metric?.unit ? '' : ` ${metric.unit}`}`);
  return (
    <div className="scroll">
      <table className="list">
        <caption hidden>How the values are spread</caption>
        <thead><tr><th scope="col">Variant</th><th scope="col" className="right">{data.of === 'units' ? 'Units' : 'Values'}</th><th scope="col" className="right">Mean</th><th scope="col" className="right">Median</th><th scope="col" className="right">90 % are below</th><th scope="col" className="right">99 % are below</th></tr></thead>
        <tbody>
          {data.variants.filter((one) => names.includes(one.variant)).map((one) => (
            <tr key={one.variant} data-in={`/variants/variant=${one.variant}`}>
              <td><span className="swatch" style={{ background: COLORS[names.indexOf(one.variant) % COLORS.length] }} />{one.variant}</td>
              <td className="right num" data-at="values">{count(one.values)}</td><td className="right num" data-at="mean">{value(one.mean)}</td><td className="right num" data-at="p50">{value(one.p50)}</td><td className="right num" data-at="p90">{value(one.p90)}</td><td className="right num" data-at="p99">{value(one.p99)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export default function DistributionView({ experiment, effect }: { experiment: Experiment; effect: Effect }) {
  const path = `/experiments/${experiment.id}/distribution`;
  const query = { metric: effect.row.metric_name };
  const from = asked(path, query);
  const answer = useGet<Distribution>(path, query);
  if (answer.isPending) return <Rows count={1} height={200} />;
  if (answer.error) return <ErrorNote error={answer.error} />;
  const names = [effect.control?.variant ?? 'control', effect.row.variant];
  const { funnel } = answer.data;
  if (funnel && funnel.length > 0)
    return (
      <div className="stack" data-from={from}>
        <Funnel arms={names.flatMap((name) => funnel.find((arm) => arm.variant === name) ?? [])} />
        <p className="muted small" style={{ margin: 0 }}>Units that did the steps in this order, each from its first exposure on. The bars are shares of all exposed units.</p>
      </div>
    );
  return (
    <div className="stack" data-from={from}>
      <Histogram data={answer.data} names={names} places={names.map((name) => `/variants/variant=${name}`)} unit={effect.metric?.type === 'Rate' ? '' : (effect.metric?.unit ?? '')} />
      <Spread data={answer.data} names={names} metric={effect.metric} />
      <p className="muted small" style={{ margin: 0 }}>{answer.data.of === 'units' ? 'The value of each unit, in bins that both variants share' : 'The value of each event'}; the last bin holds the largest 1 %.{effect.row.kind === 'ratio' ? ' Of a ratio, its numerator.' : ''}</p>
    </div>
  );
}

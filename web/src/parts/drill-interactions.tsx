// Whether another experiment that shares units changes the effect of this one.
import { Select } from '@mantine/core';
import { useEffect } from 'react';
import { asked } from '../api/client';
import { useGet, useGrowing } from '../api/queries';
import type { Experiment } from '../api/types';
import { useQueryValue } from '../app/router';
import { count, metricValue, number, decimalsFor, pValue } from '../lib/format';
import type { Effect } from '../lib/results';
import { ErrorNote, Note, Rows } from './basic';

interface Interactions {
  independence_p: number | null;
  least_p: number | null;
  alarm: boolean;
  cells: { variant: string; other_variant: string; units: number; mean: number | null }[];
  pairs: { variant: string; other_variant: string; contrast: number | null; se: number | null; p_value: number | null; adjusted_p: number | null }[];
}

function Answer({ data, effect, other }: { data: Interactions; effect: Effect; other: string }) {
  const rows = [...new Set(data.cells.map((cell) => cell.variant))];
  const columns = [...new Set(data.cells.map((cell) => cell.other_variant))];
  const scale = effect.metric?.type === 'Rate' ? 100 : 1;
  const unit = scale === 100 ? 'percentage points' : (effect.metric?.unit ?? '');
  const at = (variant: string, otherVariant: string) => data.cells.find((cell) => cell.variant === variant && cell.other_variant === otherVariant);
  const amount = (value: number | null, se: number | null) => (value === null ? '–' : `${value > 0 ? '+' : ''}${number(scale * value, decimalsFor(se === null ? null : scale * se))} ${unit}`);
  return (
    <div className="stack">
      {data.alarm
        ? <Note tone="warn" title={`${other} changes the effect of this experiment`}><span data-at="least_p">p {pValue(data.least_p)}.</span> What is measured here holds for the mix of both that ran; shipping one may give another effect. Put both into one layer if they can disturb each other.</Note>
        : <p className="small" style={{ margin: 0 }}>No change of the effect by {other} can be told (least p <span data-at="least_p">{pValue(data.least_p)}</span>).</p>}
      <div className="scroll">
        <table className="list">
          <caption hidden>Mean of {effect.row.metric_name} by the variants of both experiments</caption>
          <thead><tr><th scope="col">Here, and in {other}</th>{columns.map((column) => <th key={column} scope="col" className="right">{column}</th>)}</tr></thead>
          <tbody>
            {rows.map((variant) => (
              <tr key={variant}>
                <td className="strong">{variant}</td>
                {columns.map((column) => {
                  const cell = at(variant, column);
                  return <td key={column} className="right num" data-in={`/cells/variant=${variant},other_variant=${column}`}><span data-at={scale === 100 ? 'mean*100' : 'mean'}>{metricValue(cell?.mean, effect.metric)}</span><br /><span className="muted small" data-at="units">{count(cell?.units)} units</span></td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className="plain-list small">
        {data.pairs.map((pair) => (
          <li key={`${pair.variant}/${pair.other_variant}`} data-in={`/pairs/variant=${pair.variant},other_variant=${pair.other_variant}`}>Under {pair.other_variant}, the effect of {pair.variant} differs by <span className="num" data-at={`contrast*${scale}`}>{amount(pair.contrast, pair.se)}</span> (standard error <span className="num" data-at={`se*${scale}`}>{pair.se === null ? '–' : number(scale * pair.se, decimalsFor(scale * pair.se))}</span>, corrected p <span data-at="adjusted_p">{pValue(pair.adjusted_p)}</span>).</li>
        ))}
      </ul>
      <p className="muted small" style={{ margin: 0 }}>Over units that are in both. {data.independence_p !== null && data.independence_p < 0.001 ? 'The two assignments are not independent: one of them depends on the other.' : <>The two assignments are independent (p <span data-at="/independence_p">{pValue(data.independence_p)}</span>).</>}</p>
    </div>
  );
}

export default function WithOthers({ experiment, effect }: { experiment: Experiment; effect: Effect }) {
  const running = useGrowing<Experiment>('/experiments', { status: 'Running', sort: 'name', limit: 500 });
  useEffect(() => {
    if (running.hasMore && !running.isBusy) running.grow();
  }, [running.hasMore, running.isBusy]);
  const others = (running.items ?? []).filter((one) => one.id !== experiment.id && (one.advice?.units ?? 0) > 0);
  const [chosen, setChosen] = useQueryValue('with');
  const other = others.find((one) => one.id === chosen) ?? others[0];
  const path = `/experiments/${experiment.id}/interactions`;
  const query = { metric: effect.row.metric_name, with: other?.id ?? '' };
  const answer = useGet<Interactions>(other ? path : null, query);
  if (!running.items) return <Rows count={1} height={120} />;
  if (!other) return <p className="muted">No other experiment runs at the same time.</p>;
  return (
    <div className="stack" data-from={asked(path, query)}>
      <Select label="Together with" w={260} searchable allowDeselect={false} value={other.id} data={others.map((one) => ({ value: one.id, label: one.name }))} onChange={(id) => setChosen(id ?? '')} />
      {answer.error ? (answer.error.status < 500 ? <p className="muted">{answer.error.message}.</p> : <ErrorNote error={answer.error} />) : !answer.data ? <Rows count={1} height={120} /> : <Answer data={answer.data} effect={effect} other={other.name} />}
    </div>
  );
}

// All metrics for a part of the units, such as one country; and what is to be thought of such a look.
import { Select } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { api, asked, type ApiError } from '../api/client';
import { useGet } from '../api/queries';
import type { Experiment } from '../api/types';
import { useQueryValue } from '../app/router';
import { count, interval, intervalPercent, pValue, seOf, signedPercent } from '../lib/format';
import type { Effect } from '../lib/results';
import { Badge, ErrorNote, Hint, Note } from './basic';
import { PHASE, nameOf, type Attributes, type Slice, type Slices } from './drill-slices';
import { ForestAxis, ForestRow, axisFor } from './forest';

const EVERYBODY = '';
const pathOf = (experiment: Experiment) => `/experiments/${experiment.id}/slices`;

/** Chooses whom to look at; asks for the attributes only when somebody wants to choose. */
export function PartPicker({ experiment }: { experiment: Experiment }) {
  const [by, setBy] = useQueryValue('part');
  const [is, setIs] = useQueryValue('is');
  const [wanted, want] = useState(false);
  const metric = experiment.success_metrics.primary_metric;
  const attributes = useGet<Attributes>(wanted || by ? pathOf(experiment) : null, { metric });
  const slices = useGet<Slices>(by ? pathOf(experiment) : null, { metric, by });
  const names = (attributes.data?.attributes ?? []).map((one) => one.name);
  const values = slices.data?.variants[0]?.slices ?? [];
  const chosen = is || values[0]?.value;
  const labels = [...new Set([...names, ...(by ? [by] : [])])].map((name) => ({ value: name, label: name === PHASE ? 'by phase of the design' : `by ${name}` }));
  return (
    <div className="row">
      <Select size="xs" aria-label="Whom to look at" w={170} value={by} data={[{ value: EVERYBODY, label: 'everybody' }, ...labels]} allowDeselect={false} onDropdownOpen={() => want(true)}
        nothingFoundMessage="The exposures came without attributes" onChange={(next) => { setIs(''); setBy(next ?? ''); }} />
      {by && values.length > 0 && (
        <Select size="xs" aria-label={`Which ${by}`} w={200} searchable value={chosen ?? null} allowDeselect={false} onChange={(next) => setIs(next ?? '')}
          data={values.map((one) => ({ value: one.value, label: one.value === '' ? 'not said' : nameOf(one) }))} />
      )}
      {slices.error && <span className="small muted">{slices.error.message}</span>}
    </div>
  );
}

interface Line {
  effect: Effect;
  place: string;
  slice: Slice | undefined;
  isBroken: boolean;
  error: ApiError | null;
  isPending: boolean;
}

/** Of these the server computes no slices. */
const isQuantile = (effect: Effect | undefined) => effect?.row.kind === 'quantile';

function useLines(experiment: Experiment, effects: Effect[], by: string, is: string): { lines: Line[]; parts: number } {
  const path = pathOf(experiment);
  const metrics = [...new Set(effects.map((effect) => effect.row.metric_name))];
  const answers = useQueries({
    queries: metrics.map((metric) => ({
      queryKey: ['experiments', path, { metric, by }],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.get<Slices>(path, { metric, by }, signal),
      retry: false, staleTime: 60_000, enabled: !isQuantile(effects.find((effect) => effect.row.metric_name === metric)),
    })),
  });
  const first = answers.map((answer) => answer.data?.variants[0]?.slices).find(Boolean) ?? [];
  const value = is || first[0]?.value;
  const lines = effects.map((effect) => {
    const answer = answers[metrics.indexOf(effect.row.metric_name)]!;
    return {
      effect, error: answer.error as ApiError | null, isPending: answer.isPending,
      place: `/variants/variant=${effect.row.variant}/slices/value=${value}`,
      slice: answer.data?.variants.find((one) => one.variant === effect.row.variant)?.slices.find((one) => one.value === value),
      isBroken: answer.data?.sample_ratio?.find((one) => one.value === value)?.alarm ?? false,
    };
  });
  return { lines, parts: first.length };
}

/** Coloured only where the whole is, so that a part is no second chance. */
function toneOf({ effect, slice, isBroken }: Line): 'good' | 'bad' | 'plain' {
  if (!slice || isBroken || effect.tone === 'plain' || slice.status !== 'ok' || slice.lift === null || (slice.adjusted_p ?? 1) >= 0.05) return 'plain';
  return (effect.direction === 'increase') === slice.lift > 0 ? 'good' : 'bad';
}

function Cells({ line }: { line: Line }) {
  const { slice, error, isPending, isBroken } = line;
  const range = slice ? interval(slice.lift_ci) : null;
  const tone = toneOf(line);
  if (!slice) return <td colSpan={3} className="muted small">{isQuantile(line.effect) ? 'a quantile is not computed for parts' : isPending ? 'computing…' : error ? error.message : 'too few units'}</td>;
  return (
    <>
      <td data-label="Units" className="right num" data-at="units+control_units">{count(slice.units + slice.control_units)}</td>
      <td data-label="Change" className="right">
        <span className={`num ${tone === 'plain' ? '' : `strong ${tone}`}`} data-at="lift">{signedPercent(slice.lift, seOf(range))}</span><br />
        <span className="muted small num" data-at="lift_ci/lower lift_ci/upper">{intervalPercent(range)}</span>{isBroken && <><br /><Badge tone="warn">split broken</Badge></>}
      </td>
      <td data-label="p" className="right num"><Hint tip={<>Uncorrected {pValue(slice.p_value)}; shown is the p-value corrected for all parts (Holm).</>}><span data-at="adjusted_p">{pValue(slice.adjusted_p)}</span></Hint></td>
    </>
  );
}

export default function PartTable({ experiment, effects }: { experiment: Experiment; effects: Effect[] }) {
  const [by] = useQueryValue('part');
  const [is] = useQueryValue('is');
  const { lines, parts } = useLines(experiment, effects, by, is);
  const axis = axisFor(lines.flatMap((line) => (line.slice ? interval(line.slice.lift_ci) ?? [] : [])));
  const failed = lines.find((line) => line.error && line.error.status >= 500)?.error ?? null;
  const word = by === PHASE ? 'phase' : by;
  return (
    <div className="stack">
      <Note tone="warn" title={`A part of the units: one ${word} of ${parts || '…'}`}>
        For finding out, not for deciding: the verdict above is about everybody. p-values are corrected for the number of parts, not for the number of metrics, and intervals are those of a single look; who looks at many finds something by chance.
      </Note>
      <ErrorNote error={failed} />
      <div className="scroll">
        <table className="list slices cards-on-phone">
          <caption hidden>The effect on every metric in a part of the units</caption>
          <thead><tr><th scope="col">Metric</th><th scope="col" className="plot">Change against control<ForestAxis axis={axis} /></th><th scope="col" className="right">Units</th><th scope="col" className="right">Change</th><th scope="col" className="right">p</th></tr></thead>
          <tbody>
            {lines.map((line) => {
              const { effect, slice } = line;
              const range = slice ? interval(slice.lift_ci) : null;
              return (
                <tr key={`${effect.row.metric_name}/${effect.row.variant}`} data-from={asked(pathOf(experiment), { metric: effect.row.metric_name, by })} data-in={line.place}>
                  <td className="lead"><span className="strong">{effect.row.metric_name}</span> <span className="muted small">{effect.direction === 'increase' ? '↑' : '↓'} {effect.role}{experiment.variants.length > 2 ? `, ${effect.row.variant}` : ''}</span></td>
                  <td className="plot">{slice && range && <ForestRow axis={axis} mark={{ estimate: slice.lift, outer: null, inner: range, tone: toneOf(line), label: `${effect.row.metric_name}: ${signedPercent(slice.lift, seOf(range))}, ${intervalPercent(range)}` }} />}</td>
                  <Cells line={line} />
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}

// For whom the effect is different: one interval for each value of an attribute of the exposures.
import { Select } from '@mantine/core';
import { asked } from '../api/client';
import { useGet } from '../api/queries';
import type { Experiment, IntervalShape } from '../api/types';
import { useQueryValue } from '../app/router';
import { count, interval, intervalPercent, pValue, signedPercent, seOf, when } from '../lib/format';
import type { Effect } from '../lib/results';
import { Badge, ErrorNote, Hint, Rows } from './basic';
import { ForestAxis, ForestRow, axisFor } from './forest';

export interface Slice {
  value: string;
  from?: string | null;
  units: number;
  control_units: number;
  lift: number | null;
  lift_ci: IntervalShape;
  p_value: number | null;
  adjusted_p: number | null;
  gap_q: number | null;
  differs: boolean;
  status: string;
}

export interface Slices {
  left_out: number;
  sample_ratio?: { value: string; p_value: number | null; alarm: boolean }[];
  variants: { variant: string; heterogeneity_p: number | null; differs: boolean; slices: Slice[] }[];
}

export interface Attributes {
  attributes: { name: string; units: number }[];
}

export const PHASE = '$phase';

/** What a slice is called: phases by their number and first day. */
export function nameOf(slice: Slice): string {
  return 'from' in slice ? `phase ${slice.value}${slice.from ? `, from ${when(slice.from)}` : ''}` : slice.value;
}

function Table({ slices, ratios, effect }: { slices: Slice[]; ratios: NonNullable<Slices['sample_ratio']>; effect: Effect }) {
  const axis = axisFor(slices.flatMap((one) => interval(one.lift_ci) ?? []));
  const wanted = (lift: number) => (effect.direction === 'increase' ? lift > 0 : lift < 0);
  return (
    <div className="scroll">
      <table className="list slices">
        <caption hidden>The effect on {effect.row.metric_name} by slice</caption>
        <thead><tr><th scope="col">Slice</th><th scope="col" className="right">Units</th><th scope="col" className="right">Change</th><th scope="col" className="plot">Change against control<ForestAxis axis={axis} /></th><th scope="col" className="right">p</th></tr></thead>
        <tbody>
          {slices.map((one) => {
            const range = interval(one.lift_ci);
            const ratio = ratios.find((other) => other.value === one.value);
            const significant = !ratio?.alarm && one.status === 'ok' && one.adjusted_p !== null && one.adjusted_p < 0.05 && one.lift !== null && effect.tone !== 'plain';
            const tone = significant ? (wanted(one.lift!) ? 'good' : 'bad') : 'plain';
            return (
              <tr key={one.value} data-in={`/variants/variant=${effect.row.variant}/slices/value=${one.value}`}>
                <td>{one.value === '' ? <span className="muted">not said</span> : 'from' in one ? <>phase <span data-at="value">{one.value}</span>{one.from && <>, from <time dateTime={one.from}>{when(one.from)}</time></>}</> : one.value} {ratio?.alarm ? <Hint tip={<>Its units are not split as planned (p <span data-at={`/sample_ratio/value=${one.value}/p_value`}>{pValue(ratio.p_value)}</span>): do not read its effect.</>}><Badge tone="warn">split broken</Badge></Hint> : one.differs && <Badge tone="warn">differs</Badge>}</td>
                <td className="right num" data-at="units+control_units">{count(one.units + one.control_units)}</td>
                <td className="right"><span className={`num ${tone === 'plain' ? '' : `strong ${tone}`}`} data-at="lift">{signedPercent(one.lift, seOf(range))}</span><br /><span className="muted small num" data-at="lift_ci/lower lift_ci/upper">{intervalPercent(range)}</span></td>
                <td className="plot">{range && <ForestRow axis={axis} mark={{ estimate: one.lift, outer: null, inner: range, tone, label: `Change ${signedPercent(one.lift, seOf(range))}, ${intervalPercent(range)}`, places: 'lift lift_ci/lower lift_ci/upper' }} />}</td>
                <td className="right num"><Hint tip={<>Uncorrected <span data-at="p_value">{pValue(one.p_value)}</span>; shown is the p-value corrected for all slices (Holm).<br />Whether it differs from the other slices: q <span data-at="gap_q">{pValue(one.gap_q)}</span>.</>}><span data-at="adjusted_p">{pValue(one.adjusted_p)}</span></Hint></td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

export default function ForWhom({ experiment, effect }: { experiment: Experiment; effect: Effect }) {
  const path = `/experiments/${experiment.id}/slices`;
  const metric = effect.row.metric_name;
  const attributes = useGet<Attributes>(path, { metric });
  const [chosen, setChosen] = useQueryValue('by');
  const names = (attributes.data?.attributes ?? []).map((one) => one.name);
  const by = chosen || names[0] || null;
  const answer = useGet<Slices>(by ? path : null, { metric, by: by ?? '' });
  if (attributes.isPending) return <Rows count={1} height={160} />;
  if (attributes.error) return <ErrorNote error={attributes.error} />;
  if (names.length === 0) return <p className="muted">The exposures came without attributes; send them with assignments to see for whom the effect is different.</p>;
  const own = answer.data?.variants.find((one) => one.variant === effect.row.variant);
  const told = own && <span data-at={`/variants/variant=${own.variant}/heterogeneity_p`}>(p {pValue(own.heterogeneity_p)})</span>;
  return (
    <div className="stack" data-from={asked(path, { metric, by })}>
      <Select label="Slice by" w={220} value={by} data={names.map((name) => ({ value: name, label: name === PHASE ? 'phase of the design' : name }))} allowDeselect={false} onChange={(name) => setChosen(name ?? '')} />
      {answer.error ? (answer.error.status < 500 ? <p className="muted">{answer.error.message}.</p> : <ErrorNote error={answer.error} />) : !own ? <Rows count={1} height={120} /> : (
        <>
          <Table slices={own.slices} ratios={answer.data?.sample_ratio ?? []} effect={effect} />
          <p className="small" style={{ margin: 0 }}>
            {own.differs ? <strong>The effect is not the same for all {told}. </strong> : <>No difference between the slices can be told {told}. </>}
            <span className="muted">Looking at many slices finds something by chance; p-values are corrected for their number, intervals are those of a single look.
              {answer.data!.left_out > 0 && <span data-at="/left_out"> {count(answer.data!.left_out)} units of smaller slices are left out.</span>}</span>
          </p>
        </>
      )}
    </div>
  );
}

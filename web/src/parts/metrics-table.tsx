// The scorecard: metrics by role, effects on one shared axis.
import { ActionIcon } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import type { Experiment, Metric, ResultRow } from '../api/types';
import { useQueryValue } from '../app/router';
import { chance, interval, intervalPercent, metricValue, number, pValue, seOf, signedPercent, count } from '../lib/format';
import { effectSentence, effectsByRole, isUsable, placeOf, type Effect } from '../lib/results';
import { ForestAxis, ForestRow, axisFor, type Axis } from './forest';
import { Hint } from './basic';

const GROUP: Record<string, { title: string; tip: string }> = {
  primary: { title: 'Primary metric', tip: 'What the experiment is decided by.' },
  secondary: { title: 'Secondary metrics', tip: 'They explain the result; they do not decide it. p-values are corrected for their number.' },
  guardrail: { title: 'Guardrails', tip: 'They must not get worse by more than their margin (the dashed line).' },
};

const GUARDRAIL = { pass: 'not worse than its margin', breach: 'broken: it got worse', inconclusive: 'not yet clear' };

const STATUS: Record<string, string> = {
  insufficient_n: 'too few units', zero_variance: 'all values equal', undefined_lift: 'control mean is 0, so there is no relative effect',
  unbounded_ci: 'the relative effect has no finite interval', zero_denominator: 'the denominator is 0', no_data: 'no data', single_arm: 'only one variant has data',
  burn_in: 'too early: the anytime-valid interval needs more units', ill_conditioned: 'rounding would decide', invalid_input: 'invalid values',
  inconsistent_moments: 'the sums contradict each other', units_in_zero_weight_arm: 'units in a variant without traffic',
};

function why(row: ResultRow): string {
  return (row.status ?? 'ok').split('|').filter((part) => part !== 'ok').map((part) => STATUS[part] ?? part).join('; ');
}

function Mean({ row, metric }: { row: ResultRow | undefined; metric: Metric | undefined }) {
  if (!row) return <span className="muted">–</span>;
  const range = interval(row.confidence_interval);
  const times = metric?.type === 'Rate' ? '*100' : '';
  return (
    <Hint tip={<>Mean over <span data-at="sample_size conversions">{count(row.sample_size)} units, {count(row.conversions)}</span> of them with a value.<br />
      {range && <>95 % interval <span data-at={`confidence_interval/lower${times} confidence_interval/upper${times}`}>{metricValue(range.lower, metric, range)} to {metricValue(range.upper, metric, range)}</span>.</>}</>}>
      <span className="num" data-at={`mean_value${times}`}>{metricValue(row.mean_value, metric, range)}</span>
    </Hint>
  );
}

function LiftText({ effect }: { effect: Effect }) {
  const { row, lift, fixed, anytime, tone } = effect;
  if (lift === null || !isUsable(row)) return <span className="muted small">{why(row) || 'no relative effect'}</span>;
  return (
    <Hint
      tip={<>
        Difference of the means divided by the control mean.<br />
        {anytime && <>Valid at any time: <span data-at="lift_ci/lower lift_ci/upper">{intervalPercent(anytime)}</span>.<br /></>}
        {fixed && <>Fixed horizon (valid once, at the planned size): <span data-at={row.fixed ? 'fixed/lift_ci/lower fixed/lift_ci/upper' : 'lift_ci/lower lift_ci/upper'}>{intervalPercent(fixed)}</span>.<br /></>}
        {typeof row.method === 'string' && <>Method: {row.method}.</>}
        {row.chance_to_win != null && <><br />Chance that {row.variant} is better: <span data-at="chance_to_win*100">{chance(row.chance_to_win)}</span>.</>}
        {row.variance_reduction ? <><br />Variance reduced by <span data-at="variance_reduction*100">{number(100 * row.variance_reduction, 0)} %</span> with data from before the exposure.</> : null}
      </>}
    >
      <span className={`num strong ${tone === 'plain' ? '' : tone}`} data-at="lift">
        {signedPercent(lift, seOf(fixed ?? anytime))}
        {tone !== 'plain' && <span aria-hidden="true">{tone === 'good' ? ' ✓' : ' ✗'}</span>}
      </span>
    </Hint>
  );
}

function Significance({ effect }: { effect: Effect }) {
  const { row, adjustedP } = effect;
  return (
    <Hint tip={<>How often a difference at least this large would arise if there were none.
      {adjustedP !== null && <><br />Uncorrected <span data-at="p_value">{pValue(row.p_value)}</span>; corrected for several comparisons <span data-at="adjusted_p">{pValue(adjustedP)}</span>. {'The interval is that of this comparison alone, so it may leave out 0 where the corrected p-value does not convince.'}</>}
      {row.statistical_power != null && <><br />Power to find the smallest effect that matters: <span data-at="statistical_power*100">{number(100 * row.statistical_power, 0)} %</span>.</>}</>}>
      <span className="num" data-at={adjustedP === null ? 'p_value' : 'adjusted_p'}>{pValue(adjustedP ?? row.p_value)}</span>
    </Hint>
  );
}

function EffectRow({ effect, axis, many, open, toggle }: { effect: Effect; axis: Axis; many: boolean; open: boolean; toggle?: () => void }) {
  const { row, metric, role, margin, direction } = effect;
  const sign = direction === 'decrease' ? 1 : -1;
  return (
    <tr className="entry" data-in={placeOf(row)}>
      <td className="name">
        <div className="row" style={{ flexWrap: 'nowrap' }}>
          {toggle && (
            <ActionIcon variant="subtle" size="sm" color="gray" onClick={toggle} aria-expanded={open} aria-label={`Details of ${row.metric_name}`}>
              {open ? '▾' : '▸'}
            </ActionIcon>
          )}
          <div>
            <Hint tip={<>{metric?.description}{metric?.description && <br />}{metric && <>{metric.calculation} · </>}should {direction}</>}>
              <span className="strong">{row.metric_name}</span>
            </Hint>{' '}
            <span className="muted" aria-label={`should ${direction}`}>{direction === 'increase' ? '↑' : '↓'}</span>
            {many && <div className="muted small">{row.variant}</div>}
            {row.guardrail && <div className={`small ${row.guardrail === 'breach' ? 'bad' : 'muted'}`}>{GUARDRAIL[row.guardrail]}</div>}
          </div>
        </div>
      </td>
      <td data-label="Control" className="right" data-in={effect.control && placeOf(effect.control)}><Mean row={effect.control} metric={metric} /></td>
      <td data-label={row.variant} className="right"><Mean row={row} metric={metric} /></td>
      <td data-label="Change" className="right"><LiftText effect={effect} /></td>
      <td className="plot">
        <ForestRow axis={axis} mark={{ estimate: effect.lift, outer: effect.anytime, inner: effect.fixed, tone: effect.tone,
          margin: role === 'guardrail' && margin !== null ? sign * margin : null, label: effectSentence(effect), places: `lift${effect.anytime ?? effect.fixed ? ' lift_ci/lower lift_ci/upper' : ''}` }} />
      </td>
      <td data-label="p-value" className="right"><Significance effect={effect} /></td>
    </tr>
  );
}

export function MetricsTable({ experiment, metrics, rows, detail, trusted = true }: {
  experiment: Experiment;
  metrics: Map<string, Metric>;
  rows: ResultRow[];
  detail?: (effect: Effect) => ReactNode;
  trusted?: boolean;
}) {
  // In the address, so that a link shows what its sender saw.
  const [open, setOpen] = useQueryValue('open');
  const groups = effectsByRole(experiment, metrics, rows, trusted);
  const all = groups.flatMap((group) => group.effects);
  const axis = axisFor(all.flatMap((effect) => effect.anytime ?? effect.fixed ?? []));
  const many = experiment.variants.length > 2;
  const treatment = many ? 'Variant' : (experiment.variants.find((v) => v.name !== all[0]?.control?.variant)?.name ?? 'Treatment');
  return (
    <table className="metrics">
      <caption hidden>Effect on every metric against control, with intervals in percent of the control mean</caption>
      <thead>
        <tr>
          <th scope="col" className="only-wide">Metric</th>
          <th scope="col" className="right only-wide">Control</th>
          <th scope="col" className="right only-wide">{treatment}</th>
          <th scope="col" className="right only-wide">Change</th>
          <th scope="col" className="plot"><span className="small" style={{ paddingLeft: 4 }}>Change against control</span><ForestAxis axis={axis} /></th>
          <th scope="col" className="right only-wide">p-value</th>
        </tr>
      </thead>
      <tbody>
        {groups.map(({ role, effects }) => (
          <Fragment key={role}>
            <tr className="group">
              <th scope="colgroup" colSpan={6}><Hint tip={GROUP[role]?.tip}>{GROUP[role]?.title}</Hint></th>
            </tr>
            {effects.map((effect) => {
              const id = `${effect.row.metric_name}/${effect.row.variant}`;
              return (
                <Fragment key={id}>
                  <EffectRow effect={effect} axis={axis} many={many} open={open === id} toggle={detail && (() => setOpen(open === id ? '' : id))} />
                  {open === id && detail && (
                    <tr className="detail"><td colSpan={6} data-in={placeOf(effect.row)}>{detail(effect)}</td></tr>
                  )}
                </Fragment>
              );
            })}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

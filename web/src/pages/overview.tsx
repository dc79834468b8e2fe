// What needs attention now, and how the running experiments stand.
import { Suspense, lazy } from 'react';
import { asked } from '../api/client';
import { useList, useGet, useMetrics } from '../api/queries';
import type { Experiment, Metric } from '../api/types';
import { Link } from '../app/router';
import { count, days, intervalPercent, share, signedPercent, seOf } from '../lib/format';
import { ADVICE_KINDS, adviceOf, advisedEffect, effectSentence, type Tone } from '../lib/results';
import { Ago, Badge, Card, Empty, ErrorNote, Hint, None, Page, Rows } from '../parts/basic';
import { ForestAxis, ForestRow, axisFor, type Axis } from '../parts/forest';
import { SystemStrip } from '../parts/system-strip';

const GettingStarted = lazy(() => import('../parts/getting-started'));
const RUNNING = { status: 'Running', sort: '-updated_at', limit: 50 };
/** In the order of urgency. */
const ATTENTION = ['unhealthy', 'roll_back', 'ship', 'ended', 'inconclusive', 'no_data'] as const;
const SHOWN = 12;
const DAY = 86_400_000;

interface StaleFlags {
  items: { key: string; reasons: { message: string }[] }[];
}

/** What is no trouble yet: just started, or a plan that has no end. */
function isQuiet(experiment: Experiment): boolean {
  return experiment.advice?.kind === 'no_data' && (!experiment.start_date || Date.now() - Date.parse(experiment.start_date) < DAY);
}

function Item({ tone, word, to, name, text }: { tone: Tone; word: string; to: string; name: string; text: string }) {
  return (
    <li className="attention">
      <span><Badge tone={tone}>{word}</Badge></span>
      <span className="wrap"><Link to={to} className="strong">{name}</Link>{' '}<span className="muted">{text}</span></span>
    </li>
  );
}

function Attention() {
  const query = { advice: ATTENTION.join(','), sort: '-updated_at', limit: 200 };
  const list = useList<Experiment>('/experiments', query, 10_000);
  const stale = useGet<StaleFlags>('/reports/stale-flags', { days: 30 }, 60_000);
  if (list.error && !list.data) return <ErrorNote error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) return <Rows count={3} />;
  const rank = (experiment: Experiment) => ATTENTION.indexOf(experiment.advice!.kind as (typeof ATTENTION)[number]);
  const found = list.data.items.filter((experiment) => !isQuiet(experiment)).sort((a, b) => rank(a) - rank(b));
  const flags = stale.data?.items ?? [];
  if (found.length === 0 && flags.length === 0) return <p className="muted" style={{ margin: 0 }}>Nothing. Every running experiment is healthy and undecided, and every flag is in use.</p>;
  return (
    <ul className="plain-list">
      {found.slice(0, SHOWN).map((experiment) => {
        const { tone, label, sentence } = adviceOf(experiment.advice);
        return <Item key={experiment.id} tone={tone} word={label} to={`/experiments/${experiment.id}`} name={experiment.name} text={sentence} />;
      })}
      {found.length > SHOWN && <li><Link to={`/experiments?advice=${ATTENTION.join(',')}`} className="small"><span data-from={asked('/experiments', query)} data-at="total">all {count(list.data.total)} experiments that ask for attention</span></Link></li>}
      {flags.slice(0, 3).map((flag) => (
        <Item key={flag.key} tone="plain" word="Stale flag" to={`/flags/${encodeURIComponent(flag.key)}`} name={flag.key} text={[...new Set(flag.reasons.map((reason) => reason.message))].join('; ')} />
      ))}
      {flags.length > 3 && <li><Link to="/clean-up" className="small"><span data-from={asked('/reports/stale-flags', { days: 30 })} data-at="items">all {count(flags.length)} flags that may go</span></Link></li>}
    </ul>
  );
}

const HEALTH: Record<string, [Tone, string]> = {
  ok: ['good', 'every health check passed'],
  warning: ['warn', 'a health check asks for a look'],
  alarm: ['bad', 'a health check failed: do not read the numbers'],
};

function HealthDot({ health }: { health: string | undefined }) {
  const [tone, text] = HEALTH[health ?? ''] ?? ['plain', 'no data yet'];
  return <span className="dot" data-tone={tone} role="img" aria-label={`health: ${text}`} title={text} />;
}

function Progress({ experiment }: { experiment: Experiment }) {
  const units = experiment.advice?.units ?? 0;
  const needed = experiment.success_metrics.minimum_sample_size ?? 0;
  const part = needed > 0 ? Math.min(1, units / needed) : null;
  const place = experiment.advice?.units === undefined ? '0' : 'advice/units';
  return (
    <Hint tip={needed > 0 ? <><span data-at={`${place} success_metrics/minimum_sample_size`}>{count(units)} units were exposed, of {count(needed)}</span> planned in all variants together.</> : <><span data-at={place}>{count(units)}</span> units were exposed; no size was planned.</>}>
      <span className="progress">
        <span className="num small"><span data-at={place}>{count(units)}</span>{needed > 0 && <> · <span data-at={units > needed ? '100' : units > 0 ? 'advice/units%success_metrics/minimum_sample_size' : '0'}>{share(Math.min(units, needed), needed)}</span></>}</span>
        {part !== null && <span className="progress-track"><span className="progress-fill" style={{ width: `${100 * part}%` }} /></span>}
      </span>
    </Hint>
  );
}

function RunningRow({ experiment, metrics, axis }: { experiment: Experiment; metrics: Map<string, Metric>; axis: Axis }) {
  const { advice } = experiment;
  const effect = advisedEffect(experiment, metrics);
  const { tone, label, sentence } = adviceOf(advice);
  const left = advice?.kind === 'running' ? advice.days_left : null;
  return (
    <tr data-in={`/items/id=${experiment.id}`}>
      <td className="lead">
        <span className="row roomy" style={{ flexWrap: 'nowrap' }}>
          <HealthDot health={advice?.units ? advice.health : undefined} />
          <Link to={`/experiments/${experiment.id}`} className="strong">{experiment.name}</Link>
        </span>
        <div className="muted small">{experiment.success_metrics.primary_metric}{effect && experiment.variants.length > 2 ? `, ${effect.row.variant}` : ''}</div>
      </td>
      <td data-label="Advice"><Hint tip={sentence}><Badge tone={tone}>{left != null ? <span data-at="^advice/days_left">{label}</span> : label}</Badge></Hint></td>
      <td data-label="Change" className="right">
        {effect ? (
          <Hint tip={<>Change of {effect.row.metric_name} in {effect.row.variant} against control.<br />{effect.anytime ? 'The interval holds however often one looks.' : 'The interval is that of the planned size, which is reached.'}</>}>
            <span className={`num ${effect.tone === 'plain' ? '' : `strong ${effect.tone}`}`} data-at="advice/primary/lift">{signedPercent(effect.lift, seOf(effect.fixed ?? effect.anytime))}</span>
            <span className="muted small num" style={{ display: 'block' }} data-at="advice/primary/lift_ci/lower advice/primary/lift_ci/upper">{intervalPercent(effect.anytime ?? effect.fixed)}</span>
          </Hint>
        ) : <None />}
      </td>
      <td style={{ minWidth: 200, padding: 0 }}>
        {effect && <ForestRow axis={axis} mark={{ estimate: effect.lift, outer: effect.anytime, inner: effect.fixed, tone: effect.tone, label: effectSentence(effect), places: `advice/primary/lift ${effect.anytime ?? effect.fixed ? 'advice/primary/lift_ci/lower advice/primary/lift_ci/upper' : ''}`.trim() }} />}
      </td>
      <td data-label="Units" className="right"><Progress experiment={experiment} /></td>
      <td data-label="Days left" className="right">{typeof left === 'number' ? <span data-at="^advice/days_left">{days(left)}</span> : <None />}</td>
      <td data-label="Computed" className="right small"><Ago at={advice?.as_of} /></td>
    </tr>
  );
}

function Running() {
  const running = useList<Experiment>('/experiments', RUNNING, 5_000);
  const metrics = useMetrics((running.data?.items ?? []).map((one) => one.success_metrics.primary_metric));
  if (running.error && !running.data) return <ErrorNote error={running.error} retry={() => void running.refetch()} />;
  if (!running.data) return <Rows count={5} />;
  const items = [...running.data.items].sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name));
  if (items.length === 0) return <Empty title="Nothing is running" action={<Link to="/experiments">To the experiments</Link>}>Running experiments stand here with what to do about each.</Empty>;
  const axis = axisFor(items.flatMap((experiment) => {
    const effect = advisedEffect(experiment, metrics);
    return effect?.anytime ?? effect?.fixed ?? [];
  }));
  return (
    <Card from={asked('/experiments', RUNNING)} title="Running experiments" aside={running.data.total > items.length ? <Link to="/experiments?status=Running" className="small"><span data-at="total">all {count(running.data.total)}</span></Link> : undefined}>
      <div className="scroll">
        <table className="list cards-on-phone" style={{ border: 0 }}>
          <caption hidden>Running experiments with the effect on their primary metric</caption>
          <thead>
            <tr><th scope="col">Experiment</th><th scope="col">Advice</th><th scope="col" className="right">Change</th><th scope="col" style={{ padding: '8px 0' }}>Primary metric against control<ForestAxis axis={axis} /></th><th scope="col" className="right">Units</th><th scope="col" className="right">Days left</th><th scope="col" className="right">Computed</th></tr>
          </thead>
          <tbody>{items.map((experiment) => <RunningRow key={experiment.id} experiment={experiment} metrics={metrics} axis={axis} />)}</tbody>
        </table>
      </div>
    </Card>
  );
}

const ORDER = Object.keys(ADVICE_KINDS);
const order = (experiment: Experiment) => ORDER.indexOf(experiment.advice?.kind ?? 'no_data');

export default function Overview() {
  const any = useList<Experiment>('/experiments', { limit: 1 }, 10_000);
  return (
    <Page title="Overview">
      <div className="stack">
        <SystemStrip />
        {any.data?.total === 0 && <Suspense><GettingStarted /></Suspense>}
        <Card title="Needs attention"><Attention /></Card>
        <Running />
      </div>
    </Page>
  );
}

// A bandit: who gets how much now, how each decision came about, and when the next one is due.
import * as Plot from '@observablehq/plot';
import { useMemo } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange, useGet } from '../api/queries';
import type { Experiment } from '../api/types';
import { count, number, when } from '../lib/format';
import { Act } from './act';
import { Ago, Card, ErrorNote, Hint, Rows, say } from './basic';
import { Chart } from './plot';
import { COLORS } from './split-bar';

type ByVariant = Record<string, number | null>;

interface Decision {
  at: string;
  metric: string;
  method: string;
  applied: boolean;
  reason?: string;
  units: ByVariant;
  mean: ByVariant;
  se: ByVariant;
  chance_best: ByVariant;
  weights: ByVariant;
  winner: string | null;
}

interface Log {
  settings: { method: string; floor: number; interval_hours: number; minimum_units: number };
  weights: ByVariant;
  next_decision_at: string | null;
  decisions: Decision[];
}

const color = (names: string[], name: string) => COLORS[names.indexOf(name) % COLORS.length]!;
const percent = (part: number | null | undefined) => (part === null || part === undefined ? '–' : part > 0.999 ? '> 99.9 %' : part < 0.001 ? '< 0.1 %' : `${number(100 * part, 1)} %`);

const SHOWN = 40;

function Course({ names, log }: { names: string[]; log: Log }) {
  const key = log.decisions.at(-1)?.at;
  const options = useMemo(() => {
    const from = Math.max(0, log.decisions.length - SHOWN);
    const even = from === 0 ? names.map((name) => ({ step: 'start', name, share: 100 / names.length, tip: `start: ${name} even` })) : [];
    const rows = log.decisions.slice(from).flatMap((decision, i) => names.map((name) => ({
      step: String(from + i + 1), name, share: decision.weights[name] ?? 0, tip: `${when(decision.at)}: ${name} ${number(decision.weights[name], 1)} %`,
    })));
    return (): Plot.PlotOptions => ({
      height: 170, marginLeft: 44, marginBottom: 34,
      x: { type: 'band', label: 'decision', domain: [...(from === 0 ? ['start'] : []), ...log.decisions.slice(from).map((_, i) => String(from + i + 1))], padding: 0.15 },
      y: { domain: [0, 100], label: 'share of new units, %', grid: true },
      color: { domain: names, range: names.map((name) => color(names, name)) },
      marks: [Plot.barY([...even, ...rows], { x: 'step', y: 'share', fill: 'name', order: names, title: 'tip' }), Plot.ruleY([0], { stroke: 'var(--muted)' })],
    });
  }, [names.join(), key]);
  const first = Math.max(0, log.decisions.length - SHOWN);
  return <Chart options={options} label="Share of new units that each variant gets, decision by decision" table={{
    columns: ['Decided', ...names],
    rows: log.decisions.slice(first).map((decision, i) => ({ place: `/decisions/${first + i}`, cells: [when(decision.at), ...names.map((name) => ({ text: `${number(decision.weights[name], 1)} %`, at: `weights/${name}` }))] })),
  }} />;
}

function LastDecision({ names, decision, index }: { names: string[]; decision: Decision; index: number }) {
  return (
    <div className="scroll">
      <table className="list">
        <caption hidden>What the last decision was made from</caption>
        <thead><tr><th scope="col">Variant</th><th scope="col" className="right">Units</th><th scope="col" className="right">Mean ± standard error</th><th scope="col" className="right"><Hint tip="The posterior chance that this variant has the best mean: what the weights follow.">Chance to be best</Hint></th><th scope="col" className="right">Share</th></tr></thead>
        <tbody>
          {names.map((name) => (
            <tr key={name} data-in={`/decisions/${index}`}>
              <td><span className="swatch" style={{ background: color(names, name) }} />{name}{decision.winner === name && <strong> has won</strong>}</td>
              <td className="right num" data-at={`units/${name}`}>{count(decision.units[name])}</td>
              <td className="right num" data-at={`mean/${name} se/${name}`}>{number(decision.mean[name], 4)} ± {number(decision.se[name], 4)}</td>
              <td className="right num" data-at={`chance_best/${name}*100`}>{percent(decision.chance_best[name])}</td>
              <td className="right num" data-at={`weights/${name}`}>{number(decision.weights[name], 1)} %</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export default function Bandit({ experiment }: { experiment: Experiment }) {
  const path = `/experiments/${experiment.id}/bandit`;
  const log = useGet<Log>(path, undefined, experiment.status === 'Running' ? 10_000 : false);
  const decide = useChange<void, Decision>(() => api.post<Decision>(path, {}), ['experiments']);
  const names = experiment.variants.map((variant) => variant.name);
  const last = log.data?.decisions.at(-1);
  if (log.error && !log.data) return <Card title="Bandit"><ErrorNote error={log.error} /></Card>;
  if (!log.data) return <Card title="Bandit"><Rows count={2} height={80} /></Card>;
  const { settings, next_decision_at: next } = log.data;
  return (
    <Card from={path} title="Bandit: who gets how much" aside={experiment.status === 'Running' && (
      <Act size="xs" variant="default" loading={decide.isPending} onClick={() => decide.mutate(undefined, { onSuccess: (made) => say(made.applied ? 'New weights hold from now on.' : `The weights stay: ${made.reason ?? 'nothing can be told yet'}.`) })}>Decide now</Act>
    )}>
      <div className="stack">
        <ErrorNote error={decide.error as ApiError | null} />
        <div className="row small">{names.map((name) => <span key={name}><span className="swatch" style={{ background: color(names, name) }} />{name} <strong className="num" data-at={`/weights/${name}`}>{number(log.data.weights[name], 1)} %</strong></span>)}</div>
        {last && <Course names={names} log={log.data} />}
        {last && <LastDecision names={names} decision={last} index={log.data.decisions.length - 1} />}
        <p className="muted small" style={{ margin: 0 }}>
          {last ? <>Decided <Ago at={last.at} /> by {last.method.replace('_', ' ')} on {last.metric}{last.applied ? '' : `, weights kept: ${last.reason ?? ''}`}. </> : 'Nothing was decided yet. '}
          {next && <>Next decision {Date.parse(next) > Date.now() ? <Ago at={next} /> : 'is due'} <span className="num">({when(next)})</span>. </>}
          Each variant keeps at least <span data-at="/settings/floor">{number(settings.floor, 0)} %</span>; a variant needs <span data-at="/settings/minimum_units">{count(settings.minimum_units)} units</span> before it is judged. <span data-at="/decisions">{count(log.data.decisions.length)}</span> decision{log.data.decisions.length === 1 ? '' : 's'} so far, each a phase.
        </p>
      </div>
    </Card>
  );
}

// What needs attention now, and how the running experiments stand.
import { useQueries } from '@tanstack/react-query';
import { api } from '../api/client';
import { useList } from '../api/queries';
import type { Experiment, Results } from '../api/types';
import { Link } from '../app/router';
import { count, days, intervalPercent, share, signedPercent, seOf } from '../lib/format';
import { advice, controlName, effectSentence, effectsByRole, exposures, healthTone, verdictOf, type Effect, type Tone } from '../lib/results';
import { Ago, Badge, Card, Empty, ErrorNote, Hint, Page, Rows } from '../parts/basic';
import { ForestRow, axisFor, type Axis } from '../parts/forest';
import { SystemStrip } from '../parts/system-strip';
import { useMetrics } from '../parts/pickers';

interface Row {
  experiment: Experiment;
  results: Results | undefined;
  primary: Effect | undefined;
}

const URGENT: Record<Tone, number> = { warn: 0, bad: 1, good: 2, accent: 3, plain: 4 };

function needsAttention(row: Row): { tone: Tone; text: string } | null {
  const verdict = verdictOf(row.experiment, row.results);
  const ended = row.experiment.end_date && Date.parse(row.experiment.end_date) < Date.now();
  if (verdict.tone === 'warn' || verdict.tone === 'bad' || verdict.tone === 'good') return { tone: verdict.tone, text: verdict.sentence };
  if (ended) return { tone: 'accent', text: 'Its planned end has passed: decide, or move the end.' };
  const age = row.experiment.start_date ? (Date.now() - Date.parse(row.experiment.start_date)) / 86_400_000 : 0;
  if (verdict.label === 'No data' && age > 1 && age < 3650) return { tone: 'warn', text: `No data ${days(age)} after its start: is the code asking for assignments?` };
  return null;
}

function Attention({ rows }: { rows: Row[] }) {
  const found = rows.flatMap((row) => {
    const need = needsAttention(row);
    return need ? [{ row, need }] : [];
  }).sort((a, b) => URGENT[a.need.tone] - URGENT[b.need.tone]);
  if (found.length === 0) return <p className="muted" style={{ margin: 0 }}>Nothing. Every running experiment is healthy and undecided.</p>;
  return (
    <div className="stack">
      {found.map(({ row, need }) => (
        <div key={row.experiment.id} className="row" style={{ flexWrap: 'nowrap', alignItems: 'baseline' }}>
          <span style={{ width: 110, flex: 'none' }}><Badge tone={need.tone}>{advice(row.results?.verdict).text || (need.tone === 'warn' ? 'Look' : 'Ended')}</Badge></span>
          <span className="wrap"><Link to={`/experiments/${row.experiment.id}`} className="strong">{row.experiment.name}</Link>{' '}<span className="muted">{need.text}</span></span>
        </div>
      ))}
    </div>
  );
}

function Progress({ row }: { row: Row }) {
  const units = exposures(row.experiment, row.results).reduce((sum, arm) => sum + arm.units, 0);
  const needed = row.experiment.success_metrics.minimum_sample_size;
  return (
    <Hint tip={needed ? `${count(units)} of ${count(needed)} planned units` : `${count(units)} units; no size was planned`}>
      <span className="num small">{count(units)}{needed ? ` · ${share(Math.min(units, needed), needed)}` : ''}</span>
    </Hint>
  );
}

function RunningRow({ row, axis }: { row: Row; axis: Axis }) {
  const { experiment, results, primary } = row;
  const left = results?.verdict?.days_left;
  return (
    <tr>
      <td className="lead">
        <span className="dot" data-tone={healthTone(results?.health)} title={`health: ${healthTone(results?.health) === 'good' ? 'good' : healthTone(results?.health) === 'bad' ? 'a check failed' : 'look'}`} />{' '}
        <Link to={`/experiments/${experiment.id}`} className="strong">{experiment.name}</Link>
        <div className="muted small">{experiment.success_metrics.primary_metric}</div>
      </td>
      <td data-label="Advice"><Badge tone={verdictOf(experiment, results).tone}>{verdictOf(experiment, results).label || '–'}</Badge></td>
      <td data-label="Change" className="right">
        <div>
          <span className={`num ${primary && primary.tone !== 'plain' ? primary.tone : ''}`}>{primary ? signedPercent(primary.lift, seOf(primary.fixed ?? primary.anytime)) : '–'}</span>
          {primary && <div className="muted small num">{intervalPercent(primary.anytime ?? primary.fixed)}</div>}
        </div>
      </td>
      <td style={{ minWidth: 200, padding: 0 }}>
        {primary && <ForestRow axis={axis} mark={{ estimate: primary.lift, outer: primary.anytime, inner: primary.fixed, tone: primary.tone, label: effectSentence(primary) }} />}
      </td>
      <td data-label="Units" className="right"><Progress row={row} /></td>
      <td data-label="Days left" className="right">{typeof left === 'number' ? days(left) : '–'}</td>
      <td data-label="Computed" className="right small"><Ago at={results?.as_of ?? results?.results[0]?.computed_at} /></td>
    </tr>
  );
}

export default function Overview() {
  const running = useList<Experiment>('/experiments', { status: 'Running', limit: 50 }, 15_000);
  const metrics = useMetrics();
  const items = running.data?.items ?? [];
  const answers = useQueries({
    queries: items.map((experiment) => ({
      queryKey: ['experiments', `/experiments/${experiment.id}/results`, {}],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.get<Results>(`/experiments/${experiment.id}/results`, undefined, signal),
      refetchInterval: 10_000,
    })),
  });
  const rows: Row[] = items.map((experiment, i) => {
    const results = answers[i]?.data;
    const primary = results && effectsByRole(experiment, metrics, results.results, healthTone(results.health) !== 'bad').find((group) => group.role === 'primary')?.effects;
    const arm = results?.verdict?.variant ?? experiment.variants.find((variant) => variant.name !== controlName(experiment))?.name;
    return { experiment, results, primary: primary?.find((effect) => effect.row.variant === arm) ?? primary?.[0] };
  });
  const axis = axisFor(rows.flatMap((row) => row.primary?.anytime ?? row.primary?.fixed ?? []));
  return (
    <Page title="Overview">
      <div className="stack">
        <SystemStrip />
        {running.error && !running.data ? <ErrorNote error={running.error} retry={() => void running.refetch()} />
          : !running.data ? <Rows count={5} />
          : items.length === 0 ? <Empty title="Nothing is running" action={<Link to="/experiments">To the experiments</Link>}>Running experiments stand here with what to do about each.</Empty>
          : (
            <>
              <Card title="Needs attention"><Attention rows={rows} /></Card>
              <Card title="Running experiments" aside={running.data.total > items.length ? <Link to="/experiments?status=Running" className="small">all {count(running.data.total)}</Link> : undefined}>
                <div className="scroll">
                  <table className="list cards-on-phone" style={{ border: 0 }}>
                    <caption hidden>Running experiments with the effect on their primary metric</caption>
                    <thead>
                      <tr><th scope="col">Experiment</th><th scope="col">Advice</th><th scope="col" className="right">Change</th><th scope="col">Primary metric against control</th><th scope="col" className="right">Units</th><th scope="col" className="right">Days left</th><th scope="col" className="right">Computed</th></tr>
                    </thead>
                    <tbody>{rows.map((row) => <RunningRow key={row.experiment.id} row={row} axis={axis} />)}</tbody>
                  </table>
                </div>
              </Card>
            </>
          )}
      </div>
    </Page>
  );
}

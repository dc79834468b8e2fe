// One experiment: the verdict first, then why.
import { Button, Tabs } from '@mantine/core';
import { Suspense, lazy } from 'react';
import { useGet, useMetrics } from '../api/queries';
import type { Experiment, Results } from '../api/types';
import { navigate, useQueryValue } from '../app/router';
import { STATUS_TONE, controlName, effectsByRole, healthTone, layersOf, winnerOf } from '../lib/results';
import { Act } from '../parts/act';
import { Ago, Badge, Card, Empty, ErrorNote, Page, Rows } from '../parts/basic';
import { Computing } from '../parts/computing';
import { Conclusion } from '../parts/conclusion';
import { Lifecycle } from '../parts/lifecycle';
import { MetricsTable } from '../parts/metrics-table';
import { Share } from '../parts/share';
import { TabStrip } from '../parts/tab-strip';
import { Warnings } from '../parts/warnings';
import { Exposures, HealthStrip, Verdict } from '../parts/verdict';

const Traffic = lazy(() => import('../parts/traffic'));
const PartTable = lazy(() => import('../parts/part'));
const PartPicker = lazy(() => import('../parts/part').then((part) => ({ default: part.PartPicker })));
const Connection = lazy(() => import('../parts/connection'));
const Bandit = lazy(() => import('../parts/bandit'));
const Drill = lazy(() => import('../parts/drill'));
const Design = lazy(() => import('../parts/experiment-design'));
const Assignments = lazy(() => import('../parts/experiment-assignments'));
const History = lazy(() => import('../parts/history'));

function ResultsView({ experiment, results }: { experiment: Experiment; results: ReturnType<typeof useGet<Results>> }) {
  const [part] = useQueryValue('part');
  const [traffic, setTraffic] = useQueryValue('traffic');
  const rows = results.data?.results ?? [];
  const metrics = useMetrics([experiment.success_metrics.primary_metric, ...rows.map((row) => row.metric_name)]);
  if (results.error && !results.data) return <ErrorNote error={results.error} retry={() => void results.refetch()} />;
  if (!results.data) return <Rows count={4} height={60} />;
  const trusted = healthTone(results.data.health) !== 'bad';
  return (
    <div className="stack" data-from={`/experiments/${experiment.id}/results`}>
      {results.error && <ErrorNote error={results.error} title="These results are not fresh" retry={() => void results.refetch()} />}
      <Verdict experiment={experiment} results={results.data} />
      <Conclusion experiment={experiment} />
      <HealthStrip health={results.data.health} byPhase={rows.length > 0 ? `/experiments/${experiment.id}?part=%24phase` : undefined} />
      {rows.length === 0 && experiment.status === 'Running' ? (
        <Suspense fallback={<Rows count={2} />}><Connection experiment={experiment} results={results.data} metric={metrics.get(experiment.success_metrics.primary_metric)} /></Suspense>
      ) : rows.length === 0 ? (
        <Empty title={experiment.status === 'Draft' ? 'Results appear once it runs' : 'No results'}>
          {experiment.status !== 'Draft' && 'They are computed as soon as units are exposed and events arrive.'}
        </Empty>
      ) : (
        <>
          <Card title="Exposures against the plan" aside={<Button size="compact-xs" variant="default" aria-expanded={traffic !== ''} onClick={() => setTraffic(traffic ? '' : '1')}>{traffic ? 'Hide the course' : 'Over time'}</Button>}>
            <Exposures experiment={experiment} results={results.data} />
            {traffic && <Suspense fallback={<Rows count={1} height={200} />}><Traffic experiment={experiment} results={results.data} /></Suspense>}
          </Card>
          {experiment.bandit && <Suspense fallback={<Rows count={1} height={200} />}><Bandit experiment={experiment} /></Suspense>}
          <Card title="Metrics" aside={<Computing experiment={experiment} at={results.data.as_of ?? rows[0]?.computed_at} />}>
            <div className="row part-row"><span className="small muted">Look at</span><Suspense><PartPicker experiment={experiment} /></Suspense></div>
            {part ? (
              <Suspense fallback={<Rows count={3} />}><PartTable experiment={experiment} effects={effectsByRole(experiment, metrics, rows, trusted).flatMap((group) => group.effects)} /></Suspense>
            ) : (
              <>
                <MetricsTable experiment={experiment} metrics={metrics} rows={rows} trusted={trusted}
                  detail={(effect) => <Suspense fallback={<Rows count={2} />}><Drill experiment={experiment} effect={effect} /></Suspense>} />
                <p className="muted small" style={{ marginTop: 10 }}>
                  Pale bar: valid however often you look. Dark bar: valid once, at the planned size. Coloured only when significant: green in the wanted direction, red in the other.
                </p>
              </>
            )}
            <Share experiment={experiment} metrics={metrics} rows={rows} isPart={part !== ''} warning={results.data.verdict?.sentence} />
          </Card>
        </>
      )}
    </div>
  );
}

export default function ExperimentPage({ id }: { id: string }) {
  const [tab, setTab] = useQueryValue('tab', 'results');
  const found = useGet<Experiment>(`/experiments/${encodeURIComponent(id)}`, undefined, 15_000);
  const live = found.data?.status === 'Running' ? 5_000 : false;
  const results = useGet<Results>(found.data ? `/experiments/${found.data.id}/results` : null, undefined, live);
  const experiment = found.data;
  if (!experiment)
    return (
      <Page title="Experiment" crumbs={[{ to: '/experiments', text: 'Experiments' }]}>
        {found.error ? <ErrorNote error={found.error} retry={() => void found.refetch()} /> : <Rows count={4} height={60} />}
      </Page>
    );
  const verdict = results.data?.verdict;
  const isShip = verdict?.verdict === 'ship';
  const winner = winnerOf(experiment, results.data);
  const caution = healthTone(results.data?.health) === 'bad' ? 'A health check failed: the numbers may be wrong.'
    : isShip ? undefined : `The results do not advise it yet. ${verdict?.sentence ?? ''}`;
  const view = tab === 'results' && experiment.status === 'Draft' ? 'design' : tab;
  return (
    <Page title={experiment.name} crumbs={[{ to: '/experiments', text: 'Experiments' }]}
      actions={<><Lifecycle experiment={experiment} winner={winner} isAdvised={isShip} isHarmful={verdict?.verdict === 'roll_back'} caution={caution} /><Act variant="default" onClick={() => navigate(`/experiments/new?from=${encodeURIComponent(experiment.name)}`)}>Duplicate</Act></>}>
      <div className="row muted" style={{ marginBottom: 12 }}>
        <Badge tone={STATUS_TONE[experiment.status]}>{experiment.status}</Badge>
        {experiment.shipped_variant && <Badge tone={experiment.shipped_variant === controlName(experiment) ? 'plain' : 'good'}>{experiment.shipped_variant === controlName(experiment) ? 'kept' : 'shipped'}: {experiment.shipped_variant}</Badge>}
        {experiment.start_date && <span className="small">started <Ago at={experiment.start_date} /></span>}
        {experiment.owner && <span className="small">owner {experiment.owner}</span>}
        {layersOf(experiment).length > 0 && <span className="small">layer {layersOf(experiment).join(', ')}</span>}
      </div>
      {(experiment.hypothesis || experiment.description) && <p className="wrap" style={{ maxWidth: 900 }}>{experiment.hypothesis || experiment.description}</p>}
      <Warnings kind="experiment" name={experiment.name} to={() => `/experiments/${experiment.id}?tab=design`} />
      <Tabs value={view} onChange={(value) => setTab(value ?? 'results')} keepMounted={false}>
        <TabStrip mb="md">
          <Tabs.Tab value="results">Results</Tabs.Tab>
          <Tabs.Tab value="design">Design</Tabs.Tab>
          <Tabs.Tab value="assignments">Assignments</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
        </TabStrip>
        <Suspense fallback={<Rows count={4} />}>
          <Tabs.Panel value="results"><ResultsView experiment={experiment} results={results} /></Tabs.Panel>
          <Tabs.Panel value="design"><Design experiment={experiment} /></Tabs.Panel>
          <Tabs.Panel value="assignments"><Assignments experiment={experiment} /></Tabs.Panel>
          <Tabs.Panel value="history"><History kind="experiment" id={experiment.id} name={experiment.name} /></Tabs.Panel>
        </Suspense>
      </Tabs>
    </Page>
  );
}

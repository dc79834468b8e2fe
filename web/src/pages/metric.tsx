// One metric: its definition, what it gives on recent events, and who uses it.
import { Tabs } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useGet, useGrowing } from '../api/queries';
import type { Experiment, Metric } from '../api/types';
import { Link, useQueryValue } from '../app/router';
import { roleOf, STATUS_TONE } from '../lib/results';
import { Badge, Card, ErrorNote, Page, Rows } from '../parts/basic';
import { Detectable } from '../parts/detectable';
import { Conflict, SaveBar, useEditing } from '../parts/editing';
import { PromoteLink } from '../parts/elsewhere';
import { MetricFieldset } from '../parts/metric-form';
import { MetricPreview } from '../parts/metric-preview';
import { More } from '../parts/more';
import { Remove } from '../parts/remove';
import { TabStrip } from '../parts/tab-strip';

const History = lazy(() => import('../parts/history'));

function WhereUsed({ metric }: { metric: Metric }) {
  const list = useGrowing<Experiment>('/experiments', { metric: metric.name, sort: '-updated_at', limit: 50 });
  const users = (list.items ?? []).filter((one) =>
    [one.success_metrics.primary_metric, ...(one.success_metrics.secondary_metrics ?? []), ...(one.success_metrics.guardrail_metrics ?? [])].includes(metric.name));
  if (list.error && !list.items) return <ErrorNote error={list.error} retry={list.refetch} />;
  if (!list.items) return <Rows count={2} />;
  if (users.length === 0) return <p className="muted">No experiment uses it.</p>;
  return (
    <>
      <ul className="checklist">
        {users.map((one) => (
          <li key={one.id}><Link to={`/experiments/${one.id}`}>{one.name}</Link><span className="muted small">{roleOf(one, metric.name)}</span><Badge tone={STATUS_TONE[one.status]}>{one.status}</Badge></li>
        ))}
      </ul>
      <More list={list} word="experiment" />
    </>
  );
}

function Definition({ metric }: { metric: Metric }) {
  const edit = useEditing(metric, `/metrics/${metric.id}`, 'metrics');
  return (
    <div className="split">
      <div className="stack">
        <Card title="Definition"><MetricFieldset value={edit.value} isNew={false} set={edit.set} at={edit.at} /></Card>
        <SaveBar editing={edit} />
        <Conflict editing={edit} />
      </div>
      <div className="stack">
        <Card title="On the newest events"><MetricPreview value={edit.value} /></Card>
        <Card title="Detectable at current traffic"><Detectable metric={metric} /></Card>
        <Card title="Where used"><WhereUsed metric={metric} /></Card>
      </div>
    </div>
  );
}

export default function MetricPage({ id }: { id: string }) {
  const [tab, setTab] = useQueryValue('tab', 'definition');
  const found = useGet<Metric>(`/metrics/${encodeURIComponent(id)}`);
  return (
    <Page title={found.data?.name ?? id} crumbs={[{ to: '/metrics', text: 'Metrics' }]} actions={found.data && <><PromoteLink kind="metric" name={found.data.name} /><Remove name={found.data.name} path={`/metrics/${found.data.id}`} list="/metrics" text="Results that were computed stay; the audit log keeps the definition. A metric that an experiment uses cannot be deleted." /></>}>
      {!found.data ? (found.error ? <ErrorNote error={found.error} retry={() => void found.refetch()} /> : <Rows count={3} height={60} />) : (
        <Tabs value={tab} onChange={(value) => setTab(value ?? '')} keepMounted={false}>
          <TabStrip mb="md"><Tabs.Tab value="definition">Definition</Tabs.Tab><Tabs.Tab value="history">History</Tabs.Tab></TabStrip>
          <Tabs.Panel value="definition"><Definition metric={found.data} /></Tabs.Panel>
          <Tabs.Panel value="history"><Suspense fallback={<Rows />}><History kind="metric" id={found.data.id} name={found.data.name} /></Suspense></Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}

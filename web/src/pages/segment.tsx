// One segment: who is in it, and what aims at it.
import { NumberInput, Switch, Textarea } from '@mantine/core';
import { Suspense, lazy } from 'react';
import { useGet, useList } from '../api/queries';
import type { Experiment, Flag, Segment } from '../api/types';
import { Link } from '../app/router';
import { Card, ErrorNote, Page, Rows } from '../parts/basic';
import { Conditions } from '../parts/conditions';
import { Match } from '../parts/match';
import { same } from '../lib/draft';
import { Remove } from '../parts/remove';
import { Warnings } from '../parts/warnings';
import { WhatIf } from '../parts/what-if';
import { IdList } from '../parts/id-list';
import { Conflict, SaveBar, useEditing } from '../parts/editing';

const History = lazy(() => import('../parts/history'));

function WhoUses({ segment }: { segment: Segment }) {
  const experiments = useList<Experiment>('/experiments', { segment: segment.name, limit: 100 });
  const flags = useList<Flag>('/flags', { segment: segment.name, limit: 100 });
  const refers = (value: unknown) => JSON.stringify(value ?? null).includes(JSON.stringify(segment.name)) || JSON.stringify(value ?? null).includes(segment.id);
  const used = [
    ...(experiments.data?.items ?? []).filter((one) => refers(one.targeting_rules)).map((one) => ({ to: `/experiments/${one.id}`, text: one.name, kind: 'experiment' })),
    ...(flags.data?.items ?? []).filter((one) => refers([one.targeting_rules, one.rules])).map((one) => ({ to: `/flags/${encodeURIComponent(one.key)}`, text: one.key, kind: 'flag' })),
  ];
  if (!experiments.data || !flags.data) return <Rows count={2} />;
  if (used.length === 0) return <p className="muted">Nothing aims at it.</p>;
  return <ul className="checklist">{used.map((one) => <li key={one.to}><Link to={one.to}>{one.text}</Link><span className="muted small">{one.kind}</span></li>)}</ul>;
}

/** Long lists are not sent again and again while nobody changes them: then the stored segment is asked. */
const LONG = 20_000;

function Size({ stored, value }: { stored: Segment; value: Segment }) {
  const long = (value.include ?? []).length + (value.exclude ?? []).length > LONG;
  if (!long) return <Match targeting={{ conditions: value.conditions, include: value.include, exclude: value.exclude, is_active: value.is_active }} who="are in it" />;
  const { conditions, include, exclude, is_active } = value;
  if (!same([conditions, include, exclude, is_active], [stored.conditions, stored.include, stored.exclude, stored.is_active]))
    return <p className="muted small">The lists are long: how many recent users are in it is counted when it is saved.</p>;
  return <Match targeting={{ segments: [stored.name] }} who="are in it" />;
}

function Loaded({ segment }: { segment: Segment }) {
  const edit = useEditing(segment, `/segments/${segment.id}`, 'segments');
  const { value, set, at } = edit;
  return (
    <div className="split">
      <div className="stack">
        <Card title="Who is in it">
          <div className="stack">
            <Conditions label="Users with these attributes" value={value.conditions} error={at('/conditions')} onChange={(conditions) => set({ conditions })} />
            <IdList label="Always in it" description="These users, whatever their attributes." value={(value.include ?? []).map(String)} error={at('/include')} onChange={(include) => set({ include: include.length ? include : undefined })} />
            <IdList label="Never in it" value={(value.exclude ?? []).map(String)} error={at('/exclude')} onChange={(exclude) => set({ exclude: exclude.length ? exclude : undefined })} />
            <Switch label="Active (nobody is in an inactive segment)" checked={value.is_active !== false} onChange={(event) => set({ is_active: event.currentTarget.checked })} />
            <Size stored={edit.stored} value={value} />
            <NumberInput label="Estimated users" w={200} min={0} thousandSeparator="," value={value.size_estimate ?? ''} error={at('/size_estimate')} onChange={(next) => set({ size_estimate: next === '' ? null : Number(next) })} />
            <Textarea label="Description" autosize minRows={2} value={value.description ?? ''} error={at('/description')} onChange={(event) => set({ description: event.currentTarget.value })} />
          </div>
        </Card>
        <SaveBar editing={edit}><WhatIf editing={edit} kind="segment" name={edit.stored.name} /></SaveBar>
        <Conflict editing={edit} />
        <Card title="History"><Suspense fallback={<Rows />}><History kind="segment" id={segment.id} name={segment.name} /></Suspense></Card>
      </div>
      <Card title="Who uses it"><WhoUses segment={segment} /></Card>
    </div>
  );
}

export default function SegmentPage({ id }: { id: string }) {
  const found = useGet<Segment>(`/segments/${encodeURIComponent(id)}`);
  return (
    <Page title={found.data?.name ?? id} crumbs={[{ to: '/segments', text: 'Segments' }]}
      actions={found.data && <Remove name={found.data.name} path={`/segments/${found.data.id}`} list="/segments" text="The audit log keeps the definition. A segment that something uses cannot be deleted." />}>
      {found.data && <Warnings kind="segment" name={found.data.name} />}
      {found.data ? <Loaded segment={found.data} /> : found.error ? <ErrorNote error={found.error} retry={() => void found.refetch()} /> : <Rows count={3} height={60} />}
    </Page>
  );
}

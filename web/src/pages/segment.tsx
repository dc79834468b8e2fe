// One segment: who is in it, and what aims at it.
import { NumberInput, Switch, Textarea } from '@mantine/core';
import { Suspense, lazy } from 'react';
import { useGet } from '../api/queries';
import type { Graph } from '../api/schema';
import type { Segment } from '../api/types';
import { Link } from '../app/router';
import { Card, ErrorNote, Page, Rows } from '../parts/basic';
import { Conditions } from '../parts/conditions';
import { Match } from '../parts/match';
import { same } from '../lib/draft';
import { count } from '../lib/format';
import { Remove } from '../parts/remove';
import { Warnings } from '../parts/warnings';
import { WhatIf } from '../parts/what-if';
import { IDS_SHOWN, IdList } from '../parts/id-list';
import { PromoteLink } from '../parts/elsewhere';
import { Conflict, SaveBar, useEditing } from '../parts/editing';

type GraphNode = Graph['nodes'][number];

const History = lazy(() => import('../parts/history'));

const PAGE_OF: Record<string, (node: GraphNode) => string> = {
  experiment: (node) => `/experiments/${node.id}`,
  flag: (node) => `/flags/${encodeURIComponent(node.name)}`,
  segment: (node) => `/segments/${encodeURIComponent(node.name)}`,
};

/** What names it itself: what needs that in turn is on its graph. */
function WhoUses({ segment }: { segment: Segment }) {
  const found = useGet<Graph>(`/segments/${segment.id}/graph`);
  if (!found.data) return found.error ? <ErrorNote error={found.error} /> : <Rows count={2} />;
  const direct = new Set(found.data.edges.filter((edge) => edge.to === segment.id).map((edge) => edge.from));
  const used = found.data.nodes.filter((node) => direct.has(node.id));
  if (used.length === 0) return <p className="muted">Nothing aims at it.</p>;
  return (
    <>
      <ul className="checklist">{used.map((node) => <li key={node.id}><Link to={PAGE_OF[node.kind]?.(node) ?? '/'}>{node.name}</Link><span className="muted small">{node.kind}, {node.status}</span></li>)}</ul>
      {found.data.is_cut && <p className="small">These are the first; {count(found.data.needed_by_total)} refer to it: <Link to={`/flags?segment=${encodeURIComponent(segment.name)}`}>all flags</Link>, <Link to={`/experiments?segment=${encodeURIComponent(segment.name)}`}>all experiments</Link>.</p>}
    </>
  );
}

/** Long lists are not here to be sent: then the stored segment is asked. */
function Size({ stored, value }: { stored: Segment; value: Segment }) {
  const { conditions, include, exclude, is_active } = value;
  if (stored.include_count === undefined && stored.exclude_count === undefined) return <Match targeting={{ conditions, include, exclude, is_active }} who="are in it" />;
  if (!same([conditions, include, exclude, is_active], [stored.conditions, stored.include, stored.exclude, stored.is_active]))
    return <p className="muted small">The lists are long: how many recent users are in it is counted when it is saved.</p>;
  return <Match targeting={{ segments: [stored.name] }} who="are in it" />;
}

/** Its address on the server, from where lists come that are short enough to be typed. */
const pathOf = (id: string): string => `/segments/${encodeURIComponent(id)}?ids_max=${IDS_SHOWN}`;

function Loaded({ segment }: { segment: Segment }) {
  const edit = useEditing(segment, pathOf(segment.id), 'segments');
  const { value, set, at } = edit;
  const hasInclude = (value.include ?? []).length > 0 || (edit.stored.include_count ?? 0) > 0;
  return (
    <div className="split">
      <div className="stack">
        <Card title="Who is in it">
          <div className="stack">
            <Conditions label="Users with these attributes" value={value.conditions} error={(inner) => at(`/conditions${inner}`)} none={hasInclude ? 'No condition: only those who are always in it.' : undefined} onChange={(conditions) => set({ conditions })} />
            <IdList editing={edit} list="include" label="Always in it" description="These users, whatever their attributes." />
            <IdList editing={edit} list="exclude" label="Never in it" description="These users, whatever else says so." />
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
  const found = useGet<Segment>(pathOf(id));
  return (
    <Page title={found.data?.name ?? id} crumbs={[{ to: '/segments', text: 'Segments' }]}
      actions={found.data && <><PromoteLink kind="segment" name={found.data.name} /><Remove name={found.data.name} path={`/segments/${found.data.id}`} list="/segments" text="The audit log keeps the definition. A segment that something uses cannot be deleted." /></>}>
      {found.data && <Warnings kind="segment" name={found.data.name} />}
      {found.data ? <Loaded segment={found.data} /> : found.error ? <ErrorNote error={found.error} retry={() => void found.refetch()} /> : <Rows count={3} height={60} />}
    </Page>
  );
}

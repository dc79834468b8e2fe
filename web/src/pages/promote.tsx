// From one environment to another: what differs, which of it is wanted, and taking it.
import { Button, Checkbox, Select } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, api } from '../api/client';
import { useList } from '../api/queries';
import type { JsonObject } from '../api/types';
import { useQueryValue } from '../app/router';
import { count } from '../lib/format';
import type { Environment } from '../parts/account';
import { Act, useWho } from '../parts/act';
import { Badge, Card, Empty, ErrorNote, Note, Page, Rows, say } from '../parts/basic';
import { Differences } from '../parts/editing';

interface Change {
  action: 'created' | 'updated';
  kind: string;
  name: string;
  fields?: string[];
  before: JsonObject | null;
  after: JsonObject;
}
interface Report {
  from_version: number;
  unchanged: number;
  changes: Change[];
  warnings?: { pointer: string; message: string }[];
}

/** So many differences are drawn at once. */
const SHOWN = 100;

const nameOf = (change: Change) => `${change.kind}/${change.name}`;
/** The members that differ, before and after; of something new all. */
const partOf = (change: Change, body: JsonObject | null): JsonObject =>
  Object.fromEntries(Object.entries(body ?? {}).filter(([name]) => change.fields === undefined || change.fields.includes(name)));

function Row({ change, chosen, choose }: { change: Change; chosen: boolean; choose: (chosen: boolean) => void }) {
  return (
    <div className="rule stack tight">
      <div className="row">
        <Checkbox aria-label={`Promote ${nameOf(change)}`} checked={chosen} onChange={(event) => choose(event.currentTarget.checked)} />
        <span className="strong wrap">{change.kind} {change.name}</span>
        <Badge tone={change.action === 'created' ? 'accent' : 'warn'}>{change.action === 'created' ? 'new here' : 'differs'}</Badge>
      </div>
      {change.action === 'updated' ? <Differences before={partOf(change, change.before)} after={partOf(change, change.after)} />
        : <details className="small"><summary>What it is</summary><Differences before={{}} after={change.after} /></details>}
    </div>
  );
}

function Offer({ from, to }: { from: string; to: string }) {
  const client = useQueryClient();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [most, setMost] = useState(SHOWN);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const found = useQuery<Report, ApiError>({ queryKey: ['promote', to, from], queryFn: () => api.post<Report>('/promote', { from, dry_run: true }), retry: false });
  if (found.error) return <ErrorNote error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Rows count={4} height={60} />;
  const { changes, from_version, unchanged, warnings } = found.data;
  if (changes.length === 0) return <Empty title={`Nothing in ${from} differs from ${to}`}>{count(unchanged)} definitions are the same in both. What is only in {to} stays.</Empty>;
  const chosen = changes.filter((change) => !left.has(nameOf(change)));
  async function promote() {
    setBusy(true);
    setError(null);
    try {
      // What was shown goes over, on what was shown here, or nothing.
      await api.post('/promote', { from, at: from_version, definitions: chosen.map(({ kind, name, before }) => ({ kind, name, version: before?.version ?? 0 })) });
      say(`${count(chosen.length)} taken into ${to}.`);
      setLeft(new Set());
      await client.invalidateQueries();
    } catch (cause) {
      setError(cause as ApiError);
      if ((cause as ApiError).isStale) await found.refetch();
    } finally {
      setBusy(false);
    }
  }
  const all = chosen.length === changes.length;
  return (
    <Card title={`${count(changes.length)} differ, ${count(unchanged)} are the same`}>
      <div className="stack">
        <Checkbox label="All of them" checked={all} indeterminate={!all && chosen.length > 0} onChange={() => setLeft(all ? new Set(changes.map(nameOf)) : new Set())} />
        {changes.slice(0, most).map((change) => (
          <Row key={nameOf(change)} change={change} chosen={!left.has(nameOf(change))} choose={(wanted) => {
            const next = new Set(left);
            if (wanted) next.delete(nameOf(change));
            else next.add(nameOf(change));
            setLeft(next);
          }} />
        ))}
        {changes.length > most && <div><Button size="compact-sm" variant="default" onClick={() => setMost(most + SHOWN)}>Show {count(Math.min(SHOWN, changes.length - most))} more of {count(changes.length - most)}</Button></div>}
        {(warnings ?? []).map((warning) => <Note key={`${warning.pointer} ${warning.message}`} tone="warn">{warning.message} <code className="mono muted">{warning.pointer}</code></Note>)}
        <ErrorNote error={error} title={error?.isStale ? 'Somebody changed it meanwhile; this is how it stands now' : undefined} />
        <div className="row">
          <Act loading={busy} disabled={chosen.length === 0} onClick={() => void promote()}>Take {count(chosen.length)} into {to}</Act>
          <span className="muted small">State, dates, phases and overrides of users stay where they are; an experiment that is new here is a draft.</span>
        </div>
      </div>
    </Card>
  );
}

export default function PromotePage() {
  const who = useWho();
  const to = who?.environment ?? 'production';
  const [from, setFrom] = useQueryValue('from');
  const list = useList<Environment>('/environments');
  const others = (list.data?.items ?? []).map((one) => one.name).filter((name) => name !== to);
  const target = list.data?.items.find((one) => one.name === to);
  return (
    <Page title={`Promote into ${to}`} crumbs={[{ to: '/settings?tab=environments', text: 'Environments' }]}>
      <div className="stack">
        <div className="row" style={{ alignItems: 'flex-end' }}>
          <Select label="Take definitions from" placeholder="an environment" w={260} data={others} value={from || null} onChange={(next) => setFrom(next ?? '')} />
          <span className="muted small">They come into {to}{who?.kind === 'member' ? '; choose another one in the menu' : ', the environment of your key'}.</span>
        </div>
        {target?.requires_approval && <Note tone="info">Changes in {to} wait for approval: this becomes one proposal.</Note>}
        {from && from !== to ? <Offer key={`${from} ${to}`} from={from} to={to} /> : <Empty title="Choose where to take them from">Every definition that differs is shown field by field before anything changes.</Empty>}
      </div>
    </Page>
  );
}

// How the server is: what is degraded, what waits, and what operators ask of it.
import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import { address, api, type ApiError } from '../api/client';
import { useChange } from '../api/queries';
import { session } from '../api/session';
import { count, days, number } from '../lib/format';
import { Act, useSession } from './act';
import { Badge, Card, ErrorNote, Note, Rows } from './basic';
import { Confirm } from './confirm';
import { useCounters } from './system-strip';

interface Ready {
  status: 'ready' | 'degraded' | 'not ready';
  degraded: string[];
}

function useReady() {
  return useQuery<Ready>({
    queryKey: ['system', 'ready'],
    // 503 is an answer, too: it says what is wrong.
    queryFn: async ({ signal }) => (await fetch(address('/readyz'), { signal })).json() as Promise<Ready>,
    refetchInterval: 5_000,
    retry: false,
  });
}

const MIB = 1024 * 1024;
const seconds = (value: number): string => (value < 120 ? `${number(value, 0)} s` : value < 7_200 ? `${number(value / 60, 0)} min` : value < 172_800 ? `${number(value / 3_600, 0)} h` : days(value / 86_400));

/** What a counter means to somebody who looks after the server; the others are below. */
const FACTS: [string, string, (value: number) => ReactNode][] = [
  ['gosset_spool_facts', 'Facts that wait for the ledger', (value) => count(value)],
  ['gosset_spool_bytes', 'their size', (value) => (value < MIB ? `${number(value / 1024, 0)} KiB` : `${number(value / MIB, 1)} MiB`)],
  ['gosset_ledger_failing', 'Ledger', (value) => (value ? <Badge tone="bad">failing</Badge> : 'takes facts')],
  ['gosset_writer_waiting', 'Writes under way', (value) => count(value)],
  ['gosset_ruleset_age_seconds', 'Ruleset published', (value) => `${seconds(value)} ago`],
  ['gosset_rulesets_published_total', 'Rulesets published since the start', (value) => count(value)],
  ['gosset_api_keys', 'Keys that hold', (value) => count(value)],
  ['gosset_connections', 'Connections open', (value) => count(value)],
  ['gosset_streams', 'Streams of changes open', (value) => count(value)],
  ['gosset_auth_refused_total', 'Requests refused for their key or role', (value) => count(value)],
  ['gosset_overloaded_total', 'Requests told to slow down (429)', (value) => count(value)],
  ['gosset_tls_expires_seconds', 'Certificate', (value) => (value < 0 ? <Badge tone="bad">expired</Badge> : `ends in ${seconds(value)}`)],
];

/** Where a number is in the counters, in the unit in which it is shown; words have none. */
function placeOf(name: string, value: number): string | undefined {
  if (name === 'gosset_ledger_failing' || (name === 'gosset_tls_expires_seconds' && value < 0)) return undefined;
  if (name.endsWith('_bytes')) return `${name}*${1 / (value < MIB ? 1024 : MIB)}`;
  if (name.endsWith('_seconds')) return value < 120 ? name : value < 7_200 ? `${name}*${1 / 60}` : value < 172_800 ? `${name}*${1 / 3_600}` : `^${name}*${1 / 86_400}`;
  return name;
}

function Health() {
  const ready = useReady();
  const counters = useCounters(5_000);
  const { version } = useSession();
  if (ready.error) return <Note tone="bad" title="The server cannot be reached">It is asked again every five seconds.</Note>;
  if (!ready.data || (!counters.data && !counters.error)) return <Rows count={4} />;
  const values = counters.data?.values ?? new Map<string, number>();
  const { status, degraded } = ready.data;
  return (
    <div className="stack">
      <div className="row" style={{ flexWrap: 'nowrap' }}>
        <span className="dot" data-tone={status === 'ready' ? 'good' : status === 'degraded' ? 'warn' : 'bad'} />
        <span className="strong">{status === 'ready' ? 'Ready: decisions are made and everything works' : status === 'degraded' ? 'Degraded: decisions are made, but' : 'Not ready: no decisions can be made'}</span>
        <span className="grow" />{version && <span className="muted">{`gosset ${version}`}</span>}
      </div>
      {degraded.length > 0 && <ul>{degraded.map((one) => <li key={one}>{one}</li>)}</ul>}
      <dl className="facts" data-from="/metrics">
        {FACTS.filter(([name]) => values.has(name)).map(([name, word, show]) => <div key={name} style={{ display: 'contents' }}><dt title={name}>{word}</dt><dd className="num" data-at={placeOf(name, values.get(name)!)}>{show(values.get(name)!)}</dd></div>)}
      </dl>
      <details>
        <summary>All counters</summary>
        <dl className="facts small" data-from="/metrics" style={{ marginTop: 8 }}>
          {[...values].filter(([name]) => name.startsWith('gosset_') && !/_(bucket|sum|count)$/.test(name)).sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt className="mono wrap">{name}</dt><dd className="num" data-at={name}>{number(value, Number.isInteger(value) ? 0 : 3)}</dd></div>)}
        </dl>
      </details>
    </div>
  );
}

function Backup() {
  const [folder, setFolder] = useState('');
  const run = useChange<void, { folder: string }>(() => api.post<{ folder: string }>('/backup', { folder: folder.trim() }), []);
  function submit(event: FormEvent) {
    event.preventDefault();
    run.mutate();
  }
  return (
    <form className="stack" onSubmit={submit}>
      <p className="muted small">Copies all stores consistently while serving. To restore, start the server on the copy.</p>
      <div className="fields">
        <TextInput className="grow" style={{ minWidth: 220 }} label="New folder on the server’s machine" placeholder="/backups/2026-11-23" value={folder} error={run.error ? run.error.message : undefined} onChange={(event) => setFolder(event.currentTarget.value)} />
        <Act need="admin" type="submit" variant="default" loading={run.isPending} disabled={!folder.trim()}>Back up</Act>
      </div>
      {run.data && <Note tone="good">The backup is in <code className="mono wrap">{run.data.folder}</code>.</Note>}
    </form>
  );
}

interface RetentionReport {
  dry_run: boolean;
  assignments: number;
  experiments: { environment: string; experiment_id: string; name: string; end_date: string; assignments: number }[];
}

function Retention() {
  const ask = useChange<void, RetentionReport>(() => api.post<RetentionReport>('/retention?dry_run=true'), []);
  const run = useChange<void, RetentionReport>(() => api.post<RetentionReport>('/retention'), []);
  const report = run.data ?? ask.data;
  return (
    <div className="stack">
      <p className="muted small">Assignments and exposures go some time after their experiment was completed (keep_assignments_days). It happens once a day by itself.</p>
      <div className="row">
        <Act need="admin" variant="default" loading={ask.isPending} onClick={() => { run.reset(); ask.mutate(); }}>What would go?</Act>
        <Confirm size="sm" variant="subtle" title="Delete what is past its time?" deed="Delete it" text="Assignments and exposures of experiments that ended long ago are deleted. Experiments, results and flags stay." run={() => run.mutateAsync()}>Do it now</Confirm>
      </div>
      <ErrorNote error={ask.error as ApiError | null} />
      {report && (
        <div>
          <p>{report.assignments === 0 ? 'Nothing is past its time.' : `${count(report.assignments)} assignments ${report.dry_run ? 'would go' : 'are gone'}:`}</p>
          {report.experiments.length > 0 && <ul>{report.experiments.map((one) => <li key={one.experiment_id}>{one.environment}: {one.name}, {count(one.assignments)}</li>)}</ul>}
        </div>
      )}
    </div>
  );
}

export default function System() {
  const isAdmin = session.state().who?.role === 'admin';
  return (
    <div className="stack">
      <Card title="State of the system"><Health /></Card>
      {isAdmin && <Card title="Backup"><Backup /></Card>}
      {isAdmin && <Card title="Retention"><Retention /></Card>}
    </div>
  );
}

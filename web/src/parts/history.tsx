// Who changed what and when, with the difference, and a way back.
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type ApiError } from '../api/client';
import { useGrowing } from '../api/queries';
import type { AuditEntry, JsonObject } from '../api/types';
import { Link } from '../app/router';
import { Ago, Empty, ErrorNote, Rows, say } from './basic';
import { Confirm } from './confirm';
import { Differences } from './editing';
import { More } from './more';

const PAGES: Record<string, (entry: AuditEntry) => string> = {
  experiment: (entry) => `/experiments/${entry.target_id}`,
  flag: (entry) => `/flags/${encodeURIComponent(entry.name ?? '')}`,
  metric: (entry) => `/metrics/${encodeURIComponent(entry.name ?? '')}`,
  segment: (entry) => `/segments/${encodeURIComponent(entry.name ?? '')}`,
  override: (entry) => `/users/${encodeURIComponent(entry.name ?? '')}`,
  proposal: (entry) => `/approvals/${entry.target_id}`,
  member: () => '/settings?tab=members',
  key: () => '/settings',
  environment: () => '/settings?tab=environments',
  webhook: () => '/settings?tab=webhooks',
};

/** What changed, as a link to its page where there is one still. */
function Target({ entry }: { entry: AuditEntry }) {
  const text = `${entry.kind} ${entry.name}`;
  const page = entry.action === 'delete' ? undefined : PAGES[entry.kind ?? ''];
  return page ? <Link className="wrap" to={page(entry)}>{text}</Link> : <span className="wrap">{text}</span>;
}

export function EntryLine({ entry, children }: { entry: AuditEntry; children?: React.ReactNode }) {
  const [open, setOpen] = useState(false);
  const hasDetail = entry.before != null || entry.after != null;
  return (
    <div className="rule stack tight">
      <div className="row">
        <span className="strong">{entry.action}</span>
        {entry.name && <Target entry={entry} />}
        <span className="muted">by {entry.actor}</span>
        <span className="muted"><Ago at={entry.at} /></span><span className="grow" />
        {hasDetail && <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? 'Hide' : 'What changed'}</Button>}
        {children}
      </div>
      {open && <Differences before={entry.before ?? {}} after={entry.after ?? {}} />}
    </div>
  );
}

const HAPPENED = ['id', 'environment', 'status', 'phases', 'start_date', 'end_date', 'shipped_variant', 'version', 'created_by', 'created_at', 'updated_at'];

/** What a definition decides, which is all that going back brings back. */
const decided = (body: JsonObject): JsonObject => Object.fromEntries(Object.entries(body).filter(([name]) => !HAPPENED.includes(name)));

function BackTo({ kind, id, body, now }: { kind: string; id: string; body: JsonObject; now: JsonObject }) {
  const client = useQueryClient();
  return (
    <Confirm need="editor" variant="default" size="compact-xs" title={`Back to version ${body.version}?`} deed="Put it back"
      text={<div className="stack"><p>This is what changes. State, dates and phases stay as they are; version {String(now.version)} stays in the history.</p><Differences before={decided(now)} after={decided(body)} /></div>}
      run={async () => {
        await api.post(`/${kind}s/${encodeURIComponent(id)}/revert`, { to: body.version, version: now.version }, { query: { ids_max: 200 } }).catch(async (cause: ApiError) => {
          if (cause.isStale) await client.invalidateQueries({ queryKey: ['audit'] });
          throw cause;
        });
        say(`It is as it was at version ${body.version}.`);
        await Promise.all([[`${kind}s`], ['audit'], ['warnings']].map((queryKey) => client.invalidateQueries({ queryKey })));
      }}>Back to this</Confirm>
  );
}

/** The changes of one definition, newest first, each of which can be gone back to. */
export default function History({ kind, id, name }: { kind: string; id: string; name: string }) {
  const list = useGrowing<AuditEntry>('/audit', { kind, id, limit: 50 });
  if (list.error && !list.items) return <ErrorNote error={list.error} retry={list.refetch} />;
  if (!list.items) return <Rows count={4} />;
  const entries = list.items.filter((entry) => !entry.target_id || entry.target_id === id || entry.name === name);
  if (entries.length === 0) return <Empty title="No changes recorded" />;
  const now = entries.find((entry) => entry.after != null)?.after as JsonObject | undefined;
  const isEarlier = (body: JsonObject | null | undefined): body is JsonObject => body != null && now !== undefined && Number(body.version) < Number(now.version);
  return (
    <div className="stack">
      {entries.map((entry) => {
        const body = entry.after as JsonObject | null | undefined;
        return <EntryLine key={entry.id} entry={entry}>{isEarlier(body) && <BackTo kind={kind} id={id} body={body} now={now!} />}</EntryLine>;
      })}
      {list.error && <ErrorNote error={list.error} retry={list.grow} />}
      <More list={list} word="change" />
    </div>
  );
}

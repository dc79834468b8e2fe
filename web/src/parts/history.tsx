// Who changed what and when, with the difference, and a way back.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useList } from '../api/queries';
import type { AuditEntry, Json } from '../api/types';
import { Link } from '../app/router';
import { Act } from './act';
import { Ago, Empty, ErrorNote, Rows } from './basic';
import { Differences } from './editing';

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

export default function History({ kind, id, name, onRevert }: {
  kind: string;
  id: string;
  name: string;
  path: string;
  onRevert?: (body: Json) => void;
}) {
  const list = useList<AuditEntry>('/audit', { kind, id, limit: 100 });
  if (list.error) return <ErrorNote error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) return <Rows count={4} />;
  const entries = list.data.items.filter((entry) => !entry.target_id || entry.target_id === id || entry.name === name);
  if (entries.length === 0) return <Empty title="No changes recorded" />;
  return (
    <div className="stack">
      {entries.map((entry, i) => (
        <EntryLine key={entry.id} entry={entry}>
          {onRevert && i > 0 && entry.after != null && <Act size="compact-xs" variant="default" onClick={() => onRevert(entry.after!)}>Back to this</Act>}
        </EntryLine>
      ))}
    </div>
  );
}

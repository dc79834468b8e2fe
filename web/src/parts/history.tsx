// Who changed what and when, with the difference, and a way back.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useList } from '../api/queries';
import type { AuditEntry, Json } from '../api/types';
import { Act } from './act';
import { Ago, Empty, ErrorNote, Rows } from './basic';
import { Differences } from './editing';

export function EntryLine({ entry, children }: { entry: AuditEntry; children?: React.ReactNode }) {
  const [open, setOpen] = useState(false);
  const hasDetail = entry.before != null || entry.after != null;
  return (
    <div className="rule stack tight">
      <div className="row">
        <span className="strong">{entry.action}</span>
        {entry.name && <span className="wrap">{entry.kind} {entry.name}</span>}
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

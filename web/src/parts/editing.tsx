// Editing one definition: local edits, saving with its version, refusals at their field, and the
// meeting with somebody who saved in between.
import { Button, Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { ApiError, Proposed, api } from '../api/client';
import { useGet } from '../api/queries';
import type { AuditEntry, Page, Versioned } from '../api/types';
import { guardLeaving } from '../app/router';
import { changes, differences, meeting, shown } from '../lib/draft';
import { isAt } from '../lib/pointer';
import { Act } from './act';
import { Ago, ErrorNote, say } from './basic';

export interface Editing<T> {
  value: T;
  stored: T;
  dirty: boolean;
  busy: boolean;
  error: ApiError | null;
  conflict: T | null;
  /** What is edited, as the audit log names it. */
  kind: string;
  set: (patch: Partial<T>) => void;
  reset: () => void;
  save: () => Promise<boolean>;
  /** The server's complaint about the field at this JSON Pointer, if it has one. */
  at: (pointer: string) => string | undefined;
  settle: (keep: 'mine' | 'theirs') => Promise<void>;
  dismiss: () => void;
}

export function useEditing<T extends Versioned>(stored: T, path: string, root: string): Editing<T> {
  const client = useQueryClient();
  const [base, setBase] = useState(stored);
  const [value, setValue] = useState(stored);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [conflict, setConflict] = useState<T | null>(null);
  const dirty = Object.keys(changes(base, value)).length > 0;

  // What arrives from the server replaces the page only while nothing was typed.
  useEffect(() => {
    if (dirty || busy) return;
    setBase(stored);
    setValue(stored);
  }, [stored]);
  useEffect(() => {
    guardLeaving(dirty);
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    if (dirty) window.addEventListener('beforeunload', warn);
    return () => {
      guardLeaving(false);
      window.removeEventListener('beforeunload', warn);
    };
  }, [dirty]);

  async function send(patch: Partial<T>, version: number): Promise<boolean> {
    setBusy(true);
    setError(null);
    try {
      const saved = await api.patch<T>(path, patch, version);
      setBase(saved);
      setValue(saved);
      setConflict(null);
      client.setQueryData([root, path, {}], saved);
      await Promise.all([[root], ['warnings']].map((queryKey) => client.invalidateQueries({ queryKey })));
      say('Saved.');
      return true;
    } catch (cause) {
      const failure = cause as ApiError;
      if (failure.isStale) {
        const theirs = await api.get<T>(path).catch(() => null);
        if (theirs && theirs.version !== version) setConflict(theirs);
        else setError(failure);
      } else {
        // What waits for approval is on its way: the page shows again what holds until then.
        if (failure instanceof Proposed) setValue(base);
        setError(failure);
      }
      return false;
    } finally {
      setBusy(false);
    }
  }

  return {
    value, stored: base, dirty, busy, error, conflict, kind: root.replace(/s$/, ''),
    set: useCallback((patch: Partial<T>) => setValue((old) => ({ ...old, ...patch })), []),
    reset: () => {
      setValue(base);
      setError(null);
    },
    save: () => send(changes(base, value), base.version),
    at: (pointer) => (error && isAt(error.pointer, pointer) ? error.message : undefined),
    async settle(keep) {
      if (!conflict) return;
      const mine = changes(base, value);
      if (keep === 'mine') {
        await send(mine, conflict.version);
        return;
      }
      setBase(conflict);
      setValue(conflict);
      setConflict(null);
      await client.invalidateQueries({ queryKey: [root] });
    },
    dismiss: () => setConflict(null),
  };
}

/** Who made each version since the one that was read, as the audit log has it. */
function Authors({ kind, id, since }: { kind: string; id: string; since: number }) {
  const found = useGet<Page<AuditEntry>>('/audit', { kind, id, limit: 20 });
  const later = (found.data?.items ?? []).filter((entry) => Number((entry.after as { version?: number } | null)?.version ?? 0) > since);
  if (later.length === 0) return null;
  return (
    <ul className="plain" aria-label="Saved in the meantime">
      {later.map((entry) => <li key={entry.id}><span className="strong">{entry.actor}</span> <span className="muted">{entry.action}, <Ago at={entry.at} /></span></li>)}
    </ul>
  );
}

export function Conflict<T extends Versioned>({ editing }: { editing: Editing<T> }) {
  const { conflict, stored, value } = editing;
  if (!conflict) return null;
  const met = meeting(stored, value, conflict);
  const field = (object: T, name: string) => shown((object as Record<string, unknown>)[name] as never);
  return (
    <Modal opened onClose={editing.dismiss} size="lg" title={<strong>Somebody else saved this in the meantime</strong>} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className="stack">
        <p>You started from version {stored.version}; it is now version {conflict.version}. Nothing of yours is lost.</p>
        <Authors kind={editing.kind} id={stored.id} since={stored.version} />
        {met.theirs.length > 0 && <div><h3>Changed by them</h3>{met.theirs.map((name) => <div key={name} className="diff"><div className="line"><span>{name}</span><del>{field(stored, name)}</del><ins>{field(conflict, name)}</ins></div></div>)}</div>}
        {met.mine.length > 0 && <div><h3>Changed by you</h3>{met.mine.map((name) => <div key={name} className="diff"><div className="line"><span>{name}</span><del>{field(stored, name)}</del><ins>{field(value, name)}</ins></div></div>)}</div>}
        {met.both.length > 0 && <div><h3>Changed by both</h3>{met.both.map((name) => <div key={name} className="diff"><div className="line"><span>{name}</span><span>theirs: {field(conflict, name)}</span><span>yours: {field(value, name)}</span></div></div>)}</div>}
        <div className="row">
          <Button loading={editing.busy} onClick={() => void editing.settle('mine')}>
            {met.both.length > 0 ? 'Save mine over theirs' : 'Save mine on top of theirs'}
          </Button>
          <Button variant="default" onClick={() => void editing.settle('theirs')}>Drop mine, take theirs</Button>
          <Button variant="subtle" onClick={editing.dismiss}>Keep editing</Button>
        </div>
      </div>
    </Modal>
  );
}

export function Differences({ before, after }: { before: unknown; after: unknown }) {
  const rows = differences(before, after);
  if (rows.length === 0) return <p className="muted">Nothing differs.</p>;
  return (
    <div className="diff small">
      {rows.map((row) => (
        <div className="line" key={row.path}>
          <span className="mono">{row.path || '/'}</span>
          {row.before === undefined ? <span className="muted">none</span> : <del className="mono">{shown(row.before)}</del>}
          {row.after === undefined ? <span className="muted">none</span> : <ins className="mono">{shown(row.after)}</ins>}
        </div>
      ))}
    </div>
  );
}

/** Save and undo, shown while there is something to save; the general refusal stands here. */
export function SaveBar<T>({ editing, children }: { editing: Editing<T>; children?: React.ReactNode }) {
  const [review, setReview] = useState(false);
  if (!editing.dirty && !editing.error) return null;
  return (
    <div className="card stack" style={{ position: 'sticky', bottom: 8, zIndex: 20, boxShadow: '0 4px 24px rgb(0 0 0 / 18%)' }}>
      {editing.error && <ErrorNote error={editing.error} />}
      {review && <Differences before={editing.stored} after={editing.value} />}
      {editing.dirty && children}
      {editing.dirty && <div className="row">
        <span className="grow strong">Unsaved changes</span>
        <Button variant="subtle" size="sm" onClick={() => setReview(!review)} aria-expanded={review}>{review ? 'Hide changes' : 'Review changes'}</Button>
        <Button variant="default" size="sm" onClick={editing.reset}>Undo</Button>
        <Act size="sm" loading={editing.busy} onClick={() => void editing.save()}>Save</Act>
      </div>}
    </div>
  );
}

// Before saving: who among recent users would get something else.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { api, type ApiError } from '../api/client';
import type { Json } from '../api/types';
import { changes, shown } from '../lib/draft';
import { count, share } from '../lib/format';
import { ErrorNote, Hint } from './basic';
import type { Editing } from './editing';

interface Transition {
  flag?: string;
  experiment?: string;
  from: string | null;
  to: string | null;
  from_value: Json;
  to_value: Json;
  count: number;
  example: string | null;
}
export interface Answer {
  contexts: number;
  changed: number;
  transitions: Transition[];
}

/** So many changes are listed at first. */
const SHOWN = 8;

/** Who would get something else, and what. */
export function Noticed({ answer, from }: { answer: Answer; from: string }) {
  const [most, setMost] = useState(SHOWN);
  if (answer.contexts === 0) return <span className="muted">No user has sent an event lately, so there is nobody to compare.</span>;
  const left = answer.transitions.length - most;
  return (
    <div data-from={from} style={{ display: 'contents' }}>
      <div>
        <Hint tip="One context for each of up to a thousand users who asked within the last hours, decided once with what is in force and once with the change; what their requests left out is taken from identify.">
          <span className="strong"><span data-at="changed%contexts">{answer.changed === 0 ? 'Nobody' : share(answer.changed, answer.contexts)}</span> of <span data-at="contexts">{count(answer.contexts)}</span> recent users</span>
        </Hint>{' '}
        would get something else.
      </div>
      {answer.transitions.slice(0, most).map((one, i) => (
        <div key={i} className="small">
          <code className="mono">{one.flag ?? one.experiment}</code>: <span data-at={`transitions/${i}/count`}>{count(one.count)}</span> from <code className="mono">{one.from === null ? 'nothing' : shown(one.from_value ?? one.from)}</code> to <code className="mono">{one.to === null ? 'nothing' : shown(one.to_value ?? one.to)}</code>
          {one.example && <span className="muted">, such as {one.example}</span>}
        </div>
      ))}
      {left > 0 && <div><Button size="compact-xs" variant="subtle" onClick={() => setMost(most + 50)}>{`${count(left)} more changes`}</Button></div>}
    </div>
  );
}

export function WhatIf<T extends object>({ editing, kind, name }: { editing: Editing<T>; kind: string; name: string }) {
  const [asked, setAsked] = useState<{ for: string; answer?: Answer; error?: ApiError } | null>(null);
  const [busy, setBusy] = useState(false);
  const change = changes(editing.stored, editing.value);
  const key = JSON.stringify(change);
  async function ask() {
    setBusy(true);
    try {
      setAsked({ for: key, answer: await api.post<Answer>('/what-if', { kind, name, change }) });
    } catch (cause) {
      setAsked({ for: key, error: cause as ApiError });
    } finally {
      setBusy(false);
    }
  }
  const current = asked?.for === key ? asked : null;
  const { answer, error } = current ?? {};
  return (
    <div className="stack tight" aria-live="polite">
      {!current && <div><Button size="compact-sm" variant="default" loading={busy} onClick={() => void ask()}>Who would notice?</Button></div>}
      {error && <ErrorNote error={error} />}
      {answer && <Noticed answer={answer} from={`POST /what-if ${JSON.stringify({ kind, name, change })}`} />}
    </div>
  );
}

// A file of user ids on its way into a list of a segment: read, sent, written, with a way to stop.
import { Button, NativeSelect, Progress } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ApiError, upload } from '../api/client';
import type { SegmentIdsChange } from '../api/types';
import { count } from '../lib/format';
import { isCsv, lookThrough } from '../lib/ids';
import { Act } from './act';
import { ErrorNote, Note, say } from './basic';

export type ListName = 'include' | 'exclude';

const DEEDS = {
  append: { label: 'add its ids to the list', method: 'POST', behind: '' },
  replace: { label: 'put its ids in place of the list', method: 'PUT', behind: '' },
  remove: { label: 'take its ids out of the list', method: 'POST', behind: '/remove' },
} as const;
type Deed = keyof typeof DEEDS;

interface Going {
  name: string;
  step: 'read' | 'send' | 'write';
  bytes: number;
  size: number;
  lines: number;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function sentence(going: Going): string {
  if (going.step === 'read') return `Reading ${going.name}: ${megabytes(going.bytes)} of ${megabytes(going.size)}`;
  if (going.step === 'send') return `Sending ${count(going.lines)} lines: ${megabytes(going.bytes)} of ${megabytes(going.size)}`;
  return `All ${count(going.lines)} lines are sent; the server is writing the list…`;
}

export function IdUpload({ id, version, list, label, blocked }: { id: string; version: number; list: ListName; label: string; blocked: boolean }) {
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const stop = useRef<AbortController | null>(null);
  const [deed, setDeed] = useState<Deed>('append');
  const [going, setGoing] = useState<Going | null>(null);
  const [error, setError] = useState<ApiError | string | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  async function take(file: File) {
    const control = new AbortController();
    const table = isCsv(file.name);
    const at = (step: Going['step'], bytes: number, lines = 0) => setGoing({ name: file.name, step, bytes, size: file.size, lines });
    stop.current = control;
    setError(null);
    try {
      at('read', 0);
      const lines = await lookThrough(file, table, (bytes) => at('read', bytes), control.signal);
      const { method, behind } = DEEDS[deed];
      const done = await upload<SegmentIdsChange>(method, `/segments/${id}/${list}${behind}`, file, {
        query: { format: table ? 'csv' : undefined }, version, signal: control.signal,
        onSent: (bytes) => at(bytes < file.size ? 'send' : 'write', bytes, lines),
      });
      say(`${label}: ${count(done.count)} ids now, ${count(done.before)} before.`);
    } catch (cause) {
      if (control.signal.aborted) say('Stopped. Nothing has changed.');
      else setError(cause instanceof ApiError ? cause : (cause as Error).message);
    } finally {
      setGoing(null);
      await client.invalidateQueries({ queryKey: ['segments'] });
    }
  }

  if (going)
    return (
      <div className="stack tight" data-upload>
        <div className="small" role="status">{sentence(going)}</div>
        <Progress value={going.step === 'write' ? 100 : (100 * going.bytes) / Math.max(1, going.size)} striped={going.step === 'write'} animated={going.step === 'write'} aria-label={going.step === 'read' ? 'Read of the file' : 'Sent of the file'} />
        {going.step !== 'write' && <div className="row"><Button size="compact-xs" variant="default" onClick={() => stop.current?.abort()}>Stop</Button></div>}
      </div>
    );
  return (
    <div className="stack tight">
      <div className="row">
        <input ref={input} type="file" accept=".csv,.tsv,.txt,text/plain,text/csv" hidden aria-label={`File for ${label}`} onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (chosen) void take(chosen);
        }} />
        <Act size="compact-xs" variant="default" disabled={blocked} aria-label={`Choose a file for ${label}`} onClick={() => input.current?.click()}>Choose a file</Act>
        <span className="small">and</span>
        <NativeSelect size="xs" aria-label={`What to do with the file for ${label}`} value={deed} disabled={blocked} data={Object.entries(DEEDS).map(([value, one]) => ({ value, label: one.label }))}
          onChange={(event) => setDeed(event.currentTarget.value as Deed)} />
        <span className="muted small">{blocked ? 'Save or undo what you changed first.' : 'One id a line, or CSV with the ids first; up to a million. It is saved at once.'}</span>
      </div>
      {typeof error === 'string' ? <Note tone="bad" title="That file was not sent">{error}</Note> : <ErrorNote error={error} />}
    </div>
  );
}

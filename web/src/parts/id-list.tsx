// A list of user ids of a segment: a short one is typed, a long one is looked into; files go to either.
import { Button, Textarea, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, upload, readText, type ApiError } from '../api/client';
import type { Segment, SegmentIds } from '../api/types';
import { saveAs } from '../lib/file';
import { count } from '../lib/format';
import { readIds } from '../lib/ids';
import { ErrorNote, Rows, say, useSettled } from './basic';
import { Confirm } from './confirm';
import type { Editing } from './editing';
import { IdUpload, type ListName } from './id-upload';

/** Longer lists do not come to the page. */
export const IDS_SHOWN = 200;

function Typed({ label, description, value, onChange, error }: { label: string; description: string; value: string[]; onChange: (ids: string[]) => void; error?: string }) {
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <Textarea label={`${label} (${count(value.length)})`} description={description} autosize minRows={2} maxRows={8} classNames={{ input: 'mono' }} spellCheck={false} error={error}
      value={draft ?? value.join('\n')} placeholder="one user id a line"
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={() => {
        if (draft !== null) onChange(readIds(draft));
        setDraft(null);
      }} />
  );
}

/** Whether one user is in it. */
function Lookup({ path, label }: { path: string; label: string }) {
  const [typed, setTyped] = useState('');
  const id = useSettled(typed.trim(), 250);
  const asked = useQuery<SegmentIds, ApiError>({
    queryKey: ['segments', path, 'has', id],
    queryFn: ({ signal }) => api.get<SegmentIds>(path, { user_id: id, limit: 0 }, signal),
    enabled: id !== '',
  });
  return (
    <div className="row">
      <TextInput size="xs" aria-label={`Is a user in ${label}?`} placeholder="Is this user in it? user id" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} className="grow condition-value" />
      <span className="small grow wrap" role="status">
        {id === '' || id !== typed.trim() ? '' : asked.error ? asked.error.message : !asked.data ? 'Looking…' : asked.data.has ? <><span className="strong">Yes</span>, {id} is in it.</> : <><span className="strong">No</span>, {id} is not in it.</>}
      </span>
    </div>
  );
}

async function download(path: string, name: string) {
  saveAs(await readText(path), name);
}

function Long({ segment, list, label, description, total, blocked }: { segment: Segment; list: ListName; label: string; description: string; total: number; blocked: boolean }) {
  const client = useQueryClient();
  const path = `/segments/${segment.id}/${list}`;
  const [failed, setFailed] = useState<ApiError | null>(null);
  const first = useQuery<SegmentIds, ApiError>({ queryKey: ['segments', path, segment.version], queryFn: ({ signal }) => api.get<SegmentIds>(path, { limit: 8 }, signal), placeholderData: keepPreviousData });
  return (
    <div className="stack tight" role="group" aria-label={label}>
      <div><span className="strong">{label}</span> <span className="num" data-list-count={list}>({count(total)})</span><div className="muted small">{description}</div></div>
      {first.data ? <div className="mono muted wrap">{first.data.items.join(', ')}, … and {count(Math.max(0, total - first.data.items.length))} more</div> : first.error ? <ErrorNote error={first.error} /> : <Rows count={1} />}
      <Lookup path={path} label={label} />
      <div className="row">
        <Button size="compact-xs" variant="default" onClick={() => void download(path, `${segment.name}-${list}.txt`).catch((cause) => setFailed(cause as ApiError))}>Download all</Button>
        <Confirm need="editor" disabled={blocked} aria-label={`Clear ${label}`} title={`Take all ${count(total)} ids out of "${label}"?`} deed="Take them out" text="The segment is saved with an empty list. The audit log keeps the old one."
          run={async () => {
            await upload('PUT', path, new Blob([]), { version: segment.version, onSent: () => undefined });
            say('The list is empty.');
            await client.invalidateQueries({ queryKey: ['segments'] });
          }}>Clear</Confirm>
      </div>
      <ErrorNote error={failed} />
    </div>
  );
}

export function IdList({ editing, list, label, description }: { editing: Editing<Segment>; list: ListName; label: string; description: string }) {
  const { value, stored, dirty, set, at } = editing;
  const total = list === 'include' ? stored.include_count : stored.exclude_count;
  return (
    <div className="stack tight">
      {total !== undefined ? <Long segment={stored} list={list} label={label} description={description} total={total} blocked={dirty} />
        : <Typed label={label} description={description} value={(value[list] ?? []).map(String)} error={at(`/${list}`)} onChange={(ids) => set({ [list]: ids.length ? ids : undefined })} />}
      <IdUpload id={stored.id} version={stored.version} list={list} label={label} blocked={dirty} />
    </div>
  );
}

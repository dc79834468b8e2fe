// Users who get a value by hand, whatever the rules say.
import { TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, asked, type ApiError } from '../api/client';
import { useChange, useList } from '../api/queries';
import type { Flag, Json, Override } from '../api/types';
import { Link, useQueryValue } from '../app/router';
import { shown } from '../lib/draft';
import { Act } from './act';
import { Card, Empty, ErrorNote, say } from './basic';
import { JsonField } from './json-field';
import { Listing, type Column } from './listing';

export function Overrides({ flag }: { flag: Flag }) {
  const path = `/flags/${encodeURIComponent(flag.key)}/overrides`;
  const [cursor] = useQueryValue('cursor');
  const list = useList<Override>(path, { cursor, limit: 50 });
  const [user, setUser] = useState('');
  const [value, setValue] = useState<Json>(flag.value ?? (flag.type === 'Boolean' ? true : (flag.default_value ?? null)));
  const put = useChange<void, Override>(() => api.put<Override>(`${path}/${encodeURIComponent(user.trim())}`, { value }), ['flags']);
  const remove = useChange<string, void>((who) => api.remove(`${path}/${encodeURIComponent(who)}`), ['flags']);
  const columns: Column<Override>[] = [
    { title: 'User', lead: true, cell: (row) => <Link className="mono" to={`/users/${encodeURIComponent(row.user_id)}`}>{row.user_id}</Link> },
    { title: 'Value', cell: (row) => <code className="mono">{shown(row.value)}</code> },
    { title: 'Action', right: true, cell: (row) => <Act size="compact-xs" variant="subtle" color="gray" onClick={() => remove.mutate(row.user_id)}>Remove<span className="mantine-VisuallyHidden-root"> {row.user_id}</span></Act> },
  ];
  function submit(event: FormEvent) {
    event.preventDefault();
    put.mutate(undefined, { onSuccess: () => { say('Override saved.'); setUser(''); } });
  }
  return (
    <div className="stack">
      <Card title="Set a user by hand">
        <form className="row" style={{ alignItems: 'flex-end' }} onSubmit={submit}>
          <TextInput label="User id" value={user} onChange={(event) => setUser(event.currentTarget.value)} />
          <div className="grow"><JsonField label={`Value (${flag.type})`} value={value} rows={1} onChange={setValue} error={put.error && (put.error as ApiError).pointer.startsWith('/value') ? put.error.message : undefined} /></div>
          <Act type="submit" disabled={!user.trim()} loading={put.isPending}>Set</Act>
        </form>
        {put.error && !(put.error as ApiError).pointer.startsWith('/value') && <ErrorNote error={put.error as ApiError} />}
        {remove.error && <ErrorNote error={remove.error as ApiError} />}
      </Card>
      <Listing query={list} from={asked(path, { cursor, limit: 50 })} columns={columns} id={(row) => row.user_id} caption="Overrides" word="override" empty={<Empty title="Nobody is set by hand" />} />
    </div>
  );
}

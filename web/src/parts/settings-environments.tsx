// Environments: which there are, new ones, and where changes wait for approval.
import { Switch, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange, useList } from '../api/queries';
import { Link } from '../app/router';
import type { Environment } from './account';
import { Act, useWhyNot } from './act';
import { Ago, Badge, Card, ErrorNote, Rows, say } from './basic';

export default function Environments() {
  const why = useWhyNot('admin');
  const list = useList<Environment>('/environments');
  const [name, setName] = useState('');
  const create = useChange<void, Environment>(() => api.post<Environment>('/environments', { name: name.trim() }), ['environments', 'audit']);
  const require = useChange<Environment, Environment>((one) => api.patch<Environment>(`/environments/${encodeURIComponent(one.name)}`, { requires_approval: !one.requires_approval }), ['environments', 'audit']);
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate(undefined, { onSuccess: (made) => { say(`${made.name} is made.`); setName(''); } });
  }
  return (
    <Card title="Environments">
      <div className="stack">
        <p className="muted small">Every definition, key and user belongs to one environment. Where changes wait for approval, they go live when <Link to="/approvals">somebody else has approved them</Link>.</p>
        {list.error && !list.data ? <ErrorNote error={list.error} retry={() => void list.refetch()} /> : !list.data ? <Rows count={2} /> : (
          <table className="list cards-on-phone">
            <caption hidden>Environments</caption>
            <thead><tr><th scope="col">Name</th><th scope="col">Changes wait for approval</th><th scope="col">Made</th></tr></thead>
            <tbody>{list.data.items.map((one) => (
              <tr key={one.name}>
                <td className="lead"><span className="row"><span className="strong">{one.name}</span>{one.is_yours ? <Badge tone="accent">you work here</Badge> : <Link className="small" to={`/promote?from=${encodeURIComponent(one.name)}`}>what differs from here</Link>}</span></td>
                <td data-label="Changes wait for approval"><Switch aria-label={`Changes in ${one.name} wait for approval`} title={why ?? undefined} disabled={why !== null || require.isPending} checked={one.requires_approval ?? false}
                  onChange={() => require.mutate(one, { onSuccess: (now) => say(`Changes in ${now.name} ${now.requires_approval ? 'wait for approval' : 'are live at once'} from now on.`) })} /></td>
                <td data-label="Made"><Ago at={one.created_at} /></td>
              </tr>
            ))}</tbody>
          </table>
        )}
        {require.error && <ErrorNote error={require.error as ApiError} />}
        <form className="fields" onSubmit={submit}>
          <TextInput label="New environment" placeholder="preview" value={name} error={create.error ? create.error.message : undefined} onChange={(event) => setName(event.currentTarget.value)} />
          <Act need="admin" type="submit" variant="default" disabled={!name.trim()} loading={create.isPending}>Make it</Act>
        </form>
      </div>
    </Card>
  );
}

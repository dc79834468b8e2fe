// Who has which variant: the newest ones, and one unit looked up with the reasons.
import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import type { ApiError } from '../api/client';
import { api } from '../api/client';
import { useChange, useList } from '../api/queries';
import type { Assignment, Experiment, Json } from '../api/types';
import { Link } from '../app/router';
import { Ago, Card, Empty, ErrorNote } from './basic';
import { Trace } from './trace';
import { Listing, type Column } from './listing';

const COLUMNS: Column<Assignment>[] = [
  { title: 'Unit', lead: true, cell: (row) => <Link to={`/users/${encodeURIComponent(row.user_id)}`} className="mono">{row.user_id}</Link> },
  { title: 'Variant', cell: (row) => row.variant ?? 'none' },
  { title: 'Reason', cell: (row) => row.assignment_reason },
  { title: 'Device', cell: (row) => <span className="mono">{row.device_id ?? '–'}</span> },
  { title: 'Assigned', right: true, cell: (row) => <Ago at={row.assigned_at} /> },
];

export default function Assignments({ experiment }: { experiment: Experiment }) {
  const list = useList<Assignment>(`/experiments/${experiment.id}/assignments`, { limit: 50 }, experiment.status === 'Running' ? 10_000 : false);
  const [user, setUser] = useState('');
  const explain = useChange<string, Json>((unit) => api.post<Json>('/explain', { experiment: experiment.id, context: { targetingKey: unit } }), []);
  function submit(event: FormEvent) {
    event.preventDefault();
    explain.mutate(user.trim());
  }
  return (
    <div className="stack">
      <Card title="Which variant does a user get, and why">
        <form className="row" onSubmit={submit} style={{ alignItems: 'flex-end' }}>
          <TextInput label="User id" value={user} onChange={(event) => setUser(event.currentTarget.value)} />
          <Button type="submit" disabled={!user.trim()} loading={explain.isPending}>Explain</Button>
        </form>
        <div style={{ marginTop: 10 }}>
          <ErrorNote error={explain.error as ApiError | null} />
          {explain.data !== undefined && <Trace trace={explain.data} />}
        </div>
      </Card>
      <Listing query={list} columns={COLUMNS} id={(row) => row.id ?? row.user_id} caption="Assignments" word="assignment"
        empty={<Empty title="Nobody is assigned yet" />} />
    </div>
  );
}

// Who has which variant, page by page; and one unit looked up with the reasons.
import { Button, Select, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, asked, type ApiError } from '../api/client';
import { useChange, useList } from '../api/queries';
import type { Assignment, Experiment, Json, JsonObject } from '../api/types';
import { Link, useQueryValue } from '../app/router';
import { reasonWords } from '../lib/reasons';
import { Ago, Card, Empty, ErrorNote } from './basic';
import { JsonField } from './json-field';
import { Trace } from './trace';
import { Listing, type Column } from './listing';

const COLUMNS: Column<Assignment>[] = [
  { title: 'Unit', lead: true, cell: (row) => <Link to={`/users/${encodeURIComponent(row.user_id)}`} className="mono">{row.user_id}</Link> },
  { title: 'Variant', cell: (row) => row.variant ?? 'none' },
  { title: 'Reason', cell: (row) => <span title={row.assignment_reason ?? undefined}>{reasonWords(row.assignment_reason)}</span> },
  { title: 'Device', cell: (row) => <span className="mono">{row.device_id ?? '–'}</span> },
  { title: 'Assigned', right: true, cell: (row) => <Ago at={row.assigned_at} /> },
];

export default function Assignments({ experiment }: { experiment: Experiment }) {
  const [cursor] = useQueryValue('cursor');
  const [variant, setVariant] = useQueryValue('variant');
  const path = `/experiments/${experiment.id}/assignments`;
  const query = { limit: 50, cursor, variant };
  const list = useList<Assignment>(path, query, experiment.status === 'Running' ? 10_000 : false);
  const [user, setUser] = useState('');
  const [attributes, setAttributes] = useState<JsonObject>({});
  const explain = useChange<string, Json>((unit) => api.post<Json>('/explain', { experiment: experiment.id, context: { ...attributes, targetingKey: unit } }), []);
  function submit(event: FormEvent) {
    event.preventDefault();
    explain.mutate(user.trim());
  }
  return (
    <div className="stack">
      <Card title="Which variant does a user get, and why">
        <form className="row" onSubmit={submit} style={{ alignItems: 'flex-start' }}>
          <TextInput label="User id" value={user} onChange={(event) => setUser(event.currentTarget.value)} />
          <div className="grow" style={{ maxWidth: 420 }}><JsonField label="Attributes it would come with" value={attributes} rows={1} onChange={(next) => setAttributes(next as JsonObject)} /></div>
          <Button type="submit" mt={24} disabled={!user.trim()} loading={explain.isPending}>Explain</Button>
        </form>
        <div style={{ marginTop: 10 }}>
          <ErrorNote error={explain.error as ApiError | null} />
          {explain.data !== undefined && <Trace trace={explain.data} />}
        </div>
      </Card>
      <div className="filters">
        <Select aria-label="Variant" placeholder="Any variant" clearable value={variant || null} data={experiment.variants.map((one) => one.name)} onChange={(value) => setVariant(value ?? '')} />
      </div>
      <Listing query={list} from={asked(path, query)} columns={COLUMNS} id={(row) => row.id ?? row.user_id} caption="Assignments" word="assignment"
        empty={<Empty title="Nobody is assigned yet" />} />
    </div>
  );
}

// Context in, decision and its whole explanation out.
import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange } from '../api/queries';
import type { Flag, Json, JsonObject } from '../api/types';
import { usePlace } from '../app/router';
import { Card, ErrorNote } from './basic';
import { JsonField } from './json-field';
import { Trace } from './trace';

export function Tester({ flag }: { flag: Flag }) {
  const { query } = usePlace();
  const [user, setUser] = useState(query.get('user') ?? 'user-1');
  const [at, setAt] = useState('');
  const [attributes, setAttributes] = useState<Json>({ country: 'DE', plan: 'pro' });
  const [broken, setBroken] = useState(false);
  const run = useChange<void, Json>(() => api.post<Json>('/explain', { flag: flag.key, context: { ...(attributes as JsonObject), targetingKey: user }, ...(at ? { at: new Date(at).toISOString() } : {}) }), []);
  function submit(event: FormEvent) {
    event.preventDefault();
    run.mutate(undefined);
  }
  return (
    <div className="split">
      <Card title="Decision">
        <ErrorNote error={run.error as ApiError | null} />
        {run.data !== undefined ? <Trace trace={run.data} /> : !run.error && <p className="muted">Give a user and press “Decide”: here you see what they get, and every step that led there.</p>}
      </Card>
      <Card title="Context">
        <form className="stack" onSubmit={submit}>
          <TextInput label="User id (targeting key)" value={user} onChange={(event) => setUser(event.currentTarget.value)} />
          <JsonField label="Attributes" value={attributes} rows={4} onChange={setAttributes} onBroken={setBroken} />
          <TextInput type="datetime-local" label="At a past time" description="Empty: now" value={at} onChange={(event) => setAt(event.currentTarget.value)} />
          <Button type="submit" loading={run.isPending} disabled={broken}>Decide</Button>
        </form>
      </Card>
    </div>
  );
}

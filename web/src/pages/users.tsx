// One user: what is known, which variants they have, what every flag gives them.
import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useQuery } from '@tanstack/react-query';
import { api, type ApiError } from '../api/client';
import { useGet, useList } from '../api/queries';
import type { Assignment, Experiment, Flag, Json, JsonObject } from '../api/types';
import { Link, navigate } from '../app/router';
import { shown } from '../lib/draft';
import { Ago, Card, Empty, ErrorNote, Page, Rows } from '../parts/basic';

interface UserFlag {
  key: string;
  value?: Json;
  variant?: string | null;
  reason?: string;
}
interface User {
  user_id: string;
  attributes?: JsonObject;
  /** Names of attributes that only a client key told: they decide nothing. */
  claimed?: string[];
  devices?: string[];
  assignments?: Assignment[];
}

const FLAGS_MAX = 50;

/** What every flag gives the user, now or at a past moment; the server decides each. */
function useUserFlags(user: User | undefined, at: string) {
  const flags = useList<Flag>('/flags', { limit: FLAGS_MAX, sort: 'name' });
  return useQuery<UserFlag[], ApiError>({
    queryKey: ['flags', 'of-user', user?.user_id, at, flags.data?.items.map((flag) => flag.key)],
    enabled: user !== undefined && flags.data !== undefined,
    queryFn: async () => {
      const context = { targetingKey: user!.user_id };
      return Promise.all(flags.data!.items.map(async ({ key }) => {
        const decided = await api.post<JsonObject>('/explain', { flag: key, context, ...(at ? { at: new Date(at).toISOString() } : {}) });
        return { key, value: decided.value, variant: decided.variant as string | null, reason: String(decided.reason ?? '') };
      }));
    },
  });
}

function Facts({ user }: { user: User }) {
  const attributes = Object.entries(user.attributes ?? {});
  const devices = user.devices ?? [];
  return (
    <Card title="Known about them">
      {attributes.length + devices.length === 0 ? <p className="muted">Nothing was reported.</p> : (
        <dl className="facts">
          {attributes.map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd className="mono">{shown(value)}{user.claimed?.includes(name) && <span className="muted"> (claimed by a page, decides nothing)</span>}</dd></div>)}
          {devices.length > 0 && <><dt>devices</dt><dd className="mono">{devices.join(', ')}</dd></>}
        </dl>
      )}
    </Card>
  );
}

function Found({ id }: { id: string }) {
  const found = useGet<User>(`/users/${encodeURIComponent(id)}`);
  const [at, setAt] = useState('');
  const flags = useUserFlags(found.data, at);
  const experiments = useList<Experiment>('/experiments', { limit: 500 });
  const name = (experiment: string) => experiments.data?.items.find((one) => one.id === experiment)?.name ?? experiment;
  if (found.error) return <ErrorNote error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Rows count={4} />;
  const assignments = found.data.assignments ?? [];
  return (
    <div className="stack">
      <Facts user={found.data} />
      <Card title="Experiments">
        {assignments.length === 0 ? <p className="muted">No assignment.</p> : (
          <table className="list cards-on-phone">
            <thead><tr><th scope="col">Experiment</th><th scope="col">Variant</th><th scope="col">Reason</th><th scope="col" className="right">Assigned</th></tr></thead>
            <tbody>{assignments.map((one) => (
              <tr key={one.experiment_id}><td className="lead"><Link to={`/experiments/${one.experiment_id}`}>{name(one.experiment_id)}</Link></td><td data-label="Variant">{one.variant ?? 'none'}</td><td data-label="Reason">{one.assignment_reason}</td><td data-label="Assigned" className="right"><Ago at={one.assigned_at} /></td></tr>
            ))}</tbody>
          </table>
        )}
      </Card>
      <Card title={at ? 'Flags then' : 'Flags now'} aside={<TextInput type="datetime-local" size="xs" aria-label="At a past time" value={at} onChange={(event) => setAt(event.currentTarget.value)} />}>
        {flags.error ? <ErrorNote error={flags.error} /> : !flags.data ? <Rows count={3} /> : flags.data.length === 0 ? <p className="muted">There are no flags.</p> : (
          <table className="list cards-on-phone">
            <caption hidden>What each flag gives this user</caption>
            <thead><tr><th scope="col">Flag</th><th scope="col">Value</th><th scope="col">Reason</th></tr></thead>
            <tbody>{flags.data.map((flag) => (
              <tr key={flag.key}><td className="lead"><Link to={`/flags/${encodeURIComponent(flag.key)}?tab=test&user=${encodeURIComponent(id)}`} className="mono">{flag.key}</Link></td><td data-label="Value" className="mono wrap">{shown(flag.value)}</td><td data-label="Reason">{flag.reason}</td></tr>
            ))}</tbody>
          </table>
        )}
      </Card>
    </div>
  );
}

export default function Users({ id }: { id: string }) {
  const [text, setText] = useState(id);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (text.trim()) navigate(`/users/${encodeURIComponent(text.trim())}`);
  }
  return (
    <Page title={id || 'Users'} crumbs={id ? [{ to: '/users', text: 'Users' }] : undefined}>
      <form className="filters" onSubmit={submit} role="search">
        <TextInput className="search" aria-label="User id" placeholder="User id" value={text} onChange={(event) => setText(event.currentTarget.value)} />
        <Button type="submit" disabled={!text.trim()}>Look up</Button>
      </form>
      {id ? <Found id={id} /> : <Empty title="Look up a user">You see what is known about them, the variants they have and what every flag gives them.</Empty>}
    </Page>
  );
}

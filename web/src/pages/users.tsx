// One user: what is known, which variants they have, what every flag gives them.
import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useGet, useList } from '../api/queries';
import type { Assignment, Experiment, Json, JsonObject } from '../api/types';
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
  devices?: string[];
  device_ids?: string[];
  assignments?: Assignment[];
  flags?: UserFlag[] | Record<string, UserFlag>;
  overrides?: { flag_key: string; value: Json }[];
  [name: string]: unknown;
}

function flagsOf(user: User): UserFlag[] {
  const { flags } = user;
  if (!flags) return [];
  return Array.isArray(flags) ? flags : Object.entries(flags).map(([key, flag]) => ({ ...flag, key }));
}

function Facts({ user }: { user: User }) {
  const attributes = Object.entries(user.attributes ?? {});
  const devices = user.devices ?? user.device_ids ?? [];
  return (
    <Card title="Known about them">
      {attributes.length + devices.length === 0 ? <p className="muted">Nothing was reported.</p> : (
        <dl className="facts">
          {attributes.map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd className="mono">{shown(value)}</dd></div>)}
          {devices.length > 0 && <><dt>devices</dt><dd className="mono">{devices.join(', ')}</dd></>}
        </dl>
      )}
    </Card>
  );
}

function Found({ id }: { id: string }) {
  const found = useGet<User>(`/users/${encodeURIComponent(id)}`);
  const experiments = useList<Experiment>('/experiments', { limit: 500 });
  const name = (experiment: string) => experiments.data?.items.find((one) => one.id === experiment)?.name ?? experiment;
  if (found.error) return <ErrorNote error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Rows count={4} />;
  const flags = flagsOf(found.data);
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
      {flags.length > 0 && (
        <Card title="Flags now">
          <table className="list cards-on-phone">
            <thead><tr><th scope="col">Flag</th><th scope="col">Value</th><th scope="col">Reason</th></tr></thead>
            <tbody>{flags.map((flag) => (
              <tr key={flag.key}><td className="lead"><Link to={`/flags/${encodeURIComponent(flag.key)}?tab=test`} className="mono">{flag.key}</Link></td><td data-label="Value" className="mono wrap">{shown(flag.value)}</td><td data-label="Reason">{flag.reason}</td></tr>
            ))}</tbody>
          </table>
        </Card>
      )}
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

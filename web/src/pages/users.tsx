// One user: what is known, which variants they have, what every flag gives them and why; forgetting.
import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api } from '../api/client';
import { useChange, useExperiments, useGet, useGrowing } from '../api/queries';
import type { Assignment, JsonObject, Override } from '../api/types';
import { Link, navigate } from '../app/router';
import { shown } from '../lib/draft';
import { count } from '../lib/format';
import { Ago, Card, Empty, ErrorNote, Page, Rows, say } from '../parts/basic';
import { Confirm } from '../parts/confirm';
import { More } from '../parts/more';
import { UserFlags } from '../parts/user-flags';

interface User {
  user_id: string;
  attributes?: JsonObject;
  /** Names of attributes that only a client key told: they decide nothing. */
  claimed?: string[];
  devices?: string[];
  assignments?: Assignment[];
}
type UserOverride = Override & { flag_key: string; created_by?: string; created_at?: string };

function Facts({ user }: { user: User }) {
  const attributes = Object.entries(user.attributes ?? {});
  const devices = user.devices ?? [];
  return (
    <Card title="Known about them">
      {attributes.length + devices.length === 0 ? <p className="muted">Nothing was reported.</p> : (
        <dl className="facts">
          {attributes.map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt className="wrap">{name}</dt><dd className="mono">{shown(value)}{user.claimed?.includes(name) && <span className="muted"> (claimed by a page, decides nothing)</span>}</dd></div>)}
          {devices.length > 0 && <><dt>{devices.length === 1 ? 'device' : `${count(devices.length)} devices`}</dt><dd className="mono">{devices.join(', ')}</dd></>}
        </dl>
      )}
    </Card>
  );
}

/** So many assignments are shown at first, and more at a time. */
const SHOWN = 50;

function Experiments({ assignments }: { assignments: Assignment[] }) {
  const [most, setMost] = useState(SHOWN);
  const shownOnes = assignments.slice(0, most);
  const experiments = useExperiments(shownOnes.map((one) => one.experiment_id));
  const of = (id: string) => experiments.get(id);
  return (
    <Card title="Experiments">
      {assignments.length === 0 ? <p className="muted">No assignment.</p> : (
        <table className="list cards-on-phone">
          <caption hidden>Assignments</caption>
          <thead><tr><th scope="col">Experiment</th><th scope="col">Variant</th><th scope="col">Reason</th><th scope="col" className="right">Assigned</th></tr></thead>
          <tbody>{shownOnes.map((one) => (
            <tr key={one.experiment_id}>
              <td className="lead"><Link className="wrap" to={`/experiments/${one.experiment_id}`}>{of(one.experiment_id)?.name ?? one.experiment_id}</Link> <span className="muted small">{of(one.experiment_id)?.status.toLowerCase()}</span></td>
              <td data-label="Variant" className="strong">{one.variant ?? 'none'}</td>
              <td data-label="Reason">{one.assignment_reason}</td>
              <td data-label="Assigned" className="right"><Ago at={one.assigned_at} /></td>
            </tr>
          ))}</tbody>
        </table>
      )}
      <More word="assignment" list={{ items: shownOnes, total: assignments.length, hasMore: assignments.length > most, isBusy: false, grow: () => setMost(most + SHOWN) }} />
    </Card>
  );
}

function Overrides({ user }: { user: string }) {
  const list = useGrowing<UserOverride>('/overrides', { user_id: user, limit: 50 });
  const remove = useChange<UserOverride, void>((one) => api.remove(`/flags/${encodeURIComponent(one.flag_key)}/overrides/${encodeURIComponent(user)}`), ['overrides', 'flags', 'audit']);
  const items = list.items ?? [];
  return (
    <Card title="Set by hand">
      {list.error && !list.items ? <ErrorNote error={list.error} retry={list.refetch} /> : !list.items ? <Rows count={2} /> : items.length === 0 ? <p className="muted">No flag has a value of its own for them. The page of a flag gives one.</p> : (
        <table className="list cards-on-phone">
          <caption hidden>Overrides of this user</caption>
          <thead><tr><th scope="col">Flag</th><th scope="col">Value</th><th scope="col">By</th><th scope="col" className="right">Action</th></tr></thead>
          <tbody>{items.map((one) => (
            <tr key={one.flag_key}>
              <td className="lead"><Link className="mono wrap" to={`/flags/${encodeURIComponent(one.flag_key)}?tab=overrides`}>{one.flag_key}</Link></td>
              <td data-label="Value" className="mono wrap">{shown(one.value)}</td>
              <td data-label="By">{one.created_by} <span className="muted"><Ago at={one.created_at} /></span></td>
              <td data-label="Action" className="right"><Confirm need="editor" aria-label={`Take back ${one.flag_key}`} title={`Take the value of ${one.flag_key} back?`} deed="Take it back" text="The user gets what the rules say."
                run={async () => { await remove.mutateAsync(one); say('The value is taken back.'); }}>Take back</Confirm></td>
            </tr>
          ))}</tbody>
        </table>
      )}
      <More list={list} word="value" />
    </Card>
  );
}

function Forget({ user }: { user: string }) {
  const forget = useChange<void, { assignments_deleted: number }>(() => api.remove(`/users/${encodeURIComponent(user)}`) as Promise<never>, ['users', 'flags']);
  return (
    <Confirm size="sm" variant="default" title={`Forget ${user}?`} deed="Forget them"
      text={<><p>Their assignments, devices, attributes and events are deleted in this environment. Results that were computed and values set by hand stay.</p><p>This cannot be taken back. When they come again, they are new.</p></>}
      run={async () => { const done = await forget.mutateAsync(); say(`${user} is forgotten: ${count(done.assignments_deleted)} assignments.`); }}>Forget this user</Confirm>
  );
}

function Found({ id }: { id: string }) {
  const found = useGet<User>(`/users/${encodeURIComponent(id)}`);
  if (found.error) return <ErrorNote error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Rows count={4} />;
  return (
    <div className="stack">
      <Facts user={found.data} />
      <Experiments assignments={found.data.assignments ?? []} />
      <Overrides user={id} />
      <UserFlags user={id} />
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
    <Page title={id || 'Users'} crumbs={id ? [{ to: '/users', text: 'Users' }] : undefined} actions={id ? <Forget user={id} /> : undefined}>
      <form className="filters" onSubmit={submit} role="search">
        <TextInput className="search" aria-label="User id" placeholder="User id" value={text} onChange={(event) => setText(event.currentTarget.value)} />
        <Button type="submit" disabled={!text.trim()}>Look up</Button>
      </form>
      {id ? <Found id={id} /> : <Empty title="Look up a user">You see what is known about them, the variants they have and what every flag gives them.</Empty>}
    </Page>
  );
}

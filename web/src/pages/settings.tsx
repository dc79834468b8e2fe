// Keys, and the state of the system.
import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange, useList } from '../api/queries';
import type { ApiKey } from '../api/types';
import { number } from '../lib/format';
import { isAt } from '../lib/pointer';
import { Ago, Badge, Card, Empty, ErrorNote, Note, Page, Rows, say } from '../parts/basic';
import { LayersCard } from '../parts/layers-card';
import { useCounters } from '../parts/system-strip';

const SCOPES = [
  { value: 'server', label: 'server: decide, assign, send events' },
  { value: 'client', label: 'client: in browsers and apps, sees only visible flags' },
  { value: 'admin', label: 'admin: everything' },
];

function NewKey({ close }: { close: () => void }) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState('server');
  const create = useChange<void, ApiKey>(() => api.post<ApiKey>('/keys', { name: name.trim(), scope }), ['keys']);
  const error = create.error as ApiError | null;
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate(undefined);
  }
  if (create.data)
    return (
      <div className="stack">
        <Note tone="good" title="Copy it now: it is shown only this once"><code className="mono wrap" data-testid="new-key">{create.data.key}</code></Note>
        <div className="row">
          <Button onClick={() => void navigator.clipboard?.writeText(create.data.key ?? '').then(() => say('Copied.'))}>Copy</Button>
          <Button variant="default" onClick={close}>Done</Button>
        </div>
      </div>
    );
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput label="Name" description="Who uses it, such as shop-backend" value={name} required data-autofocus error={error && isAt(error.pointer, '/name') ? error.message : undefined} onChange={(event) => setName(event.currentTarget.value)} />
      <Select label="Scope" value={scope} data={SCOPES} allowDeselect={false} onChange={(next) => setScope(next ?? 'server')} />
      {error && !isAt(error.pointer, '/name') && <ErrorNote error={error} />}
      <div className="row"><Button type="submit" loading={create.isPending} disabled={!name.trim()}>Make the key</Button><Button variant="default" onClick={close}>Cancel</Button></div>
    </form>
  );
}

function Keys() {
  const list = useList<ApiKey & { prefix?: string; revoked_at?: string | null }>('/keys', { limit: 100 });
  const revoke = useChange<string, void>((id) => api.remove(`/keys/${id}`), ['keys']);
  const [open, setOpen] = useState(false);
  return (
    <Card title="API keys" aside={<Button size="xs" onClick={() => setOpen(true)}>New key</Button>}>
      {revoke.error && <ErrorNote error={revoke.error as ApiError} />}
      {list.error && !list.data ? <ErrorNote error={list.error} retry={() => void list.refetch()} /> : !list.data ? <Rows count={3} />
        : list.data.items.length === 0 ? <Empty title="No keys" /> : (
          <table className="list cards-on-phone">
            <caption hidden>API keys</caption>
            <thead><tr><th scope="col">Name</th><th scope="col">Scope</th><th scope="col">Environment</th><th scope="col">Begins with</th><th scope="col">Used</th><th scope="col">Made</th><th scope="col" className="right">Action</th></tr></thead>
            <tbody>{list.data.items.map((key) => (
              <tr key={key.id}>
                <td className="lead strong">{key.name}</td>
                <td data-label="Scope"><Badge tone={key.scope === 'admin' ? 'warn' : 'plain'}>{key.scope}</Badge></td>
                <td data-label="Environment">{key.environment ?? '–'}</td>
                <td data-label="Begins with" className="mono">{key.prefix ?? '–'}</td>
                <td data-label="Used"><Ago at={key.last_used_at} /></td>
                <td data-label="Made"><Ago at={key.created_at} /></td>
                <td className="right" data-label="Action">{key.revoked_at ? <span className="muted">revoked</span> : (
                  <Button size="compact-xs" variant="subtle" color="gray" aria-label={`Revoke ${key.name}`} onClick={() => window.confirm(`Revoke ${key.name}? Whatever uses it is refused from now on.`) && revoke.mutate(key.id, { onSuccess: () => say(`${key.name} is revoked.`) })}>Revoke</Button>
                )}</td>
              </tr>
            ))}</tbody>
          </table>
        )}
      <Modal opened={open} onClose={() => setOpen(false)} title={<strong>New key</strong>} closeButtonProps={{ 'aria-label': 'Close' }}>{open && <NewKey close={() => setOpen(false)} />}</Modal>
    </Card>
  );
}

function Environments() {
  const list = useList<{ name: string; created_at?: string; is_yours?: boolean }>('/environments');
  return (
    <Card title="Environments">
      {list.error ? <ErrorNote error={list.error} /> : !list.data ? <Rows count={2} /> : (
        <ul className="checklist">
          {list.data.items.map((one) => <li key={one.name}><span className="strong">{one.name}</span>{one.is_yours && <Badge tone="accent">your key is bound to this one</Badge>}</li>)}
        </ul>
      )}
      <p className="muted small" style={{ marginTop: 8 }}>A key sees one environment. To work in another, use a key of it; gosset promote and POST /api/v1/promote carry definitions over.</p>
    </Card>
  );
}

function SystemState() {
  const counters = useCounters(5_000);
  if (counters.error) return <p className="muted">The counters cannot be read.</p>;
  if (!counters.data) return <Rows count={3} />;
  const rows = [...counters.data.values].filter(([name]) => name.startsWith('gosset_') && !/_(bucket|sum|count)$/.test(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <dl className="facts small">
      {rows.map(([name, value]) => <div key={name} style={{ display: 'contents' }}><dt className="mono">{name}</dt><dd className="num">{number(value, Number.isInteger(value) ? 0 : 3)}</dd></div>)}
    </dl>
  );
}

export default function Settings() {
  return (
    <Page title="Settings">
      <div className="stack">
        <Keys />
        <LayersCard />
        <Environments />
        <Card title="State of the system"><SystemState /></Card>
      </div>
    </Page>
  );
}

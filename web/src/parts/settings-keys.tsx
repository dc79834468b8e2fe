// Keys of applications: which there are, new ones, and the end of old ones.
import { Button, Select, TagsInput, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange, useList } from '../api/queries';
import type { Key } from '../api/schema';
import { isAt } from '../lib/pointer';
import { Act } from './act';
import { Ago, Badge, Card, Empty, ErrorNote, Rows, say } from './basic';
import { Confirm, Dialog, Once } from './confirm';

const SCOPES = [
  { value: 'server', label: 'server: decides, assigns, sends events' },
  { value: 'client', label: 'client: in browsers and apps, sees only visible flags' },
  { value: 'admin', label: 'admin: everything in this environment' },
];

function NewKey({ close }: { close: () => void }) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Key['scope']>('server');
  const [origins, setOrigins] = useState<string[]>([]);
  const create = useChange<void, Key>(() => api.post<Key>('/keys', { name: name.trim(), scope, ...(scope === 'client' && origins.length ? { origins } : {}) }), ['keys']);
  const error = create.error as ApiError | null;
  const at = (pointer: string) => (error && isAt(error.pointer, pointer) ? error.message : undefined);
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }
  if (create.data) return <Once title="Copy it now: it is shown only this once" text={create.data.key ?? ''} close={close} />;
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput label="Name" description="Who uses it, such as shop-backend. The audit log names it." value={name} required data-autofocus error={at('/name')} onChange={(event) => setName(event.currentTarget.value)} />
      <Select label="Scope" value={scope} data={SCOPES} allowDeselect={false} error={at('/scope')} onChange={(next) => setScope((next ?? 'server') as Key['scope'])} />
      {scope === 'client' && <TagsInput label="Only from pages of these origins" description="Such as https://shop.example.org. None: any." value={origins} error={at('/origins')} onChange={setOrigins} />}
      {error && !at('/name') && !at('/scope') && !at('/origins') && <ErrorNote error={error} />}
      <div className="row"><Button type="submit" loading={create.isPending} disabled={!name.trim()}>Make the key</Button><Button variant="default" onClick={close}>Cancel</Button></div>
    </form>
  );
}

export default function Keys() {
  const list = useList<Key>('/keys', { limit: 500 });
  const revoke = useChange<Key, void>((key) => api.remove(`/keys/${key.id}`), ['keys', 'audit']);
  const [open, setOpen] = useState(false);
  const [all, setAll] = useState(false);
  const items = (list.data?.items ?? []).filter((key) => all || !key.revoked_at);
  const hidden = (list.data?.items.length ?? 0) - items.length;
  return (
    <Card title="API keys" aside={<Act need="admin" size="xs" onClick={() => setOpen(true)}>New key</Act>}>
      <p className="muted small">Keys are for programs. They hold until they are revoked; only their hash is stored. A limit of requests a second for each key is the setting rate_limit_per_key.</p>
      {list.error && !list.data ? <ErrorNote error={list.error} retry={() => void list.refetch()} /> : !list.data ? <Rows count={3} />
        : items.length === 0 ? <Empty title="No keys" /> : (
          <table className="list cards-on-phone">
            <caption hidden>API keys</caption>
            <thead><tr><th scope="col">Name</th><th scope="col">Scope</th><th scope="col">Begins with</th><th scope="col">Origins</th><th scope="col">Used</th><th scope="col">Made</th><th scope="col" className="right">Action</th></tr></thead>
            <tbody>{items.map((key) => (
              <tr key={key.id}>
                <td className="lead strong wrap">{key.name}</td>
                <td data-label="Scope"><Badge tone={key.scope === 'admin' ? 'warn' : 'plain'}>{key.scope}</Badge></td>
                <td data-label="Begins with" className="mono">{key.prefix ?? '–'}</td>
                <td data-label="Origins" className="wrap">{key.origins?.join(', ') ?? (key.scope === 'client' ? 'any' : '–')}</td>
                <td data-label="Used"><Ago at={key.last_used_at} /></td>
                <td data-label="Made"><Ago at={key.created_at} />{key.created_by && <span className="muted small"> by {key.created_by}</span>}</td>
                <td className="right" data-label="Action">{key.revoked_at ? <span className="muted">revoked</span> : (
                  <Confirm aria-label={`Revoke ${key.name}`} title={`Revoke ${key.name}?`} deed="Revoke it" text="Whatever uses it is refused from now on. This cannot be taken back."
                    run={async () => { await revoke.mutateAsync(key); say(`${key.name} is revoked.`); }}>Revoke</Confirm>
                )}</td>
              </tr>
            ))}</tbody>
          </table>
        )}
      {(hidden > 0 || all) && <Button mt="xs" size="compact-xs" variant="subtle" color="gray" onClick={() => setAll(!all)}>{all ? 'Hide revoked keys' : `Show ${hidden} revoked`}</Button>}
      <Dialog title="New key" opened={open} close={() => setOpen(false)}><NewKey close={() => setOpen(false)} /></Dialog>
    </Card>
  );
}

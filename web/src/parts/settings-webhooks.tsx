// Webhooks: who is told of changes, and what became of the messages.
import { Button, Switch, TagsInput, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange, useList } from '../api/queries';
import type { Json } from '../api/types';
import { changes } from '../lib/draft';
import { isAt } from '../lib/pointer';
import { Act } from './act';
import { Ago, Badge, Card, Empty, ErrorNote, Rows, say, type Tone } from './basic';
import { Confirm, Dialog, Once } from './confirm';

interface Webhook {
  id: string;
  name: string;
  url: string;
  events: string[];
  enabled: boolean;
  secret?: string;
  created_by?: string;
  created_at?: string;
}
interface Delivery {
  id: string;
  type: string;
  status: 'pending' | 'delivered' | 'failed';
  attempts: number;
  created_at?: string;
  last_attempt_at?: string | null;
  next_attempt_at?: string | null;
  http_status?: number | null;
  error?: string | null;
  event?: Json;
}

const EVENTS = ['*', ...['flag', 'experiment', 'metric', 'segment', 'layer', 'holdout'].flatMap((kind) => [`${kind}.*`, `${kind}.create`, `${kind}.update`, `${kind}.delete`]),
  'experiment.start', 'experiment.pause', 'experiment.resume', 'experiment.complete', 'advice.*', 'advice.ship', 'advice.roll_back', 'advice.unhealthy', 'advice.inconclusive', 'proposal.propose', 'proposal.approve', 'proposal.reject', 'key.create', 'key.revoke'];
const TONE: Record<string, Tone> = { delivered: 'accent', pending: 'warn', failed: 'bad' };

/** A new webhook, or the change of one; a secret that is new is shown this once. */
function WebhookForm({ webhook, close }: { webhook?: Webhook; close: () => void }) {
  const [name, setName] = useState(webhook?.name ?? '');
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [events, setEvents] = useState<string[]>(webhook?.events ?? ['*']);
  const [enabled, setEnabled] = useState(webhook?.enabled ?? true);
  const [rotate, setRotate] = useState(false);
  const send = useChange<void, Webhook>(() => {
    const body = { name: name.trim(), url: url.trim(), events, enabled };
    // Only what was changed here: what somebody else changed meanwhile stays as they left it.
    return webhook ? api.patch<Webhook>(`/webhooks/${webhook.id}`, { ...changes({ ...webhook }, { ...webhook, ...body }), ...(rotate ? { rotate_secret: true } : {}) }) : api.post<Webhook>('/webhooks', body);
  }, ['webhooks', 'audit']);
  const error = send.error as ApiError | null;
  const at = (pointer: string) => (error && isAt(error.pointer, pointer) ? error.message : undefined);
  function submit(event: FormEvent) {
    event.preventDefault();
    send.mutate(undefined, {
      onSuccess: (done) => {
        if (done.secret) return;
        say(`${done.name} is saved.`);
        close();
      },
    });
  }
  if (send.data?.secret) return <Once title="The secret that messages are signed with: shown only this once" text={send.data.secret} close={close} />;
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput label="Name" value={name} required data-autofocus error={at('/name')} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput label="URL" type="url" placeholder="https://hooks.example.com/gosset" value={url} required error={at('/url')} onChange={(event) => setUrl(event.currentTarget.value)} />
      <TagsInput label="Events" description="KIND.ACTION as in the audit log; KIND.* and * stand for many." data={EVENTS} value={events} error={at('/events')} onChange={setEvents} />
      {webhook && <Switch label="Told of what happens" checked={enabled} error={at('/enabled')} onChange={(event) => setEnabled(event.currentTarget.checked)} />}
      {webhook && <Switch label="Make a new secret; the old one signs nothing more" checked={rotate} error={at('/rotate_secret')} onChange={(event) => setRotate(event.currentTarget.checked)} />}
      {error && !['/name', '/url', '/events', '/enabled', '/rotate_secret'].some(at) && <ErrorNote error={error} />}
      <div className="row"><Button type="submit" loading={send.isPending} disabled={!name.trim() || !url.trim()}>{webhook ? 'Save' : 'Make the webhook'}</Button><Button variant="default" onClick={close}>Cancel</Button></div>
    </form>
  );
}

function DeliveryLine({ one }: { one: Delivery }) {
  const [open, setOpen] = useState(false);
  return (
    <div className="rule stack tight">
      <div className="row">
        <Badge tone={TONE[one.status]}>{one.status}</Badge>
        <span className="mono small wrap">{one.type.replace(/^dev\.gosset\./, '')}</span>
        <span className="muted"><Ago at={one.created_at} /></span>
        <span className="grow" />
        {one.http_status != null && <span className="muted num">HTTP {one.http_status}</span>}
        <span className="muted num">{one.attempts} {one.attempts === 1 ? 'try' : 'tries'}</span>
        <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? 'Hide' : 'Message'}</Button>
      </div>
      {one.error && <div className="small wrap">{one.error}</div>}
      {one.status === 'pending' && one.next_attempt_at && one.attempts > 0 && <div className="muted small">Tried again <Ago at={one.next_attempt_at} />.</div>}
      {open && <pre className="block mono">{JSON.stringify(one.event, null, 2)}</pre>}
    </div>
  );
}

function Deliveries({ webhook }: { webhook: Webhook }) {
  const list = useList<Delivery>(`/webhooks/${webhook.id}/deliveries`, { limit: 50 }, 2_000);
  const test = useChange<void, Delivery>(() => api.post<Delivery>(`/webhooks/${webhook.id}/test`), ['webhooks']);
  const items = list.data?.items ?? [];
  return (
    <div className="stack">
      <div className="row"><Act need="admin" size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>Send a test message</Act><span className="muted small wrap">to {webhook.url}</span></div>
      <ErrorNote error={test.error as ApiError | null} />
      {list.error && !list.data ? <ErrorNote error={list.error} /> : !list.data ? <Rows count={3} /> : items.length === 0 ? <p className="muted">No message yet.</p> : items.map((one) => <DeliveryLine key={one.id} one={one} />)}
    </div>
  );
}

export default function Webhooks() {
  const list = useList<Webhook>('/webhooks');
  const remove = useChange<Webhook, void>((webhook) => api.remove(`/webhooks/${webhook.id}`), ['webhooks', 'audit']);
  const [edited, setEdited] = useState<Webhook | 'new' | null>(null);
  const close = () => setEdited(null);
  const [seen, setSeen] = useState<Webhook | null>(null);
  const items = list.data?.items ?? [];
  return (
    <Card title="Webhooks" aside={<Act need="admin" size="xs" onClick={() => setEdited('new')}>New webhook</Act>}>
      <p className="muted small">A chat, an incident tool, a deployment is told of every change in this environment, and of every new advice on an experiment, by signed CloudEvents.</p>
      {list.error && !list.data ? <ErrorNote error={list.error} retry={() => void list.refetch()} /> : !list.data ? <Rows count={2} />
        : items.length === 0 ? <Empty title="Nobody is told of changes" /> : (
          <table className="list cards-on-phone">
            <caption hidden>Webhooks</caption>
            <thead><tr><th scope="col">Name</th><th scope="col">To</th><th scope="col">Events</th><th scope="col">Made</th><th scope="col" className="right">Action</th></tr></thead>
            <tbody>{items.map((webhook) => (
              <tr key={webhook.id}>
                <td className="lead strong wrap">{webhook.name}{!webhook.enabled && <> <Badge>off</Badge></>}</td>
                <td data-label="To" className="wrap">{webhook.url}</td>
                <td data-label="Events"><span className="row">{webhook.events.map((event) => <Badge key={event}>{event}</Badge>)}</span></td>
                <td data-label="Made"><Ago at={webhook.created_at} />{webhook.created_by && <span className="muted small"> by {webhook.created_by}</span>}</td>
                <td className="right" data-label="Action">
                  <Button size="compact-xs" variant="subtle" aria-label={`Messages to ${webhook.name}`} onClick={() => setSeen(webhook)}>Messages</Button>
                  <Act need="admin" size="compact-xs" variant="subtle" aria-label={`Change ${webhook.name}`} onClick={() => setEdited(webhook)}>Change</Act>
                  <Confirm aria-label={`Delete ${webhook.name}`} title={`Delete ${webhook.name}?`} deed="Delete" text="It is told nothing more, and what waits for it is dropped."
                    run={async () => { await remove.mutateAsync(webhook); say(`${webhook.name} is deleted.`); }}>Delete</Confirm>
                </td>
              </tr>
            ))}</tbody>
          </table>
        )}
      <Dialog title={edited === 'new' ? 'New webhook' : (edited?.name ?? '')} opened={edited !== null} close={close}><WebhookForm webhook={edited === 'new' || !edited ? undefined : edited} close={close} /></Dialog>
      <Dialog title={`Messages to ${seen?.name ?? ''}`} opened={seen !== null} close={() => setSeen(null)} size="lg">{seen && <Deliveries webhook={seen} />}</Dialog>
    </Card>
  );
}

// What arrives, as it arrives: the newest events; and which names and properties there are.
import { Select, Switch, Tabs, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useGet, useList } from '../api/queries';
import type { JsonObject } from '../api/types';
import { Link, useQueryValue } from '../app/router';
import { shown } from '../lib/draft';
import { clock, count, number, when } from '../lib/format';
import { Ago, Badge, Card, Empty, ErrorNote, Hint, Page, Rows } from '../parts/basic';
import { SystemStrip } from '../parts/system-strip';
import { TabStrip } from '../parts/tab-strip';

interface Event {
  event_id?: string;
  user_id: string | null;
  device_id?: string | null;
  name: string;
  value?: number | null;
  properties?: JsonObject;
  timestamp?: string;
  received_at?: string;
}
interface EventName {
  name: string;
  count: number;
  first_at?: string;
  last_at?: string;
  properties: { name: string; types: string[] }[];
}

const useNames = () => useList<EventName>('/events/names', {}, 10_000);

/** One event: its line, and all of it when it is opened. */
function Line({ event }: { event: Event }) {
  const [open, setOpen] = useState(false);
  const unit = event.user_id ?? event.device_id ?? '';
  const properties = Object.entries(event.properties ?? {}).map(([key, value]) => `${key}=${shown(value)}`).join(' ');
  return (
    <>
      <tr>
        <td className="lead"><button type="button" className="plain-link strong mono" aria-expanded={open} onClick={() => setOpen(!open)}>{event.name}</button></td>
        <td data-label="User">{event.user_id ? <Link className="mono wrap" to={`/users/${encodeURIComponent(unit)}`}>{unit}</Link> : <span className="mono wrap">{unit}</span>}</td>
        <td data-label="Value" className="right num">{event.value ?? '–'}</td>
        <td data-label="Properties" className="mono wrap">{properties || '–'}</td>
        <td data-label="Arrived" className="right num" title={when(event.received_at ?? event.timestamp)}><time dateTime={event.received_at ?? event.timestamp}>{clock(event.received_at ?? event.timestamp)}</time></td>
      </tr>
      {open && <tr><td colSpan={5} className="lead"><pre className="block mono">{JSON.stringify(event, null, 2)}</pre></td></tr>}
    </>
  );
}

function Tail() {
  const [name, setName] = useQueryValue('name');
  const [user, setUser] = useQueryValue('user');
  const [live, setLive] = useState(true);
  const names = useNames();
  const list = useGet<{ items: Event[] }>('/events', { name, limit: user ? 500 : 100 }, live ? 2_000 : false);
  const items = (list.data?.items ?? []).filter((event) => !user || event.user_id?.includes(user) || event.device_id?.includes(user)).slice(0, 100);
  const known = [...new Set([...(names.data?.items ?? []).map((one) => one.name), ...(name ? [name] : [])])].sort();
  return (
    <>
      <div className="filters">
        <Select aria-label="Event name" placeholder="Any event" clearable searchable w={220} value={name || null} data={known} onChange={(next) => setName(next ?? '')} />
        <TextInput aria-label="User or device" placeholder="User or device" value={user} onChange={(event) => setUser(event.currentTarget.value)} />
        <Switch label="Live" checked={live} onChange={(event) => setLive(event.currentTarget.checked)} style={{ alignSelf: 'center' }} />
      </div>
      {list.error && !list.data ? <ErrorNote error={list.error} retry={() => void list.refetch()} />
        : !list.data ? <Rows count={8} />
        : items.length === 0 ? (name || user ? <Empty title="No recent event matches">Kept here are the newest ones that have arrived since the server started.</Empty> : <Empty title="No events yet">Send some: POST /api/v1/events, or any Segment client.</Empty>)
        : (
          <table className="list cards-on-phone">
            <caption hidden>Newest events first</caption>
            <thead><tr><th scope="col">Event</th><th scope="col">User</th><th scope="col" className="right">Value</th><th scope="col">Properties</th><th scope="col" className="right">Arrived</th></tr></thead>
            <tbody>{items.map((event, i) => <Line key={event.event_id ?? i} event={event} />)}</tbody>
          </table>
        )}
    </>
  );
}

/** Values of a property among the newest events, so that a name says something. */
function examples(events: Event[], name: string, property: string): string {
  const values = events.filter((event) => event.name === name).map((event) => event.properties?.[property]).filter((value) => value !== undefined);
  return [...new Set(values.map((value) => shown(value)))].slice(0, 3).join(', ');
}

function Schema() {
  const names = useNames();
  const recent = useGet<{ items: Event[] }>('/events', { limit: 500 });
  const [text, setText] = useState('');
  if (names.error && !names.data) return <ErrorNote error={names.error} retry={() => void names.refetch()} />;
  if (!names.data) return <Rows count={4} />;
  if (names.data.items.length === 0) return <Empty title="No event has arrived">Names and properties appear here by themselves; nothing has to be declared.</Empty>;
  const items = names.data.items.filter((one) => one.name.includes(text) || one.properties.some((property) => property.name.includes(text)));
  return (
    <div className="stack">
      <TextInput type="search" className="search" aria-label="Search names and properties" placeholder="Search names and properties" value={text} onChange={(event) => setText(event.currentTarget.value)} style={{ maxWidth: 380 }} />
      {items.map((one) => (
        <Card key={one.name} from="/events/names" label={one.name} title={<span className="mono wrap">{one.name}</span>}>
          <p className="muted"><Hint tip="Events of this name in the ledger, all time."><span data-at={`/items/name=${one.name}/count`}>{number(one.count)} events</span></Hint>, last <Ago at={one.last_at} />, first <Ago at={one.first_at} /></p>
          {one.properties.length === 0 ? <p className="muted">It has no properties.</p> : (
            <table className="list">
              <caption hidden>Properties of {one.name}</caption>
              <thead><tr><th scope="col">Property</th><th scope="col">Type</th><th scope="col">Lately</th></tr></thead>
              <tbody>{one.properties.map((property) => (
                <tr key={property.name}>
                  <td className="mono wrap">{property.name}</td>
                  <td><span className="row">{property.types.map((type) => <Badge key={type} tone={property.types.length > 1 ? 'warn' : 'plain'}>{type}</Badge>)}</span></td>
                  <td className="mono small wrap muted">{examples(recent.data?.items ?? [], one.name, property.name) || '–'}</td>
                </tr>
              ))}</tbody>
            </table>
          )}
        </Card>
      ))}
      <p className="muted small"><span data-from="/events/names" data-at="total">{count(names.data.total)} names</span>. A property of two types may be an error of the sender.</p>
    </div>
  );
}

export default function Events() {
  const [tab, setTab] = useQueryValue('tab', 'tail');
  return (
    <Page title="Live events" actions={<SystemStrip />}>
      <Tabs value={tab} onChange={(value) => setTab(value ?? 'tail')} keepMounted={false}>
        <TabStrip mb="md"><Tabs.Tab value="tail">As they arrive</Tabs.Tab><Tabs.Tab value="schema">Names and properties</Tabs.Tab></TabStrip>
        <Tabs.Panel value="tail"><Tail /></Tabs.Panel>
        <Tabs.Panel value="schema"><Schema /></Tabs.Panel>
      </Tabs>
    </Page>
  );
}

// What arrives, as it arrives: the newest events, and which names and properties there are.
import { Select, Switch } from '@mantine/core';
import { useState } from 'react';
import { useGet } from '../api/queries';
import type { JsonObject } from '../api/types';
import { Link, useQueryValue } from '../app/router';
import { shown } from '../lib/draft';
import { count } from '../lib/format';
import { Ago, Card, Empty, ErrorNote, Page, Rows } from '../parts/basic';

interface Event {
  event_id?: string;
  user_id: string;
  name: string;
  value?: number | null;
  properties?: JsonObject;
  timestamp?: string;
  received_at?: string;
}
interface EventName {
  name: string;
  count?: number;
  last_seen?: string;
  properties?: ({ name: string; type?: string; count?: number } | string)[];
}

function Names() {
  const names = useGet<{ items: EventName[] }>('/events/names', undefined, 10_000);
  if (names.error) return names.error.isMissingRoute ? null : <ErrorNote error={names.error} />;
  if (!names.data) return <Rows count={3} />;
  if (names.data.items.length === 0) return <p className="muted">No event has arrived.</p>;
  return (
    <ul className="checklist">
      {names.data.items.map((name) => (
        <li key={name.name} style={{ flexWrap: 'wrap' }}>
          <span className="strong mono">{name.name}</span>
          {name.count !== undefined && <span className="muted num small">{count(name.count)}</span>}
          <span className="muted small">{(name.properties ?? []).map((property) => (typeof property === 'string' ? property : `${property.name}${property.type ? `: ${property.type}` : ''}`)).join(', ')}</span>
        </li>
      ))}
    </ul>
  );
}

export default function Events() {
  const [name, setName] = useQueryValue('name');
  const [live, setLive] = useState(true);
  const list = useGet<{ items: Event[] }>('/events', { name, limit: 100 }, live ? 2_000 : false);
  const items = list.data?.items ?? [];
  return (
    <Page title="Live events" actions={<Switch label="Live" checked={live} onChange={(event) => setLive(event.currentTarget.checked)} />}>
      <div className="split">
        <div>
          <div className="filters">
            <Select aria-label="Event name" placeholder="Any event" clearable searchable w={220} value={name || null} data={[...new Set([...items.map((item) => item.name), ...(name ? [name] : [])])].sort()} onChange={(next) => setName(next ?? '')} />
          </div>
          {list.error && !list.data ? <ErrorNote error={list.error} retry={() => void list.refetch()} />
            : !list.data ? <Rows count={8} />
            : items.length === 0 ? <Empty title="No events yet">Send some: POST /api/v1/events, or any Segment client.</Empty>
            : (
              <table className="list cards-on-phone">
                <caption hidden>Newest events first</caption>
                <thead><tr><th scope="col">Event</th><th scope="col">User</th><th scope="col" className="right">Value</th><th scope="col">Properties</th><th scope="col" className="right">When</th></tr></thead>
                <tbody>{items.map((event, i) => (
                  <tr key={event.event_id ?? i}>
                    <td className="lead strong mono">{event.name}</td>
                    <td data-label="User"><Link className="mono" to={`/users/${encodeURIComponent(event.user_id)}`}>{event.user_id}</Link></td>
                    <td data-label="Value" className="right num">{event.value ?? '–'}</td>
                    <td data-label="Properties" className="mono wrap">{Object.entries(event.properties ?? {}).map(([key, value]) => `${key}=${shown(value)}`).join(' ')}</td>
                    <td data-label="When" className="right"><Ago at={event.timestamp ?? event.received_at} /></td>
                  </tr>
                ))}</tbody>
              </table>
            )}
        </div>
        <Card title="Names and properties"><Names /></Card>
      </div>
    </Page>
  );
}

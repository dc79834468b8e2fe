// Every change: who, when, before and after. All filters stand in the address.
import { Button, Select, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { asked } from '../api/client';
import { useList } from '../api/queries';
import type { AuditEntry } from '../api/types';
import { useQueryValue } from '../app/router';
import { count, localTime } from '../lib/format';
import { Empty, ErrorNote, Page, Rows, useSettled } from '../parts/basic';
import { EntryLine } from '../parts/history';

const KINDS = ['experiment', 'flag', 'metric', 'segment', 'layer', 'holdout', 'override', 'proposal', 'key', 'member', 'session', 'environment', 'webhook', 'advice'];
const ACTIONS = ['create', 'update', 'delete', 'import', 'start', 'pause', 'resume', 'complete', 'archive', 'restore', 'reweigh', 'propose', 'approve', 'reject', 'withdraw', 'revoke', 'login', 'login_failed', 'logout'];

/** A text filter that is written into the address when one stops typing. */
function TextFilter({ name, label, short }: { name: string; label: string; short: string }) {
  const [kept, keep] = useQueryValue(name);
  const [text, setText] = useState(kept);
  const settled = useSettled(text);
  useEffect(() => {
    if (settled !== kept) keep(settled);
  }, [settled]);
  useEffect(() => setText(kept), [kept]);
  return <TextInput aria-label={label} placeholder={short} w={165} value={text} onChange={(event) => setText(event.currentTarget.value)} />;
}

function TimeFilter({ name, label }: { name: string; label: string }) {
  const [kept, keep] = useQueryValue(name);
  return <TextInput type="datetime-local" label={label} w={190} value={localTime(kept)} onChange={(event) => keep(event.currentTarget.value ? new Date(event.currentTarget.value).toISOString() : '')} />;
}

export default function Audit() {
  const [kind, setKind] = useQueryValue('kind');
  const [action, setAction] = useQueryValue('action');
  const [name] = useQueryValue('name');
  const [actor] = useQueryValue('actor');
  const [since] = useQueryValue('since');
  const [until] = useQueryValue('until');
  const [cursor, setCursor] = useQueryValue('cursor');
  const query = { kind, action, name, actor, since, until, cursor, limit: 50 };
  const list = useList<AuditEntry>('/audit', query, cursor ? false : 10_000);
  const filtered = Boolean(kind || action || name || actor || since || until);
  return (
    <Page title="Audit">
      <div className="filters">
        <Select aria-label="Kind" placeholder="Anything" clearable w={140} value={kind || null} data={KINDS} onChange={(next) => setKind(next ?? '')} />
        <Select aria-label="Action" placeholder="Any action" clearable searchable w={140} value={action || null} data={ACTIONS} onChange={(next) => setAction(next ?? '')} />
        <TextFilter name="name" label="Name of what changed" short="Name" />
        <TextFilter name="actor" label="By whom" short="By whom" />
        <TimeFilter name="since" label="From" />
        <TimeFilter name="until" label="Until" />
        {filtered && <Button component="a" href="#/audit" variant="subtle" color="gray">Clear</Button>}
      </div>
      {list.error && !list.data ? <ErrorNote error={list.error} retry={() => void list.refetch()} />
        : !list.data ? <Rows count={8} />
        : list.data.items.length === 0 ? <Empty title={filtered ? 'No change matches' : 'Nothing has been changed yet'} />
        : (
          <div className="stack" style={{ opacity: list.isPlaceholderData ? 0.6 : undefined }}>
            <div className="entries">{list.data.items.map((entry) => <EntryLine key={entry.id} entry={entry} />)}</div>
            <div className="pager">
              <span className="muted num" data-from={asked('/audit', query)} data-at="total">{count(list.data.total)} {list.data.total === 1 ? 'change' : 'changes'}</span>
              <div className="row">
                {cursor && <Button size="xs" variant="default" onClick={() => setCursor('')}>Newest</Button>}
                {list.data.next && <Button size="xs" variant="default" onClick={() => setCursor(list.data.next ?? '')}>Older</Button>}
              </div>
            </div>
          </div>
        )}
    </Page>
  );
}

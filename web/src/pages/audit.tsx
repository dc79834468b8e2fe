// Every change: who, when, before and after.
import { Button, Select, TextInput } from '@mantine/core';
import { useList } from '../api/queries';
import type { AuditEntry } from '../api/types';
import { useQueryValue } from '../app/router';
import { count } from '../lib/format';
import { Empty, ErrorNote, Page, Rows } from '../parts/basic';
import { EntryLine } from '../parts/history';

export default function Audit() {
  const [kind, setKind] = useQueryValue('kind');
  const [actor, setActor] = useQueryValue('actor');
  const [cursor, setCursor] = useQueryValue('cursor');
  const list = useList<AuditEntry>('/audit', { kind, actor, cursor, limit: 50 }, cursor ? false : 10_000);
  return (
    <Page title="Audit">
      <div className="filters">
        <Select aria-label="Kind" placeholder="Anything" clearable w={170} value={kind || null} data={['experiment', 'flag', 'metric', 'segment', 'override', 'key', 'environment']} onChange={(next) => setKind(next ?? '')} />
        <TextInput aria-label="By whom" placeholder="By whom" value={actor} onChange={(event) => setActor(event.currentTarget.value)} />
      </div>
      {list.error && !list.data ? <ErrorNote error={list.error} retry={() => void list.refetch()} />
        : !list.data ? <Rows count={8} />
        : list.data.items.length === 0 ? <Empty title="No change matches" />
        : (
          <div className="stack">
            {list.data.items.map((entry) => <EntryLine key={entry.id} entry={entry} />)}
            <div className="pager">
              <span className="muted">{count(list.data.total)} changes</span>
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

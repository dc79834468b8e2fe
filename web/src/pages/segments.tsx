// All segments: named groups of users that experiments and flags aim at.
import { Button, Modal, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, asked, type ApiError } from '../api/client';
import { useChange, useList } from '../api/queries';
import type { Json, Segment } from '../api/types';
import { Link, navigate, useQueryValue } from '../app/router';
import { readConditions, saysNothing, sentence } from '../lib/conditions';
import { count } from '../lib/format';
import { isAt } from '../lib/pointer';
import { Act } from '../parts/act';
import { Ago, Badge, Empty, ErrorNote, Page } from '../parts/basic';
import { Conditions } from '../parts/conditions';
import { Match } from '../parts/match';
import { Listing, SearchBox, type Column } from '../parts/listing';

/** What it asks of attributes, as far as a line of a table goes. */
function inWords(segment: Segment): string {
  const tree = readConditions(segment.conditions);
  const words = tree === null ? JSON.stringify(segment.conditions) : saysNothing(tree) ? (segment.include_count ? 'the list' : 'everybody') : sentence(tree);
  return words.length > 120 ? `${words.slice(0, 119)}…` : words;
}

const COLUMNS: Column<Segment>[] = [
  { title: 'Segment', lead: true, cell: (row) => <><Link to={`/segments/${encodeURIComponent(row.name)}`} className="strong">{row.name}</Link>{row.description && <div className="muted small">{row.description}</div>}</> },
  { title: 'State', cell: (row) => <Badge tone={row.is_active === false ? 'plain' : 'accent'}>{row.is_active === false ? 'inactive' : 'active'}</Badge> },
  { title: 'Conditions', cell: (row) => <span className="wrap">{inWords(row)}</span> },
  { title: 'Lists', right: true, cell: (row) => <span className="num" data-at={[row.include_count && 'include_count', row.exclude_count && 'exclude_count'].filter(Boolean).join(' ') || undefined}>{[row.include_count && `+ ${count(row.include_count)}`, row.exclude_count && `− ${count(row.exclude_count)}`].filter(Boolean).join(' ') || '–'}</span> },
  { title: 'Size', right: true, cell: (row) => (row.size_estimate == null ? '–' : <span className="num" data-at="size_estimate">~{count(row.size_estimate)}</span>) },
  { title: 'Changed', right: true, cell: (row) => <Ago at={row.updated_at} /> },
];

function NewSegment({ close }: { close: () => void }) {
  const [name, setName] = useState('');
  const [conditions, setConditions] = useState<Json>({});
  const create = useChange<void, Segment>(() => api.post<Segment>('/segments', { name: name.trim(), conditions }), ['segments']);
  const error = create.error as ApiError | null;
  const at = (pointer: string) => (error && isAt(error.pointer, pointer) ? error.message : undefined);
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate(undefined, { onSuccess: (segment) => navigate(`/segments/${encodeURIComponent(segment.name)}`) });
  }
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput label="Name" value={name} error={at('/name')} required data-autofocus onChange={(event) => setName(event.currentTarget.value)} />
      <Conditions label="Users with these attributes" value={conditions} error={(inner) => at(`/conditions${inner}`)} onChange={setConditions} />
      <Match targeting={{ conditions }} />
      {error && !at('/name') && !at('/conditions') && <ErrorNote error={error} />}
      <div className="row"><Button type="submit" loading={create.isPending} disabled={!name.trim()}>Create</Button><Button variant="default" onClick={close}>Cancel</Button></div>
    </form>
  );
}

export default function Segments() {
  const [q] = useQueryValue('q');
  const [cursor] = useQueryValue('cursor');
  const [open, setOpen] = useQueryValue('new');
  const query = { q, cursor, limit: 50, ids_max: 0 };
  const list = useList<Segment>('/segments', query);
  const create = <Act onClick={() => setOpen('1')}>New segment</Act>;
  return (
    <Page title="Segments" actions={create}>
      <div className="filters"><SearchBox label="Search by name" /></div>
      <Listing query={list} from={asked('/segments', query)} columns={COLUMNS} id={(row) => row.id} caption="Segments" word="segment"
        empty={q ? <Empty title="No segment matches" /> : <Empty title="No segments yet" action={create}>A segment names a group of users once, for many flags and experiments.</Empty>} />
      <Modal opened={open !== ''} onClose={() => setOpen('')} size="lg" title={<strong>New segment</strong>} closeButtonProps={{ 'aria-label': 'Close' }}><NewSegment close={() => setOpen('')} /></Modal>
    </Page>
  );
}

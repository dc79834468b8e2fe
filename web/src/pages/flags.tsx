// All flags of the environment: on or off, how far rolled out, seen lately or stale.
import { Button, Modal, Select, Switch, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange, useList } from '../api/queries';
import type { Flag } from '../api/types';
import { Link, navigate, useQueryValue } from '../app/router';
import { number } from '../lib/format';
import { isAt } from '../lib/pointer';
import { Act, useWhyNot } from '../parts/act';
import { Ago, Badge, Empty, ErrorNote, Page, say } from '../parts/basic';
import { Listing, SearchBox, type Column } from '../parts/listing';

type Row = Flag & { last_evaluated_at?: string | null };

export function FlagSwitch({ flag }: { flag: Flag }) {
  const why = useWhyNot('editor');
  const change = useChange<boolean, Flag>((enabled) => api.patch<Flag>(`/flags/${encodeURIComponent(flag.key)}`, { enabled }, flag.version), ['flags']);
  return (
    <>
      <Switch aria-label={`${flag.key} enabled`} checked={change.isPending ? change.variables : flag.enabled} disabled={change.isPending || why !== null} title={why ?? undefined}
        onChange={(event) => {
          const next = event.currentTarget.checked;
          change.mutate(next, { onSuccess: () => say(`${flag.key} is ${next ? 'on' : 'off'}.`) });
        }} />
      {change.error && <ErrorNote error={change.error as ApiError} />}
    </>
  );
}

function rollout(flag: Flag): string {
  if (!flag.enabled) return 'off: everybody gets the default';
  if ((flag.rules ?? []).length > 0) return `${flag.rules!.length} rule${flag.rules!.length === 1 ? '' : 's'}`;
  return `${number(flag.rollout_percentage ?? 100, (flag.rollout_percentage ?? 100) % 1 ? 1 : 0)} %${(flag.targeting_rules?.segments ?? []).length ? ` of ${flag.targeting_rules!.segments!.join(', ')}` : ''}`;
}

const COLUMNS: Column<Row>[] = [
  {
    title: 'Flag', lead: true,
    cell: (flag) => (
      <>
        <Link to={`/flags/${encodeURIComponent(flag.key)}`} className="strong mono">{flag.key}</Link>
        {(flag.name || flag.description) && <div className="muted small">{flag.name || flag.description}</div>}
      </>
    ),
  },
  { title: 'Enabled', cell: (flag) => <FlagSwitch flag={flag} /> },
  { title: 'Type', cell: (flag) => flag.type },
  { title: 'Rollout', cell: (flag) => <span className="num">{rollout(flag)}</span> },
  { title: 'Tags', cell: (flag) => (flag.tags ?? []).map((tag) => <Badge key={tag}>{tag}</Badge>) },
  { title: 'Last seen', cell: (flag) => <Ago at={flag.last_evaluated_at} /> },
  { title: 'Changed', right: true, cell: (flag) => <Ago at={flag.updated_at} /> },
];

const DEFAULTS = { Boolean: [false, true], String: ['', 'on'], Number: [0, 1], JSON: [{}, { enabled: true }] } as const;

function NewFlag({ close }: { close: () => void }) {
  const [key, setKey] = useState('');
  const [type, setType] = useState<Flag['type']>('Boolean');
  const create = useChange<void, Flag>(() => api.post<Flag>('/flags', { key: key.trim(), type, default_value: DEFAULTS[type][0], value: DEFAULTS[type][1], enabled: false }), ['flags']);
  const error = create.error as ApiError | null;
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate(undefined, { onSuccess: (flag) => navigate(`/flags/${encodeURIComponent(flag.key)}`) });
  }
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput label="Key" description="What code asks for, such as new-checkout. It cannot be changed later." value={key} data-autofocus required
        error={error && isAt(error.pointer, '/key') ? error.message : undefined} onChange={(event) => setKey(event.currentTarget.value)} />
      <Select label="Type" value={type} allowDeselect={false} data={['Boolean', 'String', 'Number', 'JSON']} onChange={(next) => setType((next ?? 'Boolean') as Flag['type'])} />
      {error && !isAt(error.pointer, '/key') && <ErrorNote error={error} />}
      <div className="row">
        <Button type="submit" loading={create.isPending} disabled={!key.trim()}>Create, still off</Button>
        <Button variant="default" onClick={close}>Cancel</Button>
      </div>
    </form>
  );
}

export default function Flags() {
  const [q] = useQueryValue('q');
  const [status, setStatus] = useQueryValue('status');
  const [type, setType] = useQueryValue('type');
  const [cursor] = useQueryValue('cursor');
  const [open, setOpen] = useState(false);
  const list = useList<Row>('/flags', { q, status, type, cursor, limit: 50 }, 15_000);
  const create = <Act onClick={() => setOpen(true)}>New flag</Act>;
  return (
    <Page title="Flags" actions={<><Link to="/clean-up">Clean up</Link>{create}</>}>
      <div className="filters">
        <SearchBox label="Search by key" />
        <Select aria-label="State" placeholder="On or off" clearable w={140} value={status || null} data={[{ value: 'enabled', label: 'On' }, { value: 'disabled', label: 'Off' }]} onChange={(next) => setStatus(next ?? '')} />
        <Select aria-label="Type" placeholder="Any type" clearable w={140} value={type || null} data={['Boolean', 'String', 'Number', 'JSON']} onChange={(next) => setType(next ?? '')} />
      </div>
      <Listing query={list} columns={COLUMNS} id={(flag) => flag.id} caption="Flags" word="flag"
        empty={q || status || type ? <Empty title="No flag matches">Change the search or the filters.</Empty>
          : <Empty title="No flags yet" action={create}>A flag turns something on for some users without a release.</Empty>} />
      <Modal opened={open} onClose={() => setOpen(false)} title={<strong>New flag</strong>} closeButtonProps={{ 'aria-label': 'Close' }}><NewFlag close={() => setOpen(false)} /></Modal>
    </Page>
  );
}

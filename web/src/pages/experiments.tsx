// All experiments: state, what to do about each, who owns it; filters stay in the address.
import { Button, SegmentedControl, Select } from '@mantine/core';
import type { Experiment, Results } from '../api/types';
import { useGet, useList } from '../api/queries';
import { Link, navigate, useQueryValue } from '../app/router';
import { when } from '../lib/format';
import { STATUS_TONE, layersOf, verdictOf } from '../lib/results';
import { Ago, Badge, Empty, Hint, Page } from '../parts/basic';
import { Listing, SearchBox, type Column } from '../parts/listing';
import { Timeline } from '../parts/timeline';

/** What to do about each experiment that has started; computed by the server, fetched per row. */
function AdviceCell({ row }: { row: Experiment }) {
  const started = row.status !== 'Draft' && row.status !== 'Archived';
  const results = useGet<Results>(started ? `/experiments/${row.id}/results` : null);
  if (!started) return <span className="muted">–</span>;
  if (results.error) return <span className="muted">–</span>;
  const { label, tone, sentence, reasons } = verdictOf(row, results.data);
  if (!label) return <span className="muted">…</span>;
  return (
    <Hint tip={<>{sentence}{reasons.map((reason) => <div key={reason}>· {reason}</div>)}</>}>
      <Badge tone={tone}>{label}</Badge>
    </Hint>
  );
}

const COLUMNS: Column<Experiment>[] = [
  {
    title: 'Experiment', lead: true,
    cell: (row) => (
      <>
        <Link to={`/experiments/${row.id}`} className="strong">{row.name}</Link>
        <div className="muted small">{row.success_metrics.primary_metric}{row.tags?.map((tag) => ` · ${tag}`)}</div>
      </>
    ),
  },
  { title: 'Status', cell: (row) => <Badge tone={STATUS_TONE[row.status]}>{row.status}</Badge> },
  { title: 'Advice', cell: (row) => <AdviceCell row={row} /> },
  { title: 'Owner', cell: (row) => row.owner ?? row.created_by ?? <span className="muted">–</span> },
  { title: 'Layer', cell: (row) => layersOf(row).join(', ') || <span className="muted">–</span> },
  { title: 'Started', cell: (row) => <span className="num">{when(row.start_date)}</span> },
  { title: 'Changed', right: true, cell: (row) => <Ago at={row.updated_at} /> },
];

export default function Experiments() {
  const [q] = useQueryValue('q');
  const [status, setStatus] = useQueryValue('status');
  const [sort, setSort] = useQueryValue('sort', '-updated_at');
  const [cursor] = useQueryValue('cursor');
  const [view, setView] = useQueryValue('view', 'table');
  const list = useList<Experiment>('/experiments', { q, status, sort, cursor, limit: 50 }, 15_000);
  const create = <Button onClick={() => navigate('/experiments/new')}>New experiment</Button>;
  return (
    <Page title="Experiments" actions={create}>
      <div className="filters">
        <SearchBox label="Search by name" />
        <Select aria-label="Status" placeholder="Any status" clearable value={status || null} w={150}
          data={['Draft', 'Running', 'Paused', 'Completed', 'Archived']} onChange={(value) => setStatus(value ?? '')} />
        <Select aria-label="Order" value={sort} w={170} allowDeselect={false} onChange={(value) => setSort(value ?? '')}
          data={[{ value: '-updated_at', label: 'Changed last' }, { value: '-created_at', label: 'Created last' }, { value: 'name', label: 'Name' }]} />
        <SegmentedControl aria-label="View" value={view} onChange={setView} transitionDuration={0}
          data={[{ value: 'table', label: 'Table' }, { value: 'timeline', label: 'Timeline' }]} />
      </div>
      {view === 'timeline' && list.data && list.data.items.length > 0 ? (
        <Timeline experiments={list.data.items} />
      ) : (
        <Listing query={list} columns={COLUMNS} id={(row) => row.id} caption="Experiments" word="experiment"
          empty={q || status ? (
            <Empty title="No experiment matches">Change the search or the status.</Empty>
          ) : (
            <Empty title="No experiments yet" action={create}>An experiment compares variants of something on real users.</Empty>
          )} />
      )}
    </Page>
  );
}

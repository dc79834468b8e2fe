// All experiments: state, what to do about each, who owns it; filters stay in the address.
import { Button, SegmentedControl, Select } from '@mantine/core';
import { useState } from 'react';
import { asked } from '../api/client';
import { useList } from '../api/queries';
import type { Experiment } from '../api/types';
import { Link, navigate, useQueryValue } from '../app/router';
import { when } from '../lib/format';
import { ADVICE_KINDS, STATUS_TONE, adviceOf, layersOf } from '../lib/results';
import { Act } from '../parts/act';
import { Ago, Badge, Empty, Hint, None, Page } from '../parts/basic';
import { FilterChoice, FilterWord } from '../parts/filter-words';
import { Listing, SearchBox, type Column } from '../parts/listing';
import { useOffered } from '../parts/pickers';
import { Timeline } from '../parts/timeline';

const ATTENTION = 'unhealthy,roll_back,ship,ended,inconclusive,no_data';

function AdviceCell({ row }: { row: Experiment }) {
  const { label, tone, sentence, reasons } = adviceOf(row.advice, row);
  return (
    <div>
      <Hint tip={<>{sentence}{row.conclusion && <div>{row.conclusion}</div>}{reasons.map((reason) => <div key={reason}>{reason}</div>)}{row.advice?.as_of && <div>Computed from data up to {when(row.advice.as_of)}.</div>}</>}>
        <Badge tone={tone}>{row.advice?.days_left != null && row.advice.kind === 'running' ? <span data-at="^advice/days_left">{label}</span> : label}</Badge>
      </Hint>
      <div className="muted small reason">{row.conclusion ?? sentence}</div>
    </div>
  );
}

const COLUMNS: Column<Experiment>[] = [
  {
    title: 'Experiment', lead: true,
    cell: (row) => (
      <>
        <Link to={`/experiments/${row.id}`} className="strong">{row.name}</Link>
        <div className="muted small">{row.success_metrics.primary_metric}</div>
      </>
    ),
  },
  { title: 'Status', cell: (row) => <Badge tone={STATUS_TONE[row.status]}>{row.status}</Badge> },
  { title: 'Advice', cell: (row) => <AdviceCell row={row} /> },
  { title: 'Owner', cell: (row) => (row.owner ? <FilterWord name="owner" value={row.owner} /> : <None />) },
  { title: 'Tags', cell: (row) => (row.tags?.length ? <span className="words">{row.tags.map((tag) => <FilterWord key={tag} name="tag" value={tag} />)}</span> : <None />) },
  { title: 'Layer', cell: (row) => (layersOf(row).length > 0 ? <span className="words">{layersOf(row).map((layer) => <FilterWord key={layer} name="layer" value={layer} />)}</span> : <None />) },
  { title: 'Started', cell: (row) => <span className="num small">{when(row.start_date)}</span> },
  { title: 'Changed', right: true, cell: (row) => <Ago at={row.updated_at} /> },
];

export default function Experiments() {
  const [q] = useQueryValue('q');
  const [status, setStatus] = useQueryValue('status');
  const [advice, setAdvice] = useQueryValue('advice');
  const [owner] = useQueryValue('owner');
  const [tag] = useQueryValue('tag');
  const [layer, setLayer] = useQueryValue('layer');
  const [segment, setSegment] = useQueryValue('segment');
  const [metric, setMetric] = useQueryValue('metric');
  const [sort, setSort] = useQueryValue('sort', '-updated_at');
  const [cursor] = useQueryValue('cursor');
  const [view, setView] = useQueryValue('view', 'table');
  const query = { q, status, advice, owner, tag, layer, segment, metric, sort, cursor, limit: 50 };
  const list = useList<Experiment>('/experiments', query, 15_000);
  const [typedLayer, setTypedLayer] = useState('');
  const layers = useOffered('/layers', typedLayer === layer ? '' : typedLayer, layer ? [layer] : []);
  const items = list.data?.items ?? [];
  const create = <Act onClick={() => navigate('/experiments/new')}>New experiment</Act>;
  const views = (
    <SegmentedControl aria-label="View" value={view} onChange={setView} transitionDuration={0}
      data={[{ value: 'table', label: 'Table' }, { value: 'timeline', label: 'Timeline' }]} />
  );
  const isFiltered = Boolean(q || status || advice || owner || tag || layer || segment || metric);
  const advices = [{ value: ATTENTION, label: 'Needs attention' }, ...Object.entries(ADVICE_KINDS).map(([value, kind]) => ({ value, label: kind.text }))];
  if (advice && !advices.some((one) => one.value === advice)) advices.push({ value: advice, label: advice });
  return (
    <Page title="Experiments" actions={<>{views}{create}</>}>
      <div className="filters">
        <SearchBox label="Search names and texts" />
        <Select aria-label="Advice" placeholder="Any advice" clearable value={advice || null} w={160} data={advices} onChange={(value) => setAdvice(value ?? '')} />
        <Select aria-label="Status" placeholder="Any status" clearable value={status || null} w={140}
          data={['Draft', 'Running', 'Paused', 'Completed', 'Archived']} onChange={(value) => setStatus(value ?? '')} />
        <FilterChoice name="owner" label="Owner" seen={items.flatMap((row) => row.owner ?? [])} />
        <FilterChoice name="tag" label="Tag" seen={items.flatMap((row) => row.tags ?? [])} />
        <Select aria-label="Layer" placeholder="Any layer" clearable searchable value={layer || null} w={130} data={layers.data} searchValue={typedLayer} onSearchChange={setTypedLayer} filter={({ options }) => options} nothingFoundMessage="No such layer" onChange={(value) => setLayer(value ?? '')} />
        <Select aria-label="Order" value={sort} w={150} allowDeselect={false} onChange={(value) => setSort(value ?? '')}
          data={[{ value: '-updated_at', label: 'Changed last' }, { value: '-created_at', label: 'Created last' }, { value: 'name', label: 'By name' }]} />
      </div>
      {(segment || metric) && (
        <p>Experiments that refer to <code className="mono">{segment || metric}</code>. <Button size="compact-xs" variant="subtle" onClick={() => { if (segment) setSegment(''); else setMetric(''); }}>All experiments</Button></p>
      )}
      {view === 'timeline' && list.data && items.length > 0 ? (
        <div data-from={asked('/experiments', query)}><Timeline experiments={items} /></div>
      ) : (
        <Listing query={list} from={asked('/experiments', query)} columns={COLUMNS} id={(row) => row.id} caption="Experiments" word="experiment"
          empty={isFiltered ? (
            <Empty title="No experiment matches" action={<Button variant="default" onClick={() => navigate('/experiments')}>Show all</Button>}>Nothing has all that is asked for.</Empty>
          ) : (
            <Empty title="No experiments yet" action={create}>An experiment compares variants of something on real users.</Empty>
          )} />
      )}
    </Page>
  );
}

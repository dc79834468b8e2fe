// All metrics: how events become a number per unit.
import { Modal, Select } from '@mantine/core';
import type { Metric } from '../api/types';
import { asked } from '../api/client';
import { useList } from '../api/queries';
import { Link, navigate, useQueryValue } from '../app/router';
import { Act } from '../parts/act';
import { Ago, Empty, None, Page } from '../parts/basic';
import { Listing, SearchBox, type Column } from '../parts/listing';
import { MetricForm } from '../parts/metric-form';

const COLUMNS: Column<Metric>[] = [
  { title: 'Metric', lead: true, cell: (row) => <><Link to={`/metrics/${encodeURIComponent(row.name)}`} className="strong">{row.name}</Link>{row.description && <div className="muted small">{row.description}</div>}</> },
  { title: 'Type', cell: (row) => row.type },
  { title: 'Calculation', cell: (row) => <code className="mono wrap">{row.calculation}</code> },
  { title: 'Unit', cell: (row) => row.unit || <None /> },
  { title: 'Should', cell: (row) => row.direction ?? 'increase' },
  { title: 'Changed', right: true, cell: (row) => <Ago at={row.updated_at} /> },
];

export default function Metrics() {
  const [q] = useQueryValue('q');
  const [type, setType] = useQueryValue('type');
  const [cursor] = useQueryValue('cursor');
  const [open, setOpen] = useQueryValue('new');
  const query = { q, type, cursor, limit: 50 };
  const list = useList<Metric>('/metrics', query);
  const create = <Act onClick={() => setOpen('1')}>New metric</Act>;
  return (
    <Page title="Metrics" actions={create}>
      <div className="filters">
        <SearchBox label="Search by name" />
        <Select aria-label="Type" placeholder="Any type" clearable w={150} value={type || null} data={['Count', 'Rate', 'Duration', 'Revenue']} onChange={(next) => setType(next ?? '')} />
      </div>
      <Listing query={list} from={asked('/metrics', query)} columns={COLUMNS} id={(row) => row.id} caption="Metrics" word="metric"
        empty={q || type ? <Empty title="No metric matches" /> : <Empty title="No metrics yet" action={create}>A metric says what is counted, for example whether a user bought something: exists(purchase).</Empty>} />
      <Modal opened={open !== ''} onClose={() => setOpen('')} size="lg" title={<strong>New metric</strong>} closeButtonProps={{ 'aria-label': 'Close' }}>
        <MetricForm onDone={(metric) => navigate(`/metrics/${encodeURIComponent(metric.name)}`)} onCancel={() => setOpen('')} />
      </Modal>
    </Page>
  );
}

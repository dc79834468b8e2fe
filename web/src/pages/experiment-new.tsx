// Starting small: a name, a hypothesis, what decides. The rest is the draft's page.
import { Button, TextInput, Textarea } from '@mantine/core';
import { useEffect, useState, type FormEvent } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange, useGet, useList } from '../api/queries';
import type { Experiment, Metric } from '../api/types';
import { Link, navigate, useQueryValue } from '../app/router';
import { isAt } from '../lib/pointer';
import { Act } from '../parts/act';
import { Card, ErrorNote, Page } from '../parts/basic';
import { ExperimentPicker, MetricPicker } from '../parts/pickers';

const FIELDS = ['/name', '/hypothesis', '/unit', '/success_metrics'];

export default function NewExperiment() {
  const [name, setName] = useState('');
  const [hypothesis, setHypothesis] = useState('');
  const [unit, setUnit] = useState('user_id');
  const [metric, setMetric] = useState('');
  const [from, setFrom] = useQueryValue('from');
  const known = useList<Metric>('/metrics', { limit: 1 });
  const model = useGet<Experiment>(from ? `/experiments/${encodeURIComponent(from)}` : null);
  useEffect(() => {
    if (!model.data) return;
    setName((old) => old || `${model.data!.name} again`);
    setHypothesis((old) => old || (model.data!.hypothesis ?? ''));
    setUnit(model.data.unit ?? 'user_id');
    setMetric(model.data.success_metrics.primary_metric);
  }, [model.data?.id]);
  const create = useChange<void, Experiment>(
    () => (from ? api.post<Experiment>(`/experiments/${encodeURIComponent(from)}/copy`, {
      name: name.trim(), hypothesis: hypothesis.trim(), ...(unit.trim() ? { unit: unit.trim() } : {}),
      ...(model.data ? { success_metrics: { ...model.data.success_metrics, primary_metric: metric } } : {}),
    }) : api.post<Experiment>('/experiments', {
      name: name.trim(), hypothesis: hypothesis.trim() || undefined, type: 'AB', unit: unit.trim() || undefined,
      variants: [{ name: 'control', description: 'as it is today' }, { name: 'treatment', description: '' }],
      traffic_allocation: { control: 50, treatment: 50 },
      success_metrics: { primary_metric: metric, secondary_metrics: [] },
    })),
    ['experiments'],
  );
  const error = create.error as ApiError | null;
  const at = (pointer: string) => (error && isAt(error.pointer, pointer) ? error.message : undefined);
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate(undefined, { onSuccess: (made) => navigate(`/experiments/${made.id}`, { replace: true }) });
  }
  return (
    <Page title="New experiment" crumbs={[{ to: '/experiments', text: 'Experiments' }]}>
      <Card label="New experiment">
        <form className="stack" style={{ maxWidth: 640 }} onSubmit={submit}>
          <TextInput label="Name" placeholder="Larger checkout button" value={name} error={at('/name')} required data-autofocus onChange={(event) => setName(event.currentTarget.value)} />
          <Textarea label="Hypothesis" placeholder="If we make the button larger, more visitors buy, because they see it." autosize minRows={2} value={hypothesis} error={at('/hypothesis')}
            onChange={(event) => setHypothesis(event.currentTarget.value)} />
          <MetricPicker label="Primary metric" description="The number that decides." value={metric} error={at('/success_metrics')} onChange={setMetric} />
          {known.data?.total === 0 && <p className="small muted">There is no metric yet. <Link to="/metrics?new=1">Define one first</Link>.</p>}
          <TextInput label="Unit" description="Who is assigned: user_id, device_id or an attribute" value={unit} error={at('/unit')} onChange={(event) => setUnit(event.currentTarget.value)} />
          <ExperimentPicker optional label="Like an earlier experiment" description="Its variants, split, targeting, metrics and size; its users are split anew." value={from} onChange={setFrom} />
          {model.error && <ErrorNote error={model.error} />}
          {error && !FIELDS.some((field) => isAt(error.pointer, field)) && <ErrorNote error={error} />}
          <div className="row">
            <Act type="submit" loading={create.isPending} disabled={!name.trim()}>Create the draft</Act>
            <Button variant="default" onClick={() => navigate('/experiments')}>Cancel</Button>
          </div>
          <p className="small muted">Nobody is assigned before you start it. Variants, split, targeting and size come next.</p>
        </form>
      </Card>
    </Page>
  );
}

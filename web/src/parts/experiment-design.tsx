// The design of an experiment: everything of a draft can be edited, and a checklist ticks itself;
// once it runs, what may still change and what begins a new phase is said.
import { Button, NumberInput, TagsInput, TextInput, Textarea } from '@mantine/core';
import { useMetrics } from '../api/queries';
import type { Experiment, Variant } from '../api/types';
import { when } from '../lib/format';
import { Card, Note } from './basic';
import { Checklist, useChecklist } from './checklist';
import { Conditions } from './conditions';
import { Conflict, SaveBar, useEditing, type Editing } from './editing';
import { JsonField } from './json-field';
import { LayerPicker } from './layer-picker';
import { MetricPicker, MetricsPicker, SegmentsPicker } from './pickers';
import { Reach } from './reach';
import { SplitBar, splitPlaces, splitSentence } from './split-bar';
import { same } from '../lib/draft';
import { MetricSettings } from './metric-settings';
import { Planner } from './planner';
import { WhenField } from './when-field';

type Edit = Editing<Experiment>;

function Before({ edit }: { edit: Edit }) {
  const items = useChecklist(edit.stored, edit.value, useMetrics([edit.value.success_metrics.primary_metric]));
  return <Card title="Before it starts"><Checklist items={items} /></Card>;
}

function Basics({ edit }: { edit: Edit }) {
  const { value, set, at } = edit;
  return (
    <Card title="What and why">
      <div className="stack">
        <TextInput label="Name" value={value.name} error={at('/name')} onChange={(event) => set({ name: event.currentTarget.value })} />
        <Textarea label="Hypothesis" description="If we change …, then … because …" autosize minRows={2} value={value.hypothesis ?? ''} error={at('/hypothesis')}
          onChange={(event) => set({ hypothesis: event.currentTarget.value })} />
        <Textarea label="Description" autosize minRows={2} value={value.description ?? ''} error={at('/description')}
          onChange={(event) => set({ description: event.currentTarget.value })} />
        <div className="row" style={{ alignItems: 'flex-start' }}>
          <TextInput label="Owner" value={value.owner ?? ''} error={at('/owner')} onChange={(event) => set({ owner: event.currentTarget.value || undefined })} />
          <TagsInput label="Tags" className="grow" value={value.tags ?? []} error={at('/tags')} onChange={(tags) => set({ tags })} />
        </div>
      </div>
    </Card>
  );
}

function renamed(experiment: Experiment, index: number, name: string): Partial<Experiment> {
  const old = experiment.variants[index]!.name;
  const allocation = Object.fromEntries(Object.entries(experiment.traffic_allocation).map(([key, weight]) => [key === old ? name : key, weight]));
  return { variants: experiment.variants.map((variant, i) => (i === index ? { ...variant, name } : variant)), traffic_allocation: allocation };
}

function evenly(names: string[]): Record<string, number> {
  const part = Math.floor(10_000 / names.length) / 100;
  return Object.fromEntries(names.map((name, i) => [name, i === 0 ? Math.round((100 - part * (names.length - 1)) * 100) / 100 : part]));
}

function Variants({ edit, fixed }: { edit: Edit; fixed: boolean }) {
  const { value, set, at } = edit;
  const replace = (index: number, patch: Partial<Variant>) => set({ variants: value.variants.map((variant, i) => (i === index ? { ...variant, ...patch } : variant)) });
  function add() {
    let n = value.variants.length;
    while (value.variants.some((variant) => variant.name === `treatment-${n}`)) n++;
    const variants = [...value.variants, { name: `treatment-${n}`, description: '', configuration: {} }];
    set({ variants, traffic_allocation: evenly(variants.map((variant) => variant.name)) });
  }
  function remove(index: number) {
    const variants = value.variants.filter((_, i) => i !== index);
    set({ variants, traffic_allocation: evenly(variants.map((variant) => variant.name)) });
  }
  return (
    <Card title="Variants and split" aside={!fixed && <Button size="xs" variant="default" onClick={add}>Add a variant</Button>}>
      <div className="stack">
        <p className="small muted" style={{ margin: 0 }}>The others are compared with <span className="strong">{(value.variants.find((variant) => variant.name === 'control') ?? value.variants[0])?.name}</span>: the variant named “control”, else the first.</p>
        {value.variants.map((variant, i) => (
          <div key={i} className="rule stack tight">
            <div className="row" style={{ alignItems: 'flex-start' }}>
              <TextInput label="Variant" w={200} value={variant.name} disabled={fixed} error={at(`/variants/${i}/name`)}
                onChange={(event) => set(renamed(value, i, event.currentTarget.value))} />
              <TextInput label="What it tests" className="grow" value={variant.description ?? ''} disabled={fixed} error={at(`/variants/${i}/description`)}
                onChange={(event) => replace(i, { description: event.currentTarget.value })} />
              {!fixed && value.variants.length > 2 && <Button size="xs" variant="subtle" color="gray" mt={26} onClick={() => remove(i)}>Remove</Button>}
            </div>
            <JsonField label="Configuration" value={variant.configuration ?? {}} rows={1} disabled={fixed} error={at(`/variants/${i}/configuration`)} onChange={(configuration) => replace(i, { configuration })} />
          </div>
        ))}
        <SplitBar names={value.variants.map((variant) => variant.name)} allocation={value.traffic_allocation} coverage={value.coverage ?? 100} disabled={fixed} places={same([value.traffic_allocation, value.coverage], [edit.stored.traffic_allocation, edit.stored.coverage]) ? splitPlaces(value.traffic_allocation, value.coverage ?? 100) : undefined}
          error={at('/traffic_allocation') ?? at('/coverage') ?? at('/variants')} onChange={(traffic_allocation, coverage) => set({ traffic_allocation, coverage })} />
      </div>
    </Card>
  );
}

function Targeting({ edit, fixed }: { edit: Edit; fixed: boolean }) {
  const { value, set, at } = edit;
  const rules = value.targeting_rules ?? { include_segments: [], exclude_segments: [], user_attributes: {} };
  const put = (patch: Partial<typeof rules>) => set({ targeting_rules: { ...rules, ...patch } });
  return (
    <Card title="Who takes part">
      <div className="stack">
        <SegmentsPicker label="In any of these segments" value={rules.include_segments ?? []} disabled={fixed} error={at('/targeting_rules/include_segments')} onChange={(include_segments) => put({ include_segments })} />
        <SegmentsPicker label="In none of these segments" value={rules.exclude_segments ?? []} disabled={fixed} error={at('/targeting_rules/exclude_segments')} onChange={(exclude_segments) => put({ exclude_segments })} />
        <Conditions label="With these attributes" value={rules.user_attributes} disabled={fixed} error={(inner) => at(`/targeting_rules/user_attributes${inner}`)} onChange={(user_attributes) => put({ user_attributes })} />
        {edit.stored.status === 'Draft' && <Reach stored={edit.stored} value={value} />}
        <div className="row" style={{ alignItems: 'flex-start' }}>
          <TextInput label="Unit" description="Who is assigned" value={value.unit ?? 'user_id'} disabled={edit.stored.status !== 'Draft'} error={at('/unit')} onChange={(event) => set({ unit: event.currentTarget.value })} />
          <LayerPicker experiment={value} disabled={edit.stored.status !== 'Draft'} error={at('/layer')} onChange={(layers) => set({ layer: layers.length > 1 ? layers : layers[0] })} />
        </div>
      </div>
    </Card>
  );
}

function Metrics({ edit }: { edit: Edit }) {
  const { value, set, at } = edit;
  const metrics = value.success_metrics;
  const put = (patch: Partial<typeof metrics>) => set({ success_metrics: { ...metrics, ...patch } });
  const known = useMetrics([metrics.primary_metric]);
  const started = edit.stored.status !== 'Draft';
  const used = [metrics.primary_metric, ...(metrics.secondary_metrics ?? []), ...(metrics.guardrail_metrics ?? [])].filter(Boolean);
  return (
    <Card title="What decides">
      <div className="stack">
        <MetricPicker label="Primary metric" description="The experiment is decided by this one." value={metrics.primary_metric} disabled={started}
          error={at('/success_metrics/primary_metric')} onChange={(primary_metric) => put({ primary_metric })} />
        <MetricsPicker label="Secondary metrics" value={metrics.secondary_metrics ?? []} error={at('/success_metrics/secondary_metrics')} onChange={(secondary_metrics) => put({ secondary_metrics })} />
        <MetricsPicker label="Guardrails" description="Must not get worse by more than their margin." value={metrics.guardrail_metrics ?? []} error={at('/success_metrics/guardrail_metrics')}
          onChange={(guardrail_metrics) => put({ guardrail_metrics })} />
        <MetricSettings names={used} guardrails={metrics.guardrail_metrics ?? []} value={value.metric_settings ?? {}} at={at} onChange={(metric_settings) => set({ metric_settings })} />
        <NumberInput label="Planned size" description="Units in all variants together" min={0} thousandSeparator="," w={200} value={metrics.minimum_sample_size ?? 0} disabled={started}
          error={at('/success_metrics/minimum_sample_size')} onChange={(next) => put({ minimum_sample_size: Number(next) || 0 })} />
        {!started && <Planner key={metrics.primary_metric} experiment={value} metric={known.get(metrics.primary_metric)} onPlan={(minimum_sample_size) => put({ minimum_sample_size })} />}
      </div>
    </Card>
  );
}

function Schedule({ edit }: { edit: Edit }) {
  const { value, set, at } = edit;
  return (
    <Card title="When">
      <div className="row" style={{ alignItems: 'flex-start' }}>
        <WhenField label="Start" value={value.start_date} disabled={edit.stored.status !== 'Draft'} error={at('/start_date')} onChange={(time) => set({ start_date: time ?? null })} />
        <WhenField label="Planned end" value={value.end_date} error={at('/end_date')} onChange={(time) => set({ end_date: time ?? null })} />
      </div>
    </Card>
  );
}

function Phases({ experiment }: { experiment: Experiment }) {
  const phases = experiment.phases ?? [];
  if (phases.length === 0) return null;
  return (
    <Card title="Phases">
      {phases.map((phase, i) => (
        <div key={phase.start} className="stack tight" style={{ marginBottom: 8 }}>
          <span className="strong">{`Phase ${i + 1}`} <span className="muted small">from {when(phase.start)}</span></span>
          <span className="small" data-in={`/phases/${i}`} data-at={splitPlaces(phase.traffic_allocation, phase.coverage)}>{splitSentence(phase.traffic_allocation, phase.coverage)}</span>
        </div>
      ))}
    </Card>
  );
}

export default function Design({ experiment }: { experiment: Experiment }) {
  const edit = useEditing(experiment, `/experiments/${experiment.id}`, 'experiments');
  const { status } = experiment;
  const fixed = status === 'Completed' || status === 'Archived';
  return (
    <div className="split" data-from={`/experiments/${experiment.id}`}>
      <div className="stack">
        {(status === 'Running' || status === 'Paused') && (
          <Note tone="info" title="It has started">Changing variants, split or targeting begins a new phase, which the results show. The primary metric, the planned size and the unit stay as they were decided.</Note>
        )}
        {fixed && <Note tone="info" title={`${status}: the design stays as it was`} />}
        <Basics edit={edit} />
        <Variants edit={edit} fixed={fixed} />
        <Targeting edit={edit} fixed={fixed} />
        <Metrics edit={edit} />
        <Schedule edit={edit} />
        <SaveBar editing={edit} />
        <Conflict editing={edit} />
      </div>
      <div className="stack">
        {status === 'Draft' && <Before edit={edit} />}
        <Phases experiment={experiment} />
        <Card title="In code">
          <p className="small muted">Ask for the variant of a user:</p>
          <pre className="block wraps mono" tabIndex={0}>{`POST /api/v1/assignments\n{"experiment_id": "${experiment.id}",\n "user_id": "u1", "attributes": {}}`}</pre>
        </Card>
      </div>
    </div>
  );
}

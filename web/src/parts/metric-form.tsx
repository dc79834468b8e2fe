// The definition of a metric, with the server's complaint under the character it is about.
import { Button, NumberInput, Select, TextInput, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange } from '../api/queries';
import type { Metric } from '../api/types';
import { isAt } from '../lib/pointer';
import { ErrorNote, useSettled } from './basic';
import { MetricPreview } from './metric-preview';

export const EXAMPLES: [string, string][] = [
  ['exists(purchase)', 'share of users who bought'],
  ['sum(purchase.amount)', 'money per user'],
  ['count(page_view)', 'page views per user'],
  ['avg(page_load.ms)', 'mean loading time of a user'],
  ['sum(purchase.amount where country in ("DE", "FR"))', 'money per user in two countries'],
];

/** "character 7: found …" as the text with a caret under its seventh character. */
export function Complaint({ text, message }: { text: string; message: string }) {
  const at = Number(/character (\d+)/.exec(message)?.[1] ?? NaN);
  return (
    <span role="alert">
      {Number.isFinite(at) && !text.includes('\n') && <span className="mono" style={{ whiteSpace: 'pre', display: 'block', overflowX: 'auto' }}>{text}{'\n'}{' '.repeat(Math.max(0, at - 1))}▲</span>}
      {message}
    </span>
  );
}

export type MetricFields = Pick<Metric, 'name' | 'description' | 'type' | 'calculation' | 'unit' | 'aggregation' | 'percentile' | 'direction' | 'minimum_effect' | 'window' | 'delay' | 'lookback' | 'cap' | 'cap_quantile'>;

const KIND: Record<string, string> = {
  mean: 'a mean over users',
  proportion: 'a share of users',
  ratio: 'a ratio of two sums',
  quantile: 'a quantile over all values',
};

/** How the server reads the calculation as it stands, once typing has paused. */
function useReading(value: MetricFields) {
  const { description: _, name, ...fields } = value;
  const settled = useSettled(JSON.stringify({ name: name.trim() || 'new', ...fields }), 500);
  return useQuery<{ calculation: string; kind: string }, ApiError>({
    queryKey: ['calculations', settled],
    queryFn: ({ signal }) => api.post('/calculations', JSON.parse(settled), { signal }),
    enabled: (JSON.parse(settled) as MetricFields).calculation.trim() !== '',
    retry: false,
    staleTime: Infinity,
  });
}

export function MetricFieldset({ value, set, at, isNew }: { value: MetricFields; set: (patch: Partial<MetricFields>) => void; at: (pointer: string) => string | undefined; isNew: boolean }) {
  const reading = useReading(value);
  const complaint = at('/calculation') ?? (reading.error?.status === 400 && isAt(reading.error.pointer, '/calculation') ? reading.error.message : undefined);
  return (
    <div className="stack">
      {isNew && <TextInput label="Name" value={value.name} error={at('/name')} required data-autofocus onChange={(event) => set({ name: event.currentTarget.value })} />}
      <Textarea label="Calculation" description="From the events of one user to one number" classNames={{ input: 'mono' }} autosize minRows={1} spellCheck={false} required
        value={value.calculation} error={complaint && <Complaint text={value.calculation} message={complaint} />} onChange={(event) => set({ calculation: event.currentTarget.value })} />
      {!complaint && reading.data && <div className="small muted" aria-live="polite">Read as {KIND[reading.data.kind] ?? reading.data.kind}: <code className="mono">{reading.data.calculation}</code></div>}
      <div className="row small">
        {EXAMPLES.map(([text, meaning]) => (
          <Button key={text} size="compact-xs" variant="default" title={meaning} onClick={() => set({ calculation: text })}><code className="mono">{text}</code></Button>
        ))}
      </div>
      <div className="row" style={{ alignItems: 'flex-start' }}>
        <Select label="Type" w={140} allowDeselect={false} value={value.type} error={at('/type')} data={['Count', 'Rate', 'Duration', 'Revenue']} onChange={(next) => set({ type: next as Metric['type'] })} />
        <Select label="Aggregation" w={150} allowDeselect={false} value={value.aggregation ?? 'Average'} error={at('/aggregation')} data={['Average', 'Sum', 'Percentile']} onChange={(next) => set({ aggregation: next as Metric['aggregation'] })} />
        <TextInput label="Unit" w={110} placeholder="€, ms" value={value.unit ?? ''} error={at('/unit')} onChange={(event) => set({ unit: event.currentTarget.value })} />
        <Select label="It should" w={140} allowDeselect={false} value={value.direction ?? 'increase'} error={at('/direction')} data={['increase', 'decrease']} onChange={(next) => set({ direction: next as Metric['direction'] })} />
        <NumberInput label="Smallest effect that matters" suffix=" %" w={230} min={0} value={value.minimum_effect ?? 5} error={at('/minimum_effect')} onChange={(next) => set({ minimum_effect: Number(next) || 5 })} />
        {value.aggregation === 'Percentile' && <NumberInput label="Percentile" w={110} min={0} max={100} value={value.percentile ?? ''} error={at('/percentile')} onChange={(next) => set({ percentile: next === '' ? undefined : Number(next) })} />}
      </div>
      <details>
        <summary className="muted">Windows and caps</summary>
        <div className="fields" style={{ alignItems: 'flex-start', marginTop: 8 }}>
          <TextInput label="Counts for" description="after the first exposure" placeholder="7d" w={150} value={value.window ?? ''} error={at('/window')} onChange={(event) => set({ window: event.currentTarget.value || undefined })} />
          <TextInput label="Starts after" description="a delay" placeholder="1h" w={150} value={value.delay ?? ''} error={at('/delay')} onChange={(event) => set({ delay: event.currentTarget.value || undefined })} />
          <TextInput label="Looks back" description="for variance reduction" placeholder="14d" w={170} value={value.lookback ?? ''} error={at('/lookback')} onChange={(event) => set({ lookback: event.currentTarget.value || undefined })} />
          <NumberInput label="Cap" description="largest value of a unit" w={170} value={value.cap ?? ''} error={at('/cap')} onChange={(next) => set({ cap: next === '' ? undefined : Number(next) })} />
          <NumberInput label="Cap at quantile" description="0.99: the top 1 % count as it" w={200} min={0} max={1} step={0.01} value={value.cap_quantile ?? ''} error={at('/cap_quantile')} onChange={(next) => set({ cap_quantile: next === '' ? undefined : Number(next) })} />
        </div>
      </details>
      <Textarea label="Description" autosize minRows={2} value={value.description ?? ''} error={at('/description')} onChange={(event) => set({ description: event.currentTarget.value })} />
    </div>
  );
}

export function MetricForm({ onDone, onCancel }: { onDone: (metric: Metric) => void; onCancel: () => void }) {
  const [value, setValue] = useState<MetricFields>({ name: '', description: '', calculation: '', type: 'Rate', aggregation: 'Average', direction: 'increase', unit: '', minimum_effect: 5 });
  const create = useChange<void, Metric>(() => api.post<Metric>('/metrics', { ...value, name: value.name.trim() }), ['metrics']);
  const error = create.error as ApiError | null;
  const known = ['/name', '/calculation', '/type', '/aggregation', '/unit', '/direction', '/minimum_effect', '/description'];
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate(undefined, { onSuccess: onDone });
  }
  return (
    <form className="stack" onSubmit={submit}>
      <MetricFieldset value={value} isNew set={(patch) => setValue((old) => ({ ...old, ...patch }))} at={(pointer) => (error && isAt(error.pointer, pointer) ? error.message : undefined)} />
      <div className="rule"><h3>On the newest events</h3><MetricPreview value={value} /></div>
      {error && !known.some((field) => isAt(error.pointer, field)) && <ErrorNote error={error} />}
      <div className="row">
        <Button type="submit" loading={create.isPending} disabled={!value.name.trim() || !value.calculation.trim()}>Create</Button>
        <Button variant="default" onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}

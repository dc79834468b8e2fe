// Choosing by name from what the server has.
import { MultiSelect, Select } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { useList } from '../api/queries';
import type { Experiment, Metric, Segment } from '../api/types';
import { useSettled } from './basic';

const withOwn = (names: string[], own: string[]): string[] => [...new Set([...names, ...own])];

export function useMetricNames(): string[] {
  const list = useList<Metric>('/metrics', { limit: 500 });
  return useMemo(() => (list.data?.items ?? []).map((metric) => metric.name), [list.data]);
}

export function MetricPicker({ label, value, onChange, error, disabled, description }: {
  label: string; value: string; onChange: (value: string) => void; error?: string; disabled?: boolean; description?: string;
}) {
  const names = useMetricNames();
  return <Select label={label} description={description} searchable data={withOwn(names, value ? [value] : [])} value={value || null} error={error} disabled={disabled}
    nothingFoundMessage="No such metric" onChange={(next) => onChange(next ?? '')} />;
}

export function MetricsPicker({ label, value, onChange, error, disabled, description }: {
  label: string; value: string[]; onChange: (value: string[]) => void; error?: string; disabled?: boolean; description?: string;
}) {
  const names = useMetricNames();
  return <MultiSelect label={label} description={description} searchable data={withOwn(names, value)} value={value} error={error} disabled={disabled} onChange={onChange} />;
}

export function SegmentsPicker({ label, value, onChange, error, disabled, description }: {
  label: ReactNode; value: string[]; onChange: (value: string[]) => void; error?: string; disabled?: boolean; description?: string;
}) {
  const list = useList<Segment>('/segments', { limit: 500, ids_max: 0 });
  const names = (list.data?.items ?? []).map((segment) => segment.name);
  return <MultiSelect label={label} description={description} searchable data={withOwn(names, value)} value={value} error={error} disabled={disabled} onChange={onChange} />;
}

/** Among all experiments: the server finds what is typed. */
export function ExperimentPicker({ label, value, onChange, error, description, optional }: { label: string; value: string; onChange: (value: string) => void; error?: string; description?: string; optional?: boolean }) {
  const [typed, setTyped] = useState('');
  const q = useSettled(typed === value ? '' : typed);
  const list = useList<Experiment>('/experiments', { q, sort: '-updated_at', limit: 20 });
  const names = (list.data?.items ?? []).map((one) => one.name);
  return <Select label={label} description={description} clearable={optional} searchable w={320} data={withOwn(names, value ? [value] : [])} value={value || null} error={error} searchValue={typed} onSearchChange={setTyped}
    nothingFoundMessage="No such experiment" onChange={(next) => onChange(next ?? '')} />;
}

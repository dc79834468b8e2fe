// Choosing by name from what the server has: it finds what is typed, among however many.
import { MultiSelect, Select, type ComboboxItem } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useList } from '../api/queries';
import { count } from '../lib/format';
import { useSettled } from './basic';

/** So many names are offered at once; typing finds the others. */
const OFFERED = 50;

/** What a list offers for what is typed; what is chosen is always there. */
export function useOffered(path: string, typed: string, chosen: string[], query: Record<string, string | number> = {}): { data: ComboboxItem[]; total: number | undefined } {
  const q = useSettled(typed.trim());
  const list = useList<{ name: string }>(path, { ...query, q, limit: OFFERED });
  const found = (list.data?.items ?? []).map((one) => one.name);
  const kept = chosen.filter((name) => !found.includes(name));
  const left = (list.data?.total ?? 0) - found.length;
  const data: ComboboxItem[] = [...kept, ...found].map((name) => ({ value: name, label: name }));
  // No name has a line break: nothing that can be chosen is called so.
  if (left > 0) data.push({ value: '\n', label: `${count(left)} more: type a part of the name`, disabled: true });
  return { data, total: list.data?.total };
}

/** The server has looked already, also in descriptions: only what is chosen and does not match is left out. */
const fromServer = (chosen: string[]) => ({ options, search }: { options: unknown; search: string }) =>
  (options as ComboboxItem[]).filter((one) => !chosen.includes(one.value) || one.value.toLowerCase().includes(search.trim().toLowerCase()));

interface One {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error?: string;
  disabled?: boolean;
  description?: string;
}
interface Many {
  label: ReactNode;
  value: string[];
  onChange: (value: string[]) => void;
  error?: string;
  disabled?: boolean;
  description?: ReactNode;
}

function PickOne({ path, query, word, value, onChange, optional, w, ...rest }: One & { path: string; query?: Record<string, string>; word: string; optional?: boolean; w?: number }) {
  const [typed, setTyped] = useState('');
  const { data } = useOffered(path, typed === value ? '' : typed, value ? [value] : [], query);
  return <Select {...rest} w={w} clearable={optional} searchable data={data} value={value || null} searchValue={typed} onSearchChange={setTyped} nothingFoundMessage={`No such ${word}`}
    filter={typed === value ? ({ options }) => options : fromServer([value])} onChange={(next) => onChange(next ?? '')} />;
}

function PickMany({ path, query, nothing, value, ...rest }: Many & { path: string; query?: Record<string, string>; nothing: string }) {
  const [typed, setTyped] = useState('');
  const { data } = useOffered(path, typed, value, query);
  return <MultiSelect {...rest} searchable data={data} value={value} searchValue={typed} onSearchChange={setTyped} nothingFoundMessage={nothing} filter={fromServer(value)} />;
}

export const MetricPicker = (props: One) => <PickOne path="/metrics" word="metric" {...props} />;
export const MetricsPicker = (props: Many) => <PickMany path="/metrics" nothing="No such metric" {...props} />;
export const SegmentsPicker = (props: Many) => <PickMany path="/segments" query={NO_IDS} nothing="No such segment" {...props} />;
export const LayersPicker = (props: Many) => <PickMany path="/layers" nothing="No such layer; the Settings page makes layers" {...props} />;
export const ExperimentPicker = (props: One & { optional?: boolean }) => <PickOne path="/experiments" query={NEWEST} word="experiment" w={320} {...props} />;

const NO_IDS = { ids_max: '0' };
const NEWEST = { sort: '-updated_at' };

// Layers of an experiment, and how much of each the others take.
import { MultiSelect } from '@mantine/core';
import { asked } from '../api/client';
import { useGet, useList } from '../api/queries';
import type { Experiment, Layer, Page } from '../api/types';
import { number } from '../lib/format';
import { layersOf } from '../lib/results';

const RUNNING = { status: 'Running', limit: 500 };

export function LayerPicker({ experiment, onChange, error, disabled }: { experiment: Experiment; onChange: (layers: string[]) => void; error?: string; disabled?: boolean }) {
  const layers = useGet<Page<Layer>>('/layers', { limit: 500 });
  const running = useList<Experiment>('/experiments', RUNNING);
  const own = layersOf(experiment);
  const names = [...new Set([...(layers.data?.items ?? []).map((layer) => layer.name), ...own])];
  const free = own.map((layer, i) => {
    const others = (running.data?.items ?? []).filter((one) => one.id !== experiment.id && layersOf(one).includes(layer));
    const taken = others.reduce((sum, one) => sum + one.coverage, 0);
    const place = taken > 100 ? '0' : ['100', ...others.map((one) => `items/id=${one.id}/coverage*-1`)].join('+');
    return (
      <span key={layer}>{i > 0 && '; '}{layer}: <span data-at={place}>{number(Math.max(0, 100 - taken), 0)} %</span> free{others.length > 0 && `, the rest has ${others.map((one) => one.name).join(', ')}`}</span>
    );
  });
  return (
    <MultiSelect label="Layers" description={free.length > 0 ? <span data-from={asked('/experiments', RUNNING)}>{free}</span> : 'Experiments of one layer never share a unit'} data={names} value={own} disabled={disabled} error={error}
      searchable style={{ minWidth: 260 }} nothingFoundMessage="No such layer; the Settings page makes layers" onChange={onChange} />
  );
}

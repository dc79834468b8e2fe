// Layers of an experiment, and how much of each the others take.
import { useEffect } from 'react';
import { asked } from '../api/client';
import { useGrowing } from '../api/queries';
import type { Experiment } from '../api/types';
import { number } from '../lib/format';
import { layersOf } from '../lib/results';
import { LayersPicker } from './pickers';

/** So many of the others are named. */
const NAMED = 5;

function Free({ layer, experiment }: { layer: string; experiment: Experiment }) {
  const query = { status: 'Running', layer, limit: 500 };
  const running = useGrowing<Experiment>('/experiments', query);
  // All of them: what is free is what none has.
  useEffect(() => {
    if (running.hasMore && !running.isBusy) running.grow();
  }, [running.hasMore, running.isBusy]);
  const others = (running.items ?? []).filter((one) => one.id !== experiment.id);
  const taken = others.reduce((sum, one) => sum + one.coverage, 0);
  const place = taken > 100 ? '0' : ['100', ...others.map((one) => `items/id=${one.id}/coverage*-1`)].join('+');
  if (!running.items || running.hasMore) return <>{layer}</>;
  const named = others.slice(0, NAMED).map((one) => one.name).join(', ') + (others.length > NAMED ? ` and ${others.length - NAMED} more` : '');
  return <span data-from={asked('/experiments', query)}>{layer}: <span data-at={place}>{number(Math.max(0, 100 - taken), 0)} %</span> free{others.length > 0 && `, the rest has ${named}`}</span>;
}

export function LayerPicker({ experiment, onChange, error, disabled }: { experiment: Experiment; onChange: (layers: string[]) => void; error?: string; disabled?: boolean }) {
  const own = layersOf(experiment);
  const free = own.map((layer, i) => <span key={layer}>{i > 0 && '; '}<Free layer={layer} experiment={experiment} /></span>);
  return <LayersPicker label="Layers" description={free.length > 0 ? free : 'Experiments of one layer never share a unit'} value={own} disabled={disabled} error={error} onChange={onChange} />;
}

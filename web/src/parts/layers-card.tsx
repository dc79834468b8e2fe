// Layers: experiments of one layer never share a unit.
import { TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, asked, type ApiError } from '../api/client';
import { useChange, useList } from '../api/queries';
import type { Experiment, Layer } from '../api/types';
import { Link } from '../app/router';
import { layersOf, STATUS_TONE } from '../lib/results';
import { Act } from './act';
import { Badge, Card, ErrorNote, Rows, say } from './basic';

export function LayersCard() {
  const layers = useList<Layer>('/layers', { limit: 500 });
  const experiments = useList<Experiment>('/experiments', { limit: 500 });
  const [name, setName] = useState('');
  const create = useChange<void, Layer>(() => api.post<Layer>('/layers', { name: name.trim() }), ['layers']);
  const remove = useChange<string, void>((id) => api.remove(`/layers/${id}`), ['layers']);
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate(undefined, { onSuccess: () => setName('') });
  }
  return (
    <Card title="Layers">
      <div className="stack">
        <p className="muted small">Experiments of one layer never share a unit; experiments of different layers do not know each other.</p>
        {layers.error && !layers.data ? <ErrorNote error={layers.error} /> : !layers.data ? <Rows count={2} /> : (
          <ul className="checklist" data-from={asked('/experiments', { limit: 500 })}>
            {layers.data.items.map((layer) => (
              <li key={layer.id} style={{ flexWrap: 'wrap' }}>
                <span className="strong">{layer.name}</span><span className="muted small">by {layer.unit}</span>
                {(experiments.data?.items ?? []).filter((one) => layersOf(one).includes(layer.name)).map((one) => (
                  <Link key={one.id} to={`/experiments/${one.id}`}><Badge tone={STATUS_TONE[one.status]}>{one.name}, <span data-at={`items/id=${one.id}/coverage`}>{one.coverage} %</span></Badge></Link>
                ))}
                <Act size="compact-xs" variant="subtle" color="gray" aria-label={`Delete layer ${layer.name}`} onClick={() => remove.mutate(layer.id, { onSuccess: () => say(`${layer.name} is deleted.`) })}>Delete</Act>
              </li>
            ))}
          </ul>
        )}
        {remove.error && <ErrorNote error={remove.error as ApiError} title="It cannot be deleted" />}
        <ErrorNote error={create.error as ApiError | null} />
        <form className="fields" onSubmit={submit}>
          <TextInput label="New layer" value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <Act type="submit" variant="default" disabled={!name.trim()} loading={create.isPending}>Make it</Act>
        </form>
      </div>
    </Card>
  );
}

// Layers: experiments of one layer never share a unit.
import { TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, asked, type ApiError } from '../api/client';
import { useChange, useGrowing, useList } from '../api/queries';
import type { Experiment, Layer } from '../api/types';
import { Link } from '../app/router';
import { count } from '../lib/format';
import { STATUS_TONE } from '../lib/results';
import { Act } from './act';
import { Badge, Card, ErrorNote, Rows, say, useSettled } from './basic';
import { More } from './more';

/** So many layers at once: each asks for the experiments in it. */
const LAYERS = 20;
const EXPERIMENTS = 6;

function Members({ layer }: { layer: string }) {
  const query = { layer, sort: '-updated_at', limit: EXPERIMENTS };
  const list = useList<Experiment>('/experiments', query);
  const items = list.data?.items ?? [];
  const left = (list.data?.total ?? 0) - items.length;
  return (
    <span className="row" data-from={asked('/experiments', query)}>
      {items.map((one) => (
        <Link key={one.id} to={`/experiments/${one.id}`}><Badge tone={STATUS_TONE[one.status]}>{one.name}, <span data-at={`items/id=${one.id}/coverage`}>{one.coverage} %</span></Badge></Link>
      ))}
      {left > 0 && <Link className="small" to={`/experiments?layer=${encodeURIComponent(layer)}`}>all <span data-at="total">{count(list.data!.total)}</span></Link>}
    </span>
  );
}

export function LayersCard() {
  const [typed, setTyped] = useState('');
  const q = useSettled(typed.trim());
  const layers = useGrowing<Layer>('/layers', { q, limit: LAYERS });
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
        {(q || layers.total > LAYERS) && <TextInput type="search" className="search" aria-label="Search layers" placeholder="Search layers" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />}
        {layers.error && !layers.items ? <ErrorNote error={layers.error} retry={layers.refetch} /> : !layers.items ? <Rows count={2} /> : layers.items.length === 0 ? <p className="muted">{q ? 'No layer matches.' : 'There is no layer yet.'}</p> : (
          <ul className="checklist">
            {layers.items.map((layer) => (
              <li key={layer.id} style={{ flexWrap: 'wrap' }}>
                <span className="strong">{layer.name}</span><span className="muted small">by {layer.unit}</span>
                <Members layer={layer.name} />
                <Act size="compact-xs" variant="subtle" color="gray" aria-label={`Delete layer ${layer.name}`} onClick={() => remove.mutate(layer.id, { onSuccess: () => say(`${layer.name} is deleted.`) })}>Delete</Act>
              </li>
            ))}
          </ul>
        )}
        <More list={layers} word="layer" />
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

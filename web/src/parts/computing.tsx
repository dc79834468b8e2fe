// When results were computed; while they are computed anew, how far it is and a way to stop it.
import { Button, Progress } from '@mantine/core';
import { api, type ApiError } from '../api/client';
import { useChange, useGet } from '../api/queries';
import type { Experiment, Page, Results } from '../api/types';
import { number } from '../lib/format';
import { Act } from './act';
import { Ago, ErrorNote, Hint } from './basic';

interface Computation {
  id: number;
  experiment_id: string;
  state: 'waiting' | 'running' | 'cancelled';
  asked_at: string | null;
  progress: number;
  rows_read: number;
  rows: number;
}

/** Shorter ones are over before anybody could read that they run. */
const SHOWN_AFTER_MS = 800;

function Running({ one }: { one: Computation }) {
  const cancel = useChange<void, void>(() => api.remove(`/computations/${one.id}`), ['computations']);
  const percent = Math.floor(100 * one.progress);
  return (
    <span className="row" role="status">
      <Hint tip={one.state === 'waiting' ? 'Computations run one after the other.' : `${number(one.rows_read)} of ${number(one.rows)} rows read.`}>
        <span className="small">{one.state === 'waiting' ? 'waits for its turn' : one.state === 'cancelled' ? 'stopping' : `computing, ${percent} %`}</span>
      </Hint>
      <Progress value={percent} w={90} size="sm" aria-label="How far the computation is" />
      {one.state !== 'cancelled' && <Act size="compact-xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(undefined)}>Cancel</Act>}
    </span>
  );
}

export function Computing({ experiment, at }: { experiment: Experiment; at: string | null | undefined }) {
  const now = useChange<void, Results>(() => api.get<Results>(`/experiments/${experiment.id}/results`, { refresh: true }), ['experiments']);
  const list = useGet<Page<Computation>>('/computations', undefined, now.isPending ? 500 : experiment.status === 'Running' ? 3_000 : false);
  const one = list.data?.items.find((item) => item.experiment_id === experiment.id && Date.now() - Date.parse(item.asked_at ?? '') > SHOWN_AFTER_MS);
  const error = now.error as ApiError | null;
  return (
    <span className="row">
      <span className="muted small">computed <Ago at={at} /></span>
      {one ? <Running one={one} /> : <Button size="compact-xs" variant="default" loading={now.isPending} onClick={() => now.mutate(undefined)}>Compute now</Button>}
      {error && <ErrorNote error={error} title={error.code === 'CANCELLED' ? 'It was cancelled; the results before it stay' : undefined} />}
    </span>
  );
}

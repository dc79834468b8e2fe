// Who among recent users would take part: the draft as it stands, decided for each of them.
import { useQuery } from '@tanstack/react-query';
import { api, type ApiError } from '../api/client';
import type { Experiment } from '../api/types';
import { count, share } from '../lib/format';
import { Hint, useSettled } from './basic';

interface Answer {
  contexts: number;
  transitions: { experiment?: string; to: string | null; count: number }[];
}

/** How many of the recent users the draft would take, were it running with these fields. */
export function useTaken(stored: Experiment, change: object) {
  const settled = useSettled(JSON.stringify({ kind: 'experiment', name: stored.id, change: { status: 'Running', start_date: null, end_date: null, ...change } }), 500);
  const answer = useQuery<Answer, ApiError>({
    queryKey: ['reach', stored.id, stored.version, settled],
    queryFn: ({ signal }) => api.post<Answer>('/what-if', JSON.parse(settled), { signal }),
    retry: false,
    staleTime: 30_000,
  });
  const own = (answer.data?.transitions ?? []).flatMap((one, i) => (one.experiment === stored.name && one.to !== null ? [{ count: one.count, place: `transitions/${i}/count` }] : []));
  const taken = own.reduce((sum, one) => sum + one.count, 0);
  return { error: answer.error, contexts: answer.data?.contexts, taken, from: `POST /what-if ${settled}`, place: own.map((one) => one.place).join('+') || '0' };
}

export function Reach({ stored, value }: { stored: Experiment; value: Experiment }) {
  const { targeting_rules, coverage, layer } = value;
  const matching = useTaken(stored, { targeting_rules, coverage: 100, layer: null });
  const taking = useTaken(stored, { targeting_rules, coverage, layer: layer ?? null });
  const error = matching.error ?? taking.error;
  if (error) return <p className="small warn" aria-live="polite">It cannot be estimated yet: {error.message}.</p>;
  if (matching.contexts === undefined || taking.contexts === undefined) return <p className="small muted" aria-live="polite">Counting recent users…</p>;
  if (matching.contexts === 0) return <p className="small muted" aria-live="polite">No user has asked for a decision lately, so nobody can be counted.</p>;
  return (
    <p className="small" aria-live="polite" style={{ margin: 0 }}>
      <Hint tip="Each of up to a thousand users who asked within the last hours is decided with this draft as if it ran: first on all units and outside of layers, then with its share, layers and holdouts.">
        <strong data-from={matching.from}><span data-at={`${matching.place}%contexts`}>{share(matching.taken, matching.contexts)}</span> of <span data-at="contexts">{count(matching.contexts)}</span> recent users match</strong>
      </Hint>
      , and <span data-from={taking.from} data-at={`${taking.place}%contexts`}>{share(taking.taken, taking.contexts)}</span> would take part{(coverage ?? 100) < 100 || layer ? ' with this share and these layers' : ''}.
    </p>
  );
}

// How many recent users a targeting takes in, while it is being written.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, type ApiError } from '../api/client';
import type { Json } from '../api/types';
import { count, number } from '../lib/format';
import { Hint, useSettled } from './basic';

/** What POST /api/v1/match takes: the members of a rule or of a segment. */
export interface Targeting {
  segments?: Json;
  exclude_segments?: Json;
  conditions?: Json;
  attributes?: Json;
  include?: Json;
  exclude?: Json;
  is_active?: boolean;
}

export interface MatchAnswer {
  contexts: number;
  matching: number;
  share: number | null;
  examples: string[];
}

const TIP = 'Asked are users who got a decision within the last hours, one context each, with what identify has told of them. Users who have not been here lately are not among them.';

/** What was asked is written beside the numbers, but not a list of users. */
const LONG = 4_000;

export function useMatch(targeting: Targeting | null) {
  const settled = useSettled(JSON.stringify(targeting), 300);
  const answer = useQuery<MatchAnswer, ApiError>({
    queryKey: ['match', settled],
    queryFn: ({ signal }) => api.post<MatchAnswer>('/match', JSON.parse(settled) as Targeting, { signal }),
    enabled: settled !== 'null',
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });
  return { ...answer, from: settled.length > LONG ? undefined : `POST /match ${settled}` };
}

/** In percent, no finer than a sample of this size can tell. */
function about({ matching, contexts }: MatchAnswer): string {
  const percent = (100 * matching) / contexts;
  if (matching === 0) return 'None';
  if (matching === contexts) return 'All';
  return `About ${number(percent, percent < 10 && contexts >= 200 ? 1 : 0)} %`;
}

/** "About 34 % of 912 recent users match", live. What cannot be asked yet is said at its field by the form. */
export function Match({ targeting, who = 'match' }: { targeting: Targeting; who?: string }) {
  const asked = useMatch(targeting);
  const { data, error } = asked;
  return (
    <p className="small" aria-live="polite" data-match data-from={asked.isPlaceholderData ? undefined : asked.from} style={{ margin: 0, minHeight: '1.5em' }}>
      {error ? <span className="muted">No estimate yet: {error.message}</span>
        : !data ? <span className="muted">Counting recent users…</span>
          : data.contexts === 0 ? <span className="muted">Nobody has asked for a decision lately, so there is no estimate.</span>
            : <Hint tip={<>{TIP} <span data-at="matching contexts">{count(data.matching)} of {count(data.contexts)}</span>{data.examples.length ? `, such as ${data.examples.slice(0, 3).join(', ')}` : ''}.</>}>
              <span className="strong" data-at="matching%contexts">{about(data)}</span> of <span data-at="contexts">{count(data.contexts)}</span> recent users {who}
            </Hint>}
    </p>
  );
}

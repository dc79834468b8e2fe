// Server state: what is fetched, how long it counts as fresh, and what a change makes stale.
import {
  QueryClient,
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query';
import { ApiError, api, session, type Query } from './client';
import { useMemo } from 'react';
import type { Metric, Page } from './types';

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchOnWindowFocus: true,
        // A refusal stays a refusal; a server that is away may come back.
        retry: (count, error) =>
          count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 502 || error.status === 429),
        retryDelay: (count) => 500 * 2 ** count,
      },
      mutations: { retry: false },
    },
  });
}

/** No repeating while the server refuses the key: the dialog asks for another one. */
const repeat = (live: number | false | undefined) => () => (session.refused() ? false : (live ?? false));

/** GET of one thing. `live` fetches again every so many milliseconds while the page is seen. */
export function useGet<T>(path: string | null, query?: Query, live?: number | false): UseQueryResult<T, ApiError> {
  return useQuery<T, ApiError>({
    queryKey: [path?.split('/')[1], path, query ?? {}],
    queryFn: ({ signal }) => api.get<T>(path!, query, signal),
    enabled: path !== null,
    refetchInterval: repeat(live),
  });
}

/** A page of a list; the rows shown stay while the next ones are on their way. */
export function useList<T>(path: string, query: Query = {}, live?: number | false): UseQueryResult<Page<T>, ApiError> {
  return useQuery<Page<T>, ApiError>({
    queryKey: [path.split('/')[1], path, query],
    queryFn: ({ signal }) => api.get<Page<T>>(path, query, signal),
    placeholderData: keepPreviousData,
    refetchInterval: repeat(live),
  });
}

/** A change; `roots` are the first path words whose data it makes stale, such as "flags". */
export function useChange<In, Out>(run: (input: In) => Promise<Out>, roots: string[]) {
  const client = useQueryClient();
  return useMutation<Out, ApiError, In>({
    mutationFn: run,
    onSuccess: async () => {
      await Promise.all(roots.map((root) => client.invalidateQueries({ queryKey: [root] })));
    },
  });
}

/** Metrics by name; here and not beside the pickers, so that a page that only reads needs no pickers. */
export function useMetrics(): Map<string, Metric> {
  const list = useList<Metric>('/metrics', { limit: 500 });
  return useMemo(() => new Map((list.data?.items ?? []).map((metric) => [metric.name, metric])), [list.data]);
}

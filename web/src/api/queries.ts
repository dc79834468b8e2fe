// Server state: what is fetched, how long it counts as fresh, and what a change makes stale.
import {
  QueryClient,
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query';
import { ApiError, api, session, type Query } from './client';
import type { Experiment, Metric, Page } from './types';

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
    // Somebody was faster: the page shows what holds now, beside what was typed.
    onError: (error) => {
      if (error instanceof ApiError && error.isStale) for (const root of roots) void client.invalidateQueries({ queryKey: [root] });
    },
  });
}

/** A list that grows by a page at a time: what was fetched so far, and how much there is. */
export interface Growing<T> {
  items: T[] | undefined;
  total: number;
  error: ApiError | null;
  /** There is more; `grow` fetches it. */
  hasMore: boolean;
  isBusy: boolean;
  grow: () => void;
  refetch: () => void;
}

export function useGrowing<T>(path: string | null, query: Query = {}, live?: number | false): Growing<T> {
  const found = useInfiniteQuery<Page<T>, ApiError, Page<T>[], unknown[], string>({
    queryKey: [path?.split('/')[1], 'growing', path, query],
    queryFn: ({ signal, pageParam }) => api.get<Page<T>>(path!, { ...query, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
    select: (data) => data.pages,
    enabled: path !== null,
    placeholderData: keepPreviousData,
    refetchInterval: repeat(live),
  });
  return {
    items: found.data?.flatMap((page) => page.items),
    total: found.data?.[0]?.total ?? 0,
    error: found.error,
    hasMore: found.hasNextPage,
    isBusy: found.isFetchingNextPage,
    grow: () => void found.fetchNextPage(),
    refetch: () => void found.refetch(),
  };
}

/** As many characters of names go into one address: a head has 8 kB, and there are others in it. */
const NAMES_BYTES = 5_000;

/** Names in as many parts as addresses take. */
export function inAddresses(names: string[]): string[][] {
  const parts: string[][] = [];
  let room = 0;
  for (const name of [...new Set(names.filter(Boolean))].sort()) {
    const size = encodeURIComponent(`"${name}",`).length;
    if (size > room) {
      parts.push([]);
      room = NAMES_BYTES;
    }
    parts.at(-1)!.push(name);
    room -= size;
  }
  return parts;
}

/** Some of a list by their names or ids, however many there are of the others. */
function useSome<T, Out>(path: string, names: string[], combine: (found: { data?: Page<T> }[]) => Out): Out {
  return useQueries({
    queries: inAddresses(names).map((part) => {
      const query = { names: JSON.stringify(part), limit: 500 };
      return { queryKey: [path.split('/')[1], path, query], queryFn: ({ signal }: { signal: AbortSignal }) => api.get<Page<T>>(path, query, signal), staleTime: 30_000 };
    }),
    combine,
  });
}

const metricsByName = (found: { data?: Page<Metric> }[]) => new Map(found.flatMap((one) => one.data?.items ?? []).map((metric) => [metric.name, metric]));
const experimentsById = (found: { data?: Page<Experiment> }[]) => new Map(found.flatMap((one) => one.data?.items ?? []).map((one) => [one.id, one]));

/** These metrics by name; here and not beside the pickers, so that a page that only reads needs no pickers. */
export const useMetrics = (names: string[]): Map<string, Metric> => useSome('/metrics', names, metricsByName);

/** These experiments by id. */
export const useExperiments = (ids: string[]): Map<string, Experiment> => useSome('/experiments', ids, experimentsById);

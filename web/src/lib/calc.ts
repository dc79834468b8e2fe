// Calls to the server's statistical methods.
import { useQuery } from '@tanstack/react-query';
import { api, type ApiError } from '../api/client';
import { useSettled } from '../parts/basic';

export type CalcRow = Record<string, number | string | boolean | number[] | null>;

export const calcQuery = (method: string, input: CalcRow) => ({
  queryKey: ['calc', method, input],
  queryFn: ({ signal }: { signal: AbortSignal }) => api.post<CalcRow>(`/calc/${method}`, input, { signal }),
  retry: false,
  staleTime: Infinity,
});

/** Runs a method once its input has been still for a moment; null: there is nothing to compute. */
export function useCalc(method: string, input: CalcRow | null) {
  const settled = useSettled(JSON.stringify(input), 200);
  const value = settled === 'null' ? null : (JSON.parse(settled) as CalcRow);
  return useQuery<CalcRow, ApiError>({ ...calcQuery(method, value ?? {}), enabled: value !== null });
}

export const num = (row: CalcRow | undefined, name: string): number | null => (typeof row?.[name] === 'number' ? (row[name] as number) : null);

/** What a size needs: a rate, or a mean with its standard deviation. */
export interface Baseline {
  isRate: boolean;
  mean: number;
  sd: number;
}

export function sizeInput(baseline: Baseline, percent: number, alpha = 0.05, power = 0.8, ratio = 1): { method: string; input: CalcRow } | null {
  const shared = { ratio, alpha, sided: 2, power };
  if (!(percent > 0)) return null;
  if (baseline.isRate) {
    const p2 = baseline.mean * (1 + percent / 100);
    return baseline.mean > 0 && p2 < 1 ? { method: 'size_prop', input: { p1: baseline.mean, p2, ...shared } } : null;
  }
  return baseline.sd > 0 && baseline.mean !== 0
    ? { method: 'size_mean', input: { delta: (Math.abs(baseline.mean) * percent) / 100, sd_c: baseline.sd, sd_t: baseline.sd, rho_pre: 0, design_effect: 1, ...shared } }
    : null;
}

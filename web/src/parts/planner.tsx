// How many units and days it takes to see an effect, from what running experiments measured of the
// same metric; the sizes come from the server.
import { Button, NumberInput } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { Suspense, lazy, useState } from 'react';
import { api } from '../api/client';
import { useList } from '../api/queries';
import type { Experiment, Metric, ResultRow, Results } from '../api/types';
import { calcQuery, num, sizeInput, useCalc, type Baseline } from '../lib/calc';
import { count, days, interval, metricValue, seOf } from '../lib/format';
import { controlName, placeOf } from '../lib/results';
import { ErrorNote, Hint, Rows, useSettled } from './basic';

const PowerCurve = lazy(() => import('./power-curve'));
const EFFECTS = [0.4, 0.6, 0.8, 1, 1.5, 2, 3];
const LOOKED_AT = 5;

export interface Measured extends Baseline {
  from: string;
  /** What was asked and where its row stands in the answer. */
  asked: string;
  place: string;
  /** New units a day if all users took part, and where that is from. */
  perDay: number | null;
  perDayPlace: string;
}

/** The deviation that gives this arm its interval: for ratios and quantiles it is not that of the values. */
function spread(row: ResultRow): number {
  const se = seOf(interval(row.confidence_interval));
  return row.kind === 'mean' || se === null ? Math.sqrt(row.variance ?? 0) : se * Math.sqrt(row.sample_size);
}

/** The control of the running experiment that knows most about the metric. */
export function useMeasured(metric: string, own: string): Measured | null {
  const running = useList<Experiment>('/experiments', { status: 'Running', metric, limit: LOOKED_AT });
  const others = metric ? (running.data?.items ?? []).filter((one) => one.id !== own) : [];
  const answers = useQueries({
    queries: others.map((one) => ({
      queryKey: ['experiments', `/experiments/${one.id}/results`, {}],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.get<Results>(`/experiments/${one.id}/results`, undefined, signal),
      retry: false,
    })),
  });
  let best: (Measured & { units: number }) | null = null;
  answers.forEach((answer, i) => {
    const experiment = others[i]!;
    const row = answer.data?.results.find((one) => one.metric_name === metric && one.variant === controlName(experiment));
    if (!row || row.mean_value === null || row.variance === null || row.sample_size < 100 || (best && best.units >= row.sample_size)) return;
    const units = answer.data?.health?.units_per_day ?? null;
    const perDay = units === null ? null : units / (experiment.coverage / 100);
    best = { isRate: row.kind === 'proportion', mean: row.mean_value, sd: spread(row), from: experiment.name, asked: `/experiments/${experiment.id}/results`, place: placeOf(row), perDay, perDayPlace: `/health/units_per_day*${100 / experiment.coverage}`, units: row.sample_size };
  });
  return best;
}

export function Planner({ experiment, metric, onPlan }: { experiment: Experiment; metric: Metric | undefined; onPlan: (units: number) => void }) {
  const name = experiment.success_metrics.primary_metric;
  const [effect, setEffect] = useState<number>(experiment.metric_settings?.[name]?.minimum_effect ?? metric?.minimum_effect ?? 5);
  const measured = useMeasured(name, experiment.id);
  const arms = Math.max(2, experiment.variants.length);
  const at = (percent: number) => (measured ? sizeInput(measured, percent) : null);
  const now = at(effect);
  const answer = useCalc(now?.method ?? 'size_mean', now?.input ?? null);
  const settled = useSettled(effect);
  const wanted = EFFECTS.flatMap((times) => {
    const size = at(settled * times);
    return size ? [{ ...size, effect: settled * times }] : [];
  });
  const curve = useQueries({ queries: wanted.map((one) => calcQuery(one.method, one.input)) });
  const perDay = measured?.perDay ? measured.perDay * (experiment.coverage / 100) : null;
  const total = (units: number | null) => (units === null ? null : Math.ceil(units) * arms);
  const units = now ? total(num(answer.data, 'n_c')) : null;
  const points = curve.flatMap((one, i) => {
    const size = total(num(one.data, 'n_c'));
    return size === null ? [] : [{ effect: wanted[i]!.effect, units: size, days: perDay ? size / perDay : null, asked: wanted[i]!, arms }];
  });
  if (!name) return null;
  return (
    <div className="rule stack">
      <div className="row" style={{ alignItems: 'flex-end' }}>
        <NumberInput label="To detect a change of" suffix=" %" w={180} min={0.1} decimalScale={2} value={effect} onChange={(next) => setEffect(Number(next) || 0)} />
        {units !== null && (
          <>
            <span style={{ paddingBottom: 8 }}>
              it takes <strong className="num" data-from={`POST /calc/${now!.method} ${JSON.stringify(now!.input)}`} data-at={`n_c*${arms}`}>{count(units)}</strong> units in {`${arms} variants`}{perDay !== null && <>, about <strong data-from={`POST /calc/${now!.method} ${JSON.stringify(now!.input)}`} data-at={`^n_c*${arms / perDay}`}>{days(units / perDay)}</strong> at current traffic</>}
            </span>
            <Button size="xs" variant="default" mb={4} onClick={() => onPlan(units)}>Plan this size</Button>
          </>
        )}
      </div>
      {measured ? (
        <Hint tip="80 % power at 5 % significance, two-sided, each variant against control with equal shares; the same as gosset calc." className="small muted">
          From the control of {measured.from}: <span data-from={measured.asked} data-in={measured.place} data-at={(metric ? metric.type === 'Rate' : measured.isRate) ? 'mean_value*100' : 'mean_value'}>{metricValue(measured.mean, metric ?? { type: measured.isRate ? 'Rate' : undefined })}</span>{perDay !== null && <>, <span data-from={measured.asked} data-at={`${measured.perDayPlace}*${experiment.coverage / 100}`}>{count(perDay)}</span> units a day</>}.
        </Hint>
      ) : (
        <span className="muted small">No running experiment has measured this metric yet; <a href="#/calculator">the calculator</a> plans from numbers you give.</span>
      )}
      {answer.error && <ErrorNote error={answer.error} />}
      {points.length > 2 && <Suspense fallback={<Rows count={1} height={200} />}><PowerCurve points={points} chosen={settled} /></Suspense>}
    </div>
  );
}

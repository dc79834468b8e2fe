// How many units and days it takes to see an effect; the numbers come from the server.
import { Button, NumberInput } from '@mantine/core';
import { useState } from 'react';
import { useGet } from '../api/queries';
import type { Experiment } from '../api/types';
import { count, days, number } from '../lib/format';
import { ErrorNote, useSettled } from './basic';

export interface Plan {
  units: number | null;
  per_variant?: number | null;
  days?: number | null;
  baseline?: number | null;
  units_per_day?: number | null;
}

export function Planner({ experiment, onPlan }: { experiment: Experiment; onPlan: (units: number) => void }) {
  const metric = experiment.success_metrics.primary_metric;
  const [effect, setEffect] = useState<number>(experiment.metric_settings?.[metric]?.minimum_effect ?? 5);
  const settled = useSettled(effect);
  const plan = useGet<Plan>(metric && settled > 0 ? `/experiments/${experiment.id}/plan` : null, { metric, effect: settled });
  return (
    <div className="rule stack">
      <div className="row" style={{ alignItems: 'flex-end' }}>
        <NumberInput label="To detect a change of" suffix=" %" w={150} min={0.1} decimalScale={2} value={effect} onChange={(next) => setEffect(Number(next) || 0)} />
        {plan.data?.units != null && (
          <>
            <span style={{ paddingBottom: 8 }}>it takes <strong>{count(plan.data.units)}</strong> units{plan.data.days != null && <>, about <strong>{days(plan.data.days)}</strong> at current traffic</>}</span>
            <Button size="xs" variant="default" mb={4} onClick={() => onPlan(plan.data!.units!)}>Plan this size</Button>
          </>
        )}
      </div>
      {plan.data?.baseline != null && <span className="muted small">From a control mean of {number(plan.data.baseline, 4)}, 80 % power at 5 % significance.</span>}
      {plan.error && (plan.error.isMissingRoute ? <span className="muted small">The calculator page plans sizes from numbers you give.</span> : <ErrorNote error={plan.error} />)}
    </div>
  );
}

// Direction, smallest effect that matters and margin of each metric, as this experiment sees it.
import { NumberInput, Select } from '@mantine/core';
import type { Direction, MetricSetting } from '../api/types';

export function MetricSettings({ names, guardrails, value, onChange, at }: {
  names: string[];
  guardrails: string[];
  value: Record<string, MetricSetting>;
  onChange: (value: Record<string, MetricSetting>) => void;
  at: (pointer: string) => string | undefined;
}) {
  const set = (name: string, patch: MetricSetting) => {
    const next = { ...value[name], ...patch };
    for (const key of Object.keys(next) as (keyof MetricSetting)[]) if (next[key] === undefined) delete next[key];
    onChange({ ...value, [name]: next });
  };
  const amount = (input: string | number) => (input === '' ? undefined : Number(input));
  return (
    <>
      {names.map((name) => (
        <div key={name} className="row" style={{ alignItems: 'flex-end' }}>
          <span className="strong clip" style={{ width: 160, paddingBottom: 8 }} title={name}>{name}</span>
          <Select aria-label={`Wanted direction of ${name}`} placeholder="as the metric says" clearable w={190} value={value[name]?.direction ?? null} error={at(`/metric_settings/${name}/direction`)}
            data={[{ value: 'increase', label: 'should increase' }, { value: 'decrease', label: 'should decrease' }]}
            onChange={(next) => set(name, { direction: (next as Direction | null) ?? undefined })} />
          <NumberInput aria-label={`Smallest effect of ${name} that matters`} placeholder="smallest effect" suffix=" %" w={170} min={0} value={value[name]?.minimum_effect ?? ''}
            error={at(`/metric_settings/${name}/minimum_effect`)} onChange={(next) => set(name, { minimum_effect: amount(next) })} />
          {guardrails.includes(name) && (
            <NumberInput aria-label={`Margin of ${name}`} placeholder="worse at most" suffix=" % worse at most" w={200} min={0} value={value[name]?.margin ?? ''}
              error={at(`/metric_settings/${name}/margin`)} onChange={(next) => set(name, { margin: amount(next) })} />
          )}
        </div>
      ))}
    </>
  );
}

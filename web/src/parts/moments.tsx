// What a flag does at set times: switching on and off, and a share that grows.
import { ActionIcon, Button, NumberInput, Select, Switch } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Json, JsonObject } from '../api/types';
import { number } from '../lib/format';
import { progressAt, readProgress, type Progress } from '../lib/progress';
import { WhenField } from './when-field';

const DAY = 86_400_000;
const inDays = (days: number, after = Date.now()) => new Date(Math.ceil(after / 3_600_000) * 3_600_000 + days * DAY).toISOString();
const utc = (iso: string) => (Number.isFinite(Date.parse(iso)) ? `${new Date(iso).toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'no date');

const inOrder = <T extends { at: string }>(steps: readonly T[]): T[] => steps.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
const isInOrder = (steps: readonly { at: string }[]) => steps.every((step, i) => i === 0 || Date.parse(steps[i - 1]!.at) <= Date.parse(step.at));

/** One moment: the time as the reader's clock shows it, the same in UTC, and what happens then. */
function Moment({ at, label, error, onChange, onRemove, children }: {
  at: string;
  label: string;
  error?: string;
  onChange: (at: string) => void;
  onRemove: () => void;
  children: ReactNode;
}) {
  return (
    <div className="row" style={{ alignItems: 'flex-start' }} role="group" aria-label={label}>
      <WhenField aria-label={`${label}: when`} value={at} error={error} description={utc(at)} inputWrapperOrder={['input', 'description', 'error']} onChange={(time) => time && onChange(time)} />
      {children}
      <ActionIcon variant="subtle" color="gray" mt={4} aria-label={`Remove ${label.toLowerCase()}`} onClick={onRemove}>✕</ActionIcon>
    </div>
  );
}

interface Turn {
  at: string;
  enabled: boolean;
}

/** The flag goes on and off by itself; the last step that has passed holds. */
export function Schedule({ value, enabled, onChange, at }: {
  value: readonly Turn[] | undefined;
  enabled: boolean;
  onChange: (value: Turn[] | undefined) => void;
  at: (pointer: string) => string | undefined;
}) {
  const steps = [...(value ?? [])];
  const put = (next: Turn[]) => onChange(next.length > 0 ? next : undefined);
  const last = steps.at(-1);
  return (
    <div className="stack tight" onBlur={() => isInOrder(steps) || put(inOrder(steps))}>
      {steps.map((step, i) => (
        <Moment key={i} at={step.at} label={`Step ${i + 1}`} error={at(`/schedule/${i}`)} onChange={(time) => put(steps.map((old, k) => (k === i ? { ...old, at: time } : old)))} onRemove={() => put(steps.filter((_, k) => k !== i))}>
          <Select aria-label={`Step ${i + 1}: what happens`} w={150} allowDeselect={false} value={step.enabled ? 'on' : 'off'} data={[{ value: 'on', label: 'Switch on' }, { value: 'off', label: 'Switch off' }]}
            onChange={(next) => put(steps.map((old, k) => (k === i ? { ...old, enabled: next === 'on' } : old)))} />
          {Date.parse(step.at) <= Date.now() && <span className="muted small" style={{ marginTop: 8 }}>has passed</span>}
        </Moment>
      ))}
      {steps.length === 0 && <span className="muted small">It stays as the switch says.</span>}
      {at('/schedule') && <div className="bad small" role="alert">{at('/schedule')}</div>}
      <div><Button size="compact-xs" variant="default" onClick={() => put([...steps, { at: inDays(1, Math.max(Date.now(), last ? Date.parse(last.at) : 0)), enabled: last ? !last.enabled : !enabled }])}>Add a step</Button></div>
    </div>
  );
}

const percent = (share: number) => number(share, share % 1 ? 1 : 0);

/** The share over time as a line, with now marked. */
function Course({ progress }: { progress: Progress }) {
  const times = progress.steps.map((step) => Date.parse(step.at));
  const now = Date.now();
  const from = Math.min(now, ...times) - DAY / 4;
  const to = Math.max(now, ...times) + DAY / 4;
  const x = (time: number) => ((time - from) / (to - from)) * 300;
  const y = (percentage: number) => 58 - (percentage / 100) * 54;
  const moments = [...new Set([from, ...times.flatMap((time) => [time - 1, time]), to])].toSorted((a, b) => a - b);
  const line = moments.map((time, i) => `${i ? 'L' : 'M'}${x(time).toFixed(1)} ${y(progressAt(progress, time)).toFixed(1)}`).join('');
  return (
    <figure style={{ margin: 0 }}>
      <svg viewBox="0 0 300 62" width="100%" height={76} preserveAspectRatio="none" role="img" aria-label={`${percent(progressAt(progress, now))} % now, ${percent(progressAt(progress, to))} % in the end`}>
        <path d={line} fill="none" stroke="var(--text)" strokeWidth={1.5} vectorEffect="non-scaling-stroke" />
        <line x1={x(now)} x2={x(now)} y1={0} y2={62} stroke="var(--muted)" strokeDasharray="3 3" vectorEffect="non-scaling-stroke" />
      </svg>
      <figcaption className="muted small">{percent(progressAt(progress, now))} % now (dashed), {percent(progressAt(progress, to))} % in the end.</figcaption>
    </figure>
  );
}

/** A share that moves with time: in steps, or on straight lines between them. */
export function Rollout({ value, pointer, onChange, at }: { value: Json; pointer: string; onChange: (value: JsonObject) => void; at: (pointer: string) => string | undefined }) {
  const progress = readProgress(value);
  const { steps, linear } = progress;
  const put = (next: Partial<Progress>) => {
    const made = { ...progress, ...next };
    onChange({ steps: made.steps as unknown as Json, ...(made.linear ? { linear: true } : {}) });
  };
  const last = steps.at(-1);
  return (
    <div className="stack tight" onBlur={() => isInOrder(steps) || put({ steps: inOrder(steps) })}>
      <span className="strong small">Share that moves with time</span>
      {steps.length > 0 && <Course progress={{ ...progress, steps: inOrder(steps) }} />}
      {steps.map((step, i) => (
        <Moment key={i} at={step.at} label={`Share ${i + 1}`} error={at(`${pointer}/steps/${i}`)} onChange={(time) => put({ steps: steps.map((old, k) => (k === i ? { ...old, at: time } : old)) })} onRemove={() => put({ steps: steps.filter((_, k) => k !== i) })}>
          <NumberInput aria-label={`Share ${i + 1} in percent`} suffix=" %" w={110} min={0} max={100} decimalScale={3} value={step.percentage} onChange={(next) => put({ steps: steps.map((old, k) => (k === i ? { ...old, percentage: Number(next) || 0 } : old)) })} />
        </Moment>
      ))}
      {at(pointer) && <div className="bad small" role="alert">{at(pointer)}</div>}
      <div className="row">
        <Button size="compact-xs" variant="default" onClick={() => put({ steps: [...steps, { at: inDays(last ? 1 : 0, last ? Date.parse(last.at) : Date.now()), percentage: Math.min(100, (last?.percentage ?? 0) + 10) }] })}>Add a share</Button>
        <Switch size="xs" label="Grow evenly between them" checked={linear} onChange={(event) => put({ linear: event.currentTarget.checked })} />
      </div>
    </div>
  );
}

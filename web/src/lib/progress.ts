// A share of users that moves with time, as the engine reads it (docs/evaluation.md, "Rules").
import type { Json, JsonObject } from '../api/types';

export interface Progress {
  steps: { at: string; percentage: number }[];
  linear: boolean;
}

/** Either form of a rule's `rollout` as steps; two ends are two steps with a straight line between. */
export function readProgress(value: Json | undefined): Progress {
  const rollout = (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}) as JsonObject;
  if (Array.isArray(rollout.steps)) {
    const steps = rollout.steps.filter((step): step is JsonObject => typeof step === 'object' && step !== null && !Array.isArray(step));
    return { steps: steps.map((step) => ({ at: String(step.at ?? ''), percentage: Number(step.percentage ?? 0) })), linear: rollout.linear === true };
  }
  const ends = [[rollout.start, rollout.from ?? 0], [rollout.end, rollout.to ?? 100]] as const;
  return { steps: ends.filter(([at]) => typeof at === 'string').map(([at, percentage]) => ({ at: String(at), percentage: Number(percentage) })), linear: true };
}

/** The share at a time: nothing before the first step, then the last one's or what lies between two. */
export function progressAt({ steps, linear }: Progress, time: number): number {
  const passed = steps.filter((step) => Date.parse(step.at) <= time);
  const from = passed.at(-1);
  const to = steps[passed.length];
  if (!from) return 0;
  if (!linear || !to) return from.percentage;
  const [start, end] = [Date.parse(from.at), Date.parse(to.at)];
  return from.percentage + ((to.percentage - from.percentage) * (time - start)) / (end - start);
}

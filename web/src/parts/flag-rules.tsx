// Ordered rules of a flag: the first that matches decides. Cards can be moved up and down.
import { ActionIcon, Button } from '@mantine/core';
import type { Flag, Json, JsonObject } from '../api/types';
import { JsonField } from './json-field';

function summary(rule: Json): string {
  if (rule === null || typeof rule !== 'object' || Array.isArray(rule)) return 'not a rule';
  const { name, description } = rule as JsonObject;
  return typeof name === 'string' ? name : typeof description === 'string' ? description : Object.keys(rule).join(', ');
}

export function FlagRules({ flag, rules, onChange, at }: { flag: Flag; rules: Json[]; onChange: (rules: Json[] | undefined) => void; at: (pointer: string) => string | undefined }) {
  const swap = (a: number, b: number) => {
    const next = [...rules];
    [next[a], next[b]] = [next[b]!, next[a]!];
    onChange(next);
  };
  const value = flag.value ?? (flag.type === 'Boolean' ? true : null);
  return (
    <div className="stack">
      {rules.length > 0 && <h3>Rules, in order: the first that matches decides</h3>}
      {rules.map((rule, i) => (
        <div className="rule stack tight" key={i}>
          <div className="row">
            <span className="badge num">{i + 1}</span>
            <span className="grow strong clip">{summary(rule)}</span>
            <ActionIcon variant="subtle" color="gray" aria-label={`Move rule ${i + 1} up`} disabled={i === 0} onClick={() => swap(i, i - 1)}>↑</ActionIcon>
            <ActionIcon variant="subtle" color="gray" aria-label={`Move rule ${i + 1} down`} disabled={i === rules.length - 1} onClick={() => swap(i, i + 1)}>↓</ActionIcon>
            <ActionIcon variant="subtle" color="gray" aria-label={`Remove rule ${i + 1}`} onClick={() => onChange(rules.length === 1 ? undefined : rules.filter((_, at) => at !== i))}>✕</ActionIcon>
          </div>
          <JsonField label={`Rule ${i + 1}`} value={rule} rows={4} error={at(`/rules/${i}`)} onChange={(next) => onChange(rules.map((old, at) => (at === i ? next : old)))} />
        </div>
      ))}
      <div><Button size="xs" variant="default" onClick={() => onChange([...rules, { attributes: {}, value }])}>{rules.length === 0 ? 'Use ordered rules instead' : 'Add a rule'}</Button></div>
    </div>
  );
}

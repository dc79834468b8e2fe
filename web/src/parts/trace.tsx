// An explanation of a decision: the outcome first, then every step as the engine took it.
import type { Json, JsonObject } from '../api/types';
import { shown } from '../lib/draft';
import { reasonWords } from '../lib/reasons';
import { Badge } from './basic';

const OUTCOME = ['value', 'variant', 'reason', 'assignment_reason', 'errorCode'];
const HIDDEN = ['depth', 'step', 'result', 'pointer'];

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function Step({ step }: { step: JsonObject }) {
  const depth = typeof step.depth === 'number' ? step.depth : 0;
  const { result } = step;
  const rest = Object.entries(step).filter(([name]) => !HIDDEN.includes(name));
  return (
    <li style={{ paddingLeft: depth * 18, display: 'flex', gap: 8, alignItems: 'baseline', flexWrap: 'wrap' }}>
      <span aria-label={result === true ? 'yes' : result === false ? 'no' : undefined} className={result === true ? 'good' : 'muted'} style={{ width: 12 }}>
        {result === true ? '✓' : result === false ? '✗' : '·'}
      </span>
      <span className="strong" title={typeof step.pointer === 'string' ? step.pointer : undefined}>{String(step.step ?? '').replaceAll('_', ' ')}</span>
      {typeof result !== 'boolean' && result !== undefined && result !== null && <span className="mono">{shown(result)}</span>}
      {rest.map(([name, value]) => <span key={name} className="small wrap"><span className="muted">{name.replaceAll('_', ' ')}</span> <span className="mono">{shown(value)}</span></span>)}
    </li>
  );
}

function Node({ name, value, depth }: { name: string; value: Json; depth: number }) {
  if (value === null || typeof value !== 'object')
    return <div><span className="muted">{name}</span> <span className="mono wrap">{shown(value)}</span></div>;
  const entries: [string, Json][] = Array.isArray(value) ? value.map((item, i) => [String(i + 1), item]) : Object.entries(value);
  if (entries.length === 0) return null;
  return (
    <details open={depth < 2}>
      <summary><span className="muted">{name}</span></summary>
      <div style={{ paddingLeft: 16, borderLeft: '1px solid var(--line)' }}>
        {entries.map(([key, item]) => <Node key={key} name={key} value={item} depth={depth + 1} />)}
      </div>
    </details>
  );
}

/** The object that holds the outcome, be it the answer itself or its "decision". */
function outcomeOf(trace: JsonObject): JsonObject {
  for (const name of ['decision', 'assignment', 'evaluation']) {
    const inner = trace[name];
    if (isObject(inner)) return inner;
  }
  return trace;
}

export function Trace({ trace }: { trace: Json }) {
  if (!isObject(trace)) return <pre className="block mono">{shown(trace)}</pre>;
  const outcome = outcomeOf(trace);
  const names = OUTCOME.filter((name) => outcome[name] !== undefined);
  const nested = isObject(trace.explanation) ? trace.explanation : isObject(trace.trace) ? trace.trace : trace;
  const steps = Array.isArray(nested.steps) ? nested.steps.filter(isObject) : [];
  const rest = Object.entries(trace).filter(([name]) => !names.includes(name) && !['steps', 'trace', 'explanation', 'decision', 'assignment', 'evaluation'].includes(name));
  return (
    <div className="stack">
      <div className="row">
        {names.map((name) => (
          <Badge key={name} tone={name === 'value' || name === 'variant' ? 'accent' : 'plain'}>{name.replace('_', ' ')}: <span className="mono">{shown(outcome[name])}</span>{name.endsWith('reason') && <span className="muted">{reasonWords(outcome[name])}</span>}</Badge>
        ))}
      </div>
      {steps.length > 0 && <ol className="checklist" aria-label="Steps of the decision">{steps.map((step, i) => <Step key={i} step={step} />)}</ol>}
      {rest.length > 0 && <div className="small">{rest.map(([name, value]) => <Node key={name} name={name} value={value} depth={steps.length > 0 ? 2 : 0} />)}</div>}
    </div>
  );
}

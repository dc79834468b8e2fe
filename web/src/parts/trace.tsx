// An explanation of a decision: the outcome first, then every step as the engine reports it.
import type { Json, JsonObject } from '../api/types';
import { shown } from '../lib/draft';
import { Badge } from './basic';

const OUTCOME = ['value', 'variant', 'reason', 'assignment_reason', 'flag', 'experiment'];

function Node({ name, value, depth }: { name: string; value: Json; depth: number }) {
  if (value === null || typeof value !== 'object')
    return <div><span className="muted">{name}</span> <span className="mono">{shown(value)}</span></div>;
  const entries: [string, Json][] = Array.isArray(value) ? value.map((item, i) => [String(i + 1), item]) : Object.entries(value);
  if (entries.length === 0) return <div><span className="muted">{name}</span> <span className="mono muted">empty</span></div>;
  return (
    <details open={depth < 3}>
      <summary><span className="muted">{name}</span></summary>
      <div style={{ paddingLeft: 16, borderLeft: '1px solid var(--line)' }}>
        {entries.map(([key, item]) => <Node key={key} name={key} value={item} depth={depth + 1} />)}
      </div>
    </details>
  );
}

export function Trace({ trace }: { trace: Json }) {
  if (trace === null || typeof trace !== 'object' || Array.isArray(trace)) return <pre className="block mono">{shown(trace)}</pre>;
  const object: JsonObject = trace;
  const outcome = OUTCOME.filter((name) => object[name] !== undefined && typeof object[name] !== 'object');
  const rest = Object.entries(object).filter(([name]) => !outcome.includes(name));
  return (
    <div className="stack tight">
      <div className="row">
        {outcome.map((name) => <Badge key={name} tone={name === 'reason' || name === 'assignment_reason' ? 'plain' : 'accent'}>{name.replace('_', ' ')}: <span className="mono">{shown(object[name])}</span></Badge>)}
      </div>
      <div className="small">{rest.map(([name, value]) => <Node key={name} name={name} value={value} depth={0} />)}</div>
    </div>
  );
}

// What a server or an experiment still waits for: a step that turns green by itself.
import type { ReactNode } from 'react';

/** `done` undefined: it cannot be told. `live`: it comes from outside, so there is something to wait for. */
export function Step({ done, live, title, waits, children }: { done: boolean | undefined; live?: boolean; title: ReactNode; waits?: string; children?: ReactNode }) {
  const state = done ? 'done' : live ? (waits ?? 'waiting') : done === undefined ? '' : 'to do';
  return (
    <li className="step" data-done={done ?? false}>
      <span className="dot" data-tone={done ? 'good' : 'plain'} data-waiting={!done && live ? true : undefined} aria-hidden="true" />
      <div className="grow">
        <div><span className="strong">{title}</span>{state && <span className={`small ${done ? 'good' : 'muted'}`} role="status"> {done ? '✓' : '·'} {state}</span>}</div>
        {!done && children && <div className="small">{children}</div>}
      </div>
    </li>
  );
}

export function Steps({ children, label }: { children: ReactNode; label: string }) {
  return <ol className="steps" aria-label={label}>{children}</ol>;
}

// Small pieces that every page is made of.
import { Button, Skeleton, Tooltip } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { Proposed, type ApiError } from '../api/client';
import { Link } from '../app/router';
import { ago, when } from '../lib/format';
import { saying } from '../lib/said';

export type Tone = 'good' | 'bad' | 'warn' | 'accent' | 'plain';

/** There is nothing to say: a dash, and on a phone no line at all. */
export const None = () => <span className="muted none">–</span>;

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className="badge" data-tone={tone}>
      {children}
    </span>
  );
}

/** Text with a tooltip that says how it was computed; reachable by keyboard and touch. */
export function Hint({ tip, children, className = '' }: { tip: ReactNode; children: ReactNode; className?: string }) {
  return (
    <Tooltip label={tip}>
      <button type="button" className={`hint ${className}`}>
        {children}
      </button>
    </Tooltip>
  );
}

export function Page({ title, crumbs, actions, children }: {
  title: ReactNode;
  crumbs?: { to: string; text: string }[];
  actions?: ReactNode;
  children: ReactNode;
}) {
  const text = typeof title === 'string' ? title : undefined;
  useEffect(() => {
    if (text) document.title = `${text} · gosset`;
  }, [text]);
  return (
    <>
      <div className="head">
        <div className="grow">
          {crumbs && (
            <nav className="crumbs muted" aria-label="Breadcrumb">
              {crumbs.map((crumb) => (
                <span key={crumb.to}>
                  <Link to={crumb.to}>{crumb.text}</Link> /{' '}
                </span>
              ))}
            </nav>
          )}
          <h1>{title}</h1>
        </div>
        {actions && <div className="row">{actions}</div>}
      </div>
      {children}
    </>
  );
}

/** `from`: what its numbers were asked by. */
export function Card({ title, aside, children, label, from }: { title?: ReactNode; aside?: ReactNode; children: ReactNode; label?: string; from?: string }) {
  return (
    <section className="card" data-from={from} aria-label={label ?? (typeof title === 'string' ? title : undefined)}>
      {title && (
        <div className="row">
          <h2 className="grow">{title}</h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}

export function Note({ tone, title, children, action }: { tone: 'bad' | 'warn' | 'good' | 'info'; title?: ReactNode; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={`note ${tone}-note`} role={tone === 'bad' ? 'alert' : 'status'}>
      <div className="row">
        <div className="grow">
          {title && <div className="strong">{title}</div>}
          {children}
        </div>
        {action}
      </div>
    </div>
  );
}

/** A change that the server keeps until somebody else has approved it. */
function Waits({ proposed }: { proposed: Proposed }) {
  return (
    <Note tone="info" title="Your change waits for approval" action={<Link to={`/approvals/${proposed.proposal.id}`}>See it</Link>}>
      {proposed.message}
    </Note>
  );
}

/** What the server refused or could not do, with its field, and a way on. */
export function ErrorNote({ error, retry, title }: { error: ApiError | null; retry?: () => void; title?: string }) {
  const isWithWay = retry !== undefined;
  useEffect(() => (error && isWithWay ? saying(error) : undefined), [error, isWithWay]);
  if (!error) return null;
  if (error instanceof Proposed) return <Waits proposed={error} />;
  if (error.status === 404 && error.code === 'NOT_FOUND')
    return (
      <Note tone="warn" title={title ?? 'There is no such thing here'}>
        <span className="muted">{error.message}</span>
      </Note>
    );
  if (error.isStale && error.pointer === '/version')
    return (
      <Note tone="bad" title={title ?? 'Somebody else changed this in the meantime'}>
        Nothing of yours is lost, and nothing of theirs. The page shows now what they saved; look at it, then do it again if it still holds.
      </Note>
    );
  return (
    <Note
      tone="bad"
      title={title ?? (error.status === 0 ? 'No connection' : error.status === 403 ? 'You may not do that' : 'That did not work')}
      action={retry && <Button size="xs" variant="default" onClick={retry}>Try again</Button>}
    >
      {error.message} {error.pointer && <code className="mono muted">at {error.pointer}</code>}
    </Note>
  );
}

export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="card empty">
      <div className="strong">{title}</div>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

export function Rows({ count = 5, height = 34 }: { count?: number; height?: number }) {
  return (
    <div className="stack" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: count }, (_, i) => (
        <Skeleton key={i} height={height} radius="md" />
      ))}
    </div>
  );
}

/** A time as its distance from now, exact on hover. */
export function Ago({ at }: { at: string | null | undefined }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 10_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at ?? undefined} title={when(at)} className="num">
      {ago(at)}
    </time>
  );
}

/** Ignores a value's changes until it has been still for a while. */
export function useSettled<T>(value: T, ms = 250): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

let announce: ((text: string) => void) | null = null;
/** Shows one sentence for a moment: what was just done. */
export function say(text: string): void {
  announce?.(text);
}

export function Announcements() {
  const [text, setText] = useState('');
  useEffect(() => {
    announce = setText;
    return () => {
      announce = null;
    };
  }, []);
  useEffect(() => {
    if (!text) return;
    const timer = setTimeout(() => setText(''), 5_000);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="bubble" aria-live="polite">
      {text && <Note tone="good">{text}</Note>}
    </div>
  );
}

// What a page asked for in vain and does not say itself: each says what it is made of, this says the rest,
// so that no part is missing in silence.
import { Button } from '@mantine/core';
import { useQueryClient, type Query } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ApiError } from '../api/client';
import { isSaid, isSaidOfAnother, onSaid } from '../lib/said';
import { Note } from './basic';

/** A page that has just been opened has its own say first. */
const PATIENCE_MS = 400;

/** A failure of the server or of the way to it; what it refuses is for the field or the button that asked. */
const isFailure = (error: unknown): error is ApiError => error instanceof ApiError && (error.status === 0 || error.code === 'NOT_GOSSET' || error.status === 429 || error.status >= 500);

const isUnsaid = (query: Query): boolean => query.isActive() && query.state.fetchStatus === 'idle' && isFailure(query.state.error) && !isSaid(query.state.error);

const isCovered = (query: Query): boolean => isSaidOfAnother(query.state.error as ApiError);

/** Asks again; what comes of it is in the cache. */
const again = (queries: Query[]) => queries.forEach((query) => void query.fetch().catch(() => undefined));

export function Unsaid() {
  const cache = useQueryClient().getQueryCache();
  const [failed, setFailed] = useState<Query[]>([]);
  const covered = useRef(new Set<Query>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    // Once all parts of the page have had their say.
    const look = () => {
      clearTimeout(timer.current);
      setFailed((old) => (old.every((query) => isUnsaid(query) && !isCovered(query)) ? old : old.filter((query) => isUnsaid(query) && !isCovered(query))));
      timer.current = setTimeout(() => {
        const unsaid = cache.findAll().filter(isUnsaid);
        const open = unsaid.filter((query) => !isCovered(query));
        // What failed alike is well again, so this may be, too.
        again(open.filter((query) => covered.current.has(query)));
        covered.current = new Set(unsaid.filter(isCovered));
        setFailed(open);
      }, PATIENCE_MS);
    };
    // A query is added while its page is drawn, and has not failed by then.
    const ends = [cache.subscribe((event) => { if (event.type !== 'added') look(); }), onSaid(look)];
    return () => {
      clearTimeout(timer.current);
      for (const end of ends) end();
    };
  }, [cache]);
  if (failed.length === 0) return null;
  const messages = [...new Set(failed.map((query) => (query.state.error as ApiError | null)?.message ?? ''))].filter(Boolean);
  return (
    <Note tone="bad" title="A part of this page is missing or not up to date" action={<Button size="xs" variant="default" onClick={() => again(failed)}>Try again</Button>}>
      {messages.map((message) => <div key={message}>{message}</div>)}
    </Note>
  );
}

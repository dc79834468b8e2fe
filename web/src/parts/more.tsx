// The way on in a list that grows by a page at a time.
import { Button } from '@mantine/core';
import { count } from '../lib/format';

export function More({ list, word, words = `${word}s` }: { list: { items: unknown[] | undefined; total: number; hasMore: boolean; isBusy: boolean; grow: () => void }; word: string; words?: string }) {
  const shown = list.items?.length ?? 0;
  if (!list.hasMore) return null;
  return (
    <div className="pager">
      <span className="muted num" aria-live="polite">{count(shown)} of {count(Math.max(list.total, shown))} {list.total === 1 ? word : words}</span>
      <Button size="compact-sm" variant="default" loading={list.isBusy} onClick={list.grow}>Show more<span className="mantine-VisuallyHidden-root"> {words}</span></Button>
    </div>
  );
}

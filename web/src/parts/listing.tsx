// A server-paged list: search, sort, pages, all kept in the address.
import { Button, TextInput } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ApiError } from '../api/client';
import type { Page } from '../api/types';
import { useQueryValue } from '../app/router';
import { count } from '../lib/format';
import { ErrorNote, Rows, useSettled } from './basic';

export function SearchBox({ label, name = 'q' }: { label: string; name?: string }) {
  const [kept, keep] = useQueryValue(name);
  const [text, setText] = useState(kept);
  const settled = useSettled(text);
  useEffect(() => {
    if (settled !== kept) keep(settled);
  }, [settled]);
  return (
    <TextInput className="search" type="search" aria-label={label} placeholder={label} value={text}
      onChange={(event) => setText(event.currentTarget.value)} />
  );
}

export interface Column<T> {
  title: string;
  /** The cell that names the row: first, and without a label on a phone. */
  lead?: boolean;
  right?: boolean;
  cell: (item: T) => ReactNode;
}

export function Listing<T>({ query, columns, id, empty, caption, word, from }: {
  query: UseQueryResult<Page<T>, ApiError>;
  columns: Column<T>[];
  id: (item: T) => string;
  empty: ReactNode;
  caption: string;
  word: string;
  /** What was asked, for a test that compares the numbers. */
  from?: string;
}) {
  const [cursor, setCursor] = useQueryValue('cursor');
  const [trail, setTrail] = useState<string[]>([]);
  if (query.error && !query.data) return <ErrorNote error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Rows count={8} />;
  const { items, next, total } = query.data;
  if (items.length === 0 && !cursor) return empty;
  return (
    <>
      {query.error && <ErrorNote error={query.error} retry={() => void query.refetch()} />}
      <table className="list cards-on-phone" data-from={from} data-stale={query.isPlaceholderData}>
        <caption hidden>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" className={column.right ? 'right' : undefined}>{column.title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={id(item)} data-in={`/items/id=${id(item)}`}>
              {columns.map((column) => (
                <td key={column.title} data-label={column.lead ? undefined : column.title}
                  className={`${column.right ? 'right' : ''} ${column.lead ? 'lead' : ''}`}>
                  {column.cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div className="pager" data-from={from}>
        <span className="muted num" data-at="total">{count(total)} {total === 1 ? word : `${word}s`}</span>
        {(cursor || next) && (
          <div className="row">
            <Button size="xs" variant="default" disabled={!cursor}
              onClick={() => {
                const before = trail.at(-1) ?? '';
                setTrail(trail.slice(0, -1));
                setCursor(before);
              }}>
              Previous
            </Button>
            <Button size="xs" variant="default" disabled={!next}
              onClick={() => {
                setTrail([...trail, cursor]);
                setCursor(next ?? '');
              }}>
              Next
            </Button>
          </div>
        )}
      </div>
    </>
  );
}

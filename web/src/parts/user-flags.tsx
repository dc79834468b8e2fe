// What every flag gives one user, now and at a past moment; the server decides and explains each.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, asked, type ApiError } from '../api/client';
import { useList } from '../api/queries';
import type { Flag, Json, JsonObject } from '../api/types';
import { Link, useQueryValue } from '../app/router';
import { same, shown } from '../lib/draft';
import { when } from '../lib/format';
import { reasonWords } from '../lib/reasons';
import { Badge, Card, Empty, ErrorNote, Rows } from './basic';
import { Listing, SearchBox, type Column } from './listing';
import { Trace } from './trace';
import { WhenField } from './when-field';

const PAGE_SIZE = 25;

type Decided = JsonObject;
type Decisions = Record<string, Decided>;

/** What these flags decide for the user; the first is asked alone, so that a refusal comes once. */
async function decide(user: string, keys: string[], at: string, signal: AbortSignal): Promise<Decisions> {
  const one = async (flag: string): Promise<[string, Decided]> =>
    [flag, await api.post<Decided>('/explain', { flag, context: { targetingKey: user }, ...(at ? { at } : {}) }, { signal })];
  if (keys.length === 0) return {};
  const first = await one(keys[0]!);
  return Object.fromEntries([first, ...(await Promise.all(keys.slice(1).map(one)))]);
}

function useDecisions(user: string, keys: string[] | undefined, at: string | null) {
  return useQuery<Decisions, ApiError>({
    queryKey: ['flags', 'of-user', user, at, keys],
    enabled: keys !== undefined && at !== null,
    queryFn: ({ signal }) => decide(user, keys!, at!, signal),
  });
}

function Value({ decided }: { decided: Decided | undefined }) {
  if (!decided) return <span className="muted">…</span>;
  if (decided.code === 'FLAG_NOT_FOUND') return <span className="muted">was not there</span>;
  return <span className="stack tight"><code className="mono wrap">{shown(decided.value as Json)}</code><span className="muted small" title={String(decided.reason ?? '')}>{decided.variant ? `${String(decided.variant)}: ` : ''}{reasonWords(decided.reason)}</span></span>;
}

export function UserFlags({ user }: { user: string }) {
  const [q] = useQueryValue('q');
  const [cursor] = useQueryValue('cursor');
  const [at, setAt] = useQueryValue('at');
  const [open, setOpen] = useState<string | null>(null);
  const query = { q, cursor, limit: PAGE_SIZE, sort: 'name' };
  const flags = useList<Flag>('/flags', query);
  const keys = flags.data?.items.map((flag) => flag.key);
  const now = useDecisions(user, keys, '');
  const then = useDecisions(user, keys, at || null);
  const differs = (key: string) => at !== '' && then.data?.[key] && now.data?.[key] && !same(then.data[key].value, now.data[key].value);
  const columns: Column<Flag>[] = [
    { title: 'Flag', lead: true, cell: (flag) => <Link className="mono wrap" to={`/flags/${encodeURIComponent(flag.key)}?tab=test&user=${encodeURIComponent(user)}`}>{flag.key}</Link> },
    ...(at ? [{ title: 'Then', cell: (flag: Flag) => <Value decided={then.data?.[flag.key]} /> }] : []),
    { title: 'Now', cell: (flag) => <span className="row"><Value decided={now.data?.[flag.key]} />{differs(flag.key) && <Badge tone="accent">changed</Badge>}</span> },
    { title: 'Why', right: true, cell: (flag) => <Button size="compact-xs" variant="subtle" aria-label={`Why ${flag.key}`} aria-expanded={open === flag.key} onClick={() => setOpen(open === flag.key ? null : flag.key)}>{open === flag.key ? 'Hide' : 'Why'}</Button> },
  ];
  const explained = open ? (at ? then.data?.[open] : now.data?.[open]) : undefined;
  return (
    <Card title={at ? `Flags then (${when(at)}) and now` : 'Flags now'}>
      <div className="stack">
        <div className="fields">
          <SearchBox label="Search by key" />
          <WhenField label="And at a past time" value={at} onChange={(time) => setAt(time ?? '')} />
          {at && <Button variant="subtle" color="gray" onClick={() => setAt('')}>Only now</Button>}
        </div>
        {now.error && <ErrorNote error={now.error} />}
        {then.error && <ErrorNote error={then.error} title={then.error.status === 404 ? 'Nothing is known of that time' : undefined} />}
        {flags.data === undefined && !flags.error ? <Rows count={3} /> : (
          <Listing query={flags} from={asked('/flags', query)} columns={columns} id={(flag) => flag.key} caption="What each flag gives this user" word="flag" empty={<Empty title={q ? 'No flag matches' : 'There are no flags'} />} />
        )}
        {open && explained && <div className="rule" role="region" aria-label={`Why ${open}`}><h3>Why <span className="mono">{open}</span>{at ? ' then' : ''}</h3><Trace trace={explained} /></div>}
        {at && <p className="muted small">Then: the rules of that time, with what is known about the user today.</p>}
      </div>
    </Card>
  );
}

// What differs between two environments, which of it is wanted, who would notice, and taking it.
import { Button, Checkbox, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type ApiError } from '../api/client';
import type { JsonObject } from '../api/types';
import { count } from '../lib/format';
import { Act } from './act';
import { Badge, Card, Empty, ErrorNote, Note, Rows, say } from './basic';
import { Differences } from './editing';
import { Noticed, type Answer } from './what-if';

export interface Change {
  action: 'created' | 'updated';
  kind: string;
  name: string;
  fields?: string[];
  before: JsonObject | null;
  after: JsonObject;
}
interface Report {
  from_version: number;
  unchanged: number;
  changes: Change[];
  only_here?: { kind: string; name: string }[];
  warnings?: { pointer: string; message: string }[];
}

/** So many differences are drawn at once. */
const SHOWN = 100;
/** So many stand open at once. */
const FEW = 10;

export const nameOf = ({ kind, name }: { kind: string; name: string }) => `${kind}/${name}`;

/** The definition that a pointer of a refusal is about: counted among those sent, or in the list of its kind. */
export function placeOf(pointer: string, sent: Change[]): { name: string; rest: string } | null {
  const [, list, index, rest] = /^(?:\/promote)?\/([a-z]+)\/(\d+)(.*)$/.exec(pointer) ?? [];
  if (list === undefined) return null;
  const among = list === 'definitions' ? sent : sent.filter(({ kind }) => `${kind}s` === list);
  const found = among[Number(index)];
  return found ? { name: nameOf(found), rest: rest ?? '' } : null;
}

/** The members that differ, before and after; of something new all. */
const partOf = (change: Change, body: JsonObject | null): JsonObject =>
  Object.fromEntries(Object.entries(body ?? {}).filter(([name]) => change.fields === undefined || change.fields.includes(name)));

function Row({ change, chosen, choose, to, error, moved }: { change: Change; chosen: boolean; choose: (chosen: boolean) => void; to: string; error?: string; moved: boolean }) {
  return (
    <div className="rule stack tight">
      <div className="row">
        <Checkbox aria-label={`Promote ${nameOf(change)}`} checked={chosen} onChange={(event) => choose(event.currentTarget.checked)} />
        <span className="strong wrap">{change.kind} {change.name}</span>
        <Badge tone={change.action === 'created' ? 'accent' : 'warn'}>{change.action === 'created' ? `new in ${to}` : 'differs'}</Badge>
        {moved && <Badge tone="bad">changed meanwhile</Badge>}
      </div>
      {error && <div className="bad small wrap" role="alert">{error}</div>}
      {change.action === 'updated' ? <Differences before={partOf(change, change.before)} after={partOf(change, change.after)} />
        : <details className="small"><summary>What it is</summary><Differences before={{}} after={change.after} /></details>}
    </div>
  );
}

function OnlyThere({ list, from, to }: { list: { kind: string; name: string }[]; from: string; to: string }) {
  const [most, setMost] = useState(SHOWN);
  if (list.length === 0) return null;
  return (
    <Card title={<><span data-at="only_here">{count(list.length)}</span> only in {to}</>}>
      <p className="muted small">{from} does not have them; they stay as they are.</p>
      <details open={list.length <= FEW || undefined}>
        <summary>Which</summary>
        <ul className="plain-list small">{list.slice(0, most).map((one) => <li key={nameOf(one)}><span className="muted">{one.kind}</span> <span className="mono wrap">{one.name}</span></li>)}</ul>
        {list.length > most && <Button size="compact-sm" variant="default" onClick={() => setMost(most + SHOWN)}>Show {count(Math.min(SHOWN, list.length - most))} more of {count(list.length - most)}</Button>}
      </details>
    </Card>
  );
}

/** What is chosen, by name; what appears later is not chosen by itself. */
function useChoice(changes: Change[] | undefined, only: string) {
  const [picked, setPicked] = useState<ReadonlySet<string> | null>(null);
  const names = (changes ?? []).map(nameOf);
  if (picked === null && changes) setPicked(new Set(only ? names.filter((name) => name === only) : names));
  return { picked: picked ?? new Set<string>(), setPicked };
}

export function Promotion({ from, to, only }: { from: string; to: string; only: string }) {
  const client = useQueryClient();
  const [most, setMost] = useState(SHOWN);
  const [text, setText] = useState('');
  const [busy, setBusy] = useState<'promote' | 'ask' | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [asked, setAsked] = useState<{ for: string; answer: Answer } | null>(null);
  // The versions that were shown when the server said that something had moved.
  const [before, setBefore] = useState<Map<string, unknown> | null>(null);
  const found = useQuery<Report, ApiError>({ queryKey: ['promote', to, from], queryFn: () => api.post<Report>('/promote', { from, dry_run: true }, { environment: to }), retry: false, refetchOnWindowFocus: false });
  const { picked, setPicked } = useChoice(found.data?.changes, only);
  if (found.error && !found.data) return <ErrorNote error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Rows count={4} height={60} />;
  const { changes, from_version, unchanged, warnings, only_here } = found.data;
  const where = `POST /promote ${JSON.stringify({ from, dry_run: true })}`;
  const onlyThere = <OnlyThere list={only_here ?? []} from={from} to={to} />;
  if (changes.length === 0) return <div className="stack" data-from={where}><Empty title={`Nothing in ${from} differs from ${to}`}><span data-at="unchanged">{count(unchanged)}</span> definitions are the same in both.</Empty>{onlyThere}</div>;
  const chosen = changes.filter((change) => picked.has(nameOf(change)));
  const body = { from, at: from_version, definitions: chosen.map(({ kind, name, before: was }) => ({ kind, name, version: was?.version ?? 0 })) };
  const key = JSON.stringify(body);
  const place = error && !error.isStale ? placeOf(error.pointer, chosen) : null;
  async function attempt(what: 'promote' | 'ask', run: () => Promise<void>) {
    setBusy(what);
    setError(null);
    try {
      await run();
    } catch (cause) {
      const failure = cause as ApiError;
      setError(failure);
      if (failure.isStale) {
        setBefore(new Map(changes.map((change) => [nameOf(change), change.before?.version])));
        await found.refetch();
      }
    } finally {
      setBusy(null);
    }
  }
  // What was shown goes over, on what was shown there, or nothing.
  const promote = () => attempt('promote', async () => {
    await api.post('/promote', body, { environment: to });
    say(`${count(chosen.length)} taken into ${to}.`);
    setPicked(new Set());
    setBefore(null);
    await client.invalidateQueries();
  });
  const ask = () => attempt('ask', async () => setAsked({ for: key, answer: await api.post<Answer>('/what-if', { promote: body }, { environment: to }) }));
  const all = chosen.length === changes.length;
  const wanted = changes.filter((change) => nameOf(change).toLowerCase().includes(text.trim().toLowerCase()));
  // What is asked for by its address comes first, and so does what was refused.
  const first = (change: Change) => (nameOf(change) === place?.name ? 0 : nameOf(change) === only ? 1 : 2);
  const shown = [...wanted].sort((a, b) => first(a) - first(b)).slice(0, most);
  return (
    <div className="stack" data-from={where}>
      <Card title={<><span data-at="changes">{count(changes.length)}</span> differ, <span data-at="unchanged">{count(unchanged)}</span> are the same</>}>
        <div className="stack">
          {only && !changes.some((change) => nameOf(change) === only) && <Note tone="info">{only.replace('/', ' ')} is the same in both.</Note>}
          <div className="row">
            <Checkbox label="All of them" checked={all} indeterminate={!all && chosen.length > 0} onChange={() => setPicked(all ? new Set() : new Set(changes.map(nameOf)))} />
            <span className="grow" />
            {changes.length > 5 && <TextInput type="search" className="search" aria-label="Search what differs" placeholder="Search what differs" value={text} onChange={(event) => setText(event.currentTarget.value)} />}
          </div>
          {shown.map((change) => {
            const name = nameOf(change);
            return <Row key={name} change={change} to={to} chosen={picked.has(name)} moved={before !== null && before.get(name) !== change.before?.version}
              error={place?.name === name ? `${error!.message}${place.rest ? `, at ${place.rest}` : ''}` : undefined}
              choose={(yes) => setPicked(yes ? new Set([...picked, name]) : new Set([...picked].filter((one) => one !== name)))} />;
          })}
          {shown.length === 0 && <p className="muted">Nothing that differs is called so.</p>}
          {wanted.length > most && <div><Button size="compact-sm" variant="default" onClick={() => setMost(most + SHOWN)}>Show {count(Math.min(SHOWN, wanted.length - most))} more of {count(wanted.length - most)}</Button></div>}
          {(warnings ?? []).map((warning) => <Note key={`${warning.pointer} ${warning.message}`} tone="warn">{warning.message} <code className="mono muted">{warning.pointer}</code></Note>)}
          {place ? <Note tone="bad" title={`${place.name.replace('/', ' ')} cannot be taken`}>{error!.message}. Nothing has changed.</Note>
            : <ErrorNote error={error} title={error?.isStale ? `Somebody changed it in ${to} meanwhile; this is how it stands now, and what you chose is still chosen` : undefined} />}
          {asked?.for === key && <div className="stack tight" role="status"><Noticed answer={asked.answer} from={`POST /what-if ${JSON.stringify({ promote: body })}`} /></div>}
          <div className="row">
            <Act loading={busy === 'promote'} disabled={chosen.length === 0 || busy === 'ask'} onClick={() => void promote()}>{`Take ${count(chosen.length)} into ${to}`}</Act>
            <Button variant="default" loading={busy === 'ask'} disabled={chosen.length === 0 || busy === 'promote'} onClick={() => void ask()}>Who would notice?</Button>
            <span className="muted small">State, dates, phases and overrides of users stay where they are; an experiment that is new in {to} is a draft.</span>
          </div>
        </div>
      </Card>
      {onlyThere}
    </div>
  );
}

// All flags of the environment: on or off here and elsewhere, how far rolled out, seen lately or stale.
import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useMemo, useState, type FormEvent } from 'react';
import { api, asked, type ApiError } from '../api/client';
import { useChange, useList } from '../api/queries';
import type { Flag } from '../api/types';
import { Link, navigate, useQueryValue } from '../app/router';
import { number } from '../lib/format';
import { isAt } from '../lib/pointer';
import { promotion } from '../lib/promotion';
import { STALE_DAYS, STALE_WORDS } from '../lib/stale';
import type { Environment } from '../parts/account';
import { Act, useWho } from '../parts/act';
import { Ago, Badge, Empty, ErrorNote, None, Page } from '../parts/basic';
import { FilterChoice, FilterWord } from '../parts/filter-words';
import { FlagSwitch, FlagSwitches, type ListedFlag as Row } from '../parts/flag-switch';
import { Listing, SearchBox, type Column } from '../parts/listing';
import { Stale } from '../parts/stale';


/** More environments than these do not get a column each. */
const COLUMNS_MAX = 4;

/** Whether it stands in other environments only. */
const isAbsent = (flag: Row, here: string): boolean => Boolean(flag.environments?.length) && !flag.environments!.some((place) => place.environment === here);

/** Where the number of `rollout` stands. */
const placeOfRollout = (flag: Row): string | undefined => (!flag.enabled ? undefined : (flag.rules ?? []).length > 0 ? 'rules' : flag.rollout_percentage === undefined ? '100' : 'rollout_percentage');

function rollout(flag: Row): string {
  if (!flag.enabled) return 'off';
  if ((flag.rules ?? []).length > 0) return `${flag.rules!.length} rule${flag.rules!.length === 1 ? '' : 's'}`;
  return `${number(flag.rollout_percentage ?? 100, (flag.rollout_percentage ?? 100) % 1 ? 1 : 0)} %${(flag.targeting_rules?.segments ?? []).length ? ` of ${flag.targeting_rules!.segments!.join(', ')}` : ''}`;
}

/** A flag that only other environments have: the way to bring it here. */
function Absent({ flag, here }: { flag: Row; here: string }) {
  return (
    <span className="row" style={{ gap: 6 }}>
      <Badge>not here</Badge>
      <Link className="small" to={promotion(flag.environments?.[0]?.environment ?? '', here, 'flag', flag.key)}>Promote<span className="mantine-VisuallyHidden-root"> {flag.key} into {here}</span></Link>
    </span>
  );
}

const nameColumn = (here: string): Column<Row> => ({
  title: 'Flag', lead: true,
  cell: (flag) => (
    <>
      <Link to={`/flags/${encodeURIComponent(flag.key)}`} className="strong mono wrap">{flag.key}</Link>
      {isAbsent(flag, here) && <div><Absent flag={flag} here={here} /></div>}
      {(flag.name || flag.description) && <div className="muted small roomy">{flag.name || flag.description}</div>}
    </>
  ),
});

const restColumns = (here: string): Column<Row>[] => [
  { title: 'Type', cell: (flag) => flag.type },
  { title: 'Rollout', cell: (flag) => isAbsent(flag, here) ? <None /> : <span className="num" data-at={placeOfRollout(flag)}>{rollout(flag)}</span> },
  {
    title: 'Owner, tags',
    cell: (flag) => (flag.owner || flag.tags?.length ? (
      <span className="words">{flag.owner && <FilterWord name="owner" value={flag.owner} />}{flag.tags?.map((tag) => <FilterWord key={tag} name="tag" value={tag} />)}</span>
    ) : <None />),
  },
  { title: 'Last seen', cell: (flag) => <div className="words"><Ago at={flag.last_evaluated_at} /><Stale reasons={flag.stale} /></div> },
  { title: 'Changed', right: true, cell: (flag) => <Ago at={flag.updated_at} /> },
];

/** One column for each environment, or one for all of them. */
function useColumns(): Column<Row>[] {
  const here = useWho()?.environment ?? 'production';
  const list = useList<Environment>('/environments');
  return useMemo(() => {
    const names = list.data?.items.map((one) => one.name) ?? [here];
    const placeIn = (flag: Row, name: string) => flag.environments?.find((place) => place.environment === name);
    const each = names.map((name): Column<Row> => ({
      title: name === here ? `${name} · here` : name,
      cell: (flag) => {
        const place = placeIn(flag, name);
        return place ? <FlagSwitch compact flag={flag.key} place={place} /> : <span className="muted none" title={`There is no such flag in ${name}, or you may not see it`}>–</span>;
      },
    }));
    const all: Column<Row> = { title: 'Environments', cell: (flag) => <FlagSwitches flag={flag.key} places={flag.environments ?? []} here={here} /> };
    return [nameColumn(here), ...(names.length > COLUMNS_MAX ? [all] : each), ...restColumns(here)];
  }, [list.data, here]);
}

const DEFAULTS = { Boolean: [false, true], String: ['', 'on'], Number: [0, 1], JSON: [{}, { enabled: true }] } as const;

function NewFlag({ close }: { close: () => void }) {
  const [key, setKey] = useState('');
  const [type, setType] = useState<Flag['type']>('Boolean');
  const create = useChange<void, Flag>(() => api.post<Flag>('/flags', { key: key.trim(), type, default_value: DEFAULTS[type][0], value: DEFAULTS[type][1], enabled: false }), ['flags']);
  const error = create.error as ApiError | null;
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate(undefined, { onSuccess: (flag) => navigate(`/flags/${encodeURIComponent(flag.key)}`) });
  }
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput label="Key" description="What code asks for, such as new-checkout. It cannot be changed later." value={key} data-autofocus required
        error={error && isAt(error.pointer, '/key') ? error.message : undefined} onChange={(event) => setKey(event.currentTarget.value)} />
      <Select label="Type" value={type} allowDeselect={false} data={['Boolean', 'String', 'Number', 'JSON']} onChange={(next) => setType((next ?? 'Boolean') as Flag['type'])} />
      {error && !isAt(error.pointer, '/key') && <ErrorNote error={error} />}
      <div className="row">
        <Button type="submit" loading={create.isPending} disabled={!key.trim()}>Create, still off</Button>
        <Button variant="default" onClick={close}>Cancel</Button>
      </div>
    </form>
  );
}

const USES = [{ value: 'true', label: 'May go' }, ...Object.entries(STALE_WORDS).map(([value, { label }]) => ({ value, label })), { value: 'false', label: 'Still needed' }];

export default function Flags() {
  const [q] = useQueryValue('q');
  const [status, setStatus] = useQueryValue('status');
  const [type, setType] = useQueryValue('type');
  const [owner] = useQueryValue('owner');
  const [tag] = useQueryValue('tag');
  const [flag, setFlag] = useQueryValue('flag');
  const [segment, setSegment] = useQueryValue('segment');
  const [stale, setStale] = useQueryValue('stale');
  const [sort, setSort] = useQueryValue('sort', 'key');
  const [cursor] = useQueryValue('cursor');
  const [open, setOpen] = useState(false);
  const columns = useColumns();
  // Filters by state or use are about what is here.
  const elsewhere = status || stale ? undefined : 'true';
  const query = { q, status, type, owner, tag, flag, segment, stale, stale_days: STALE_DAYS, sort, cursor, limit: 50, include: 'environments', elsewhere };
  const list = useList<Row>('/flags', query, 15_000);
  const items = list.data?.items ?? [];
  const isFiltered = Boolean(q || status || type || owner || tag || flag || segment || stale);
  const create = <Act onClick={() => setOpen(true)}>New flag</Act>;
  return (
    <Page title="Flags" actions={<><Link to="/promote">Promote</Link><Link to="/clean-up">Clean up</Link>{create}</>}>
      <div className="filters">
        <SearchBox label="Search by key" />
        <Select aria-label="State" placeholder="On or off" clearable w={120} value={status || null} data={[{ value: 'enabled', label: 'On' }, { value: 'disabled', label: 'Off' }]} onChange={(next) => setStatus(next ?? '')} />
        <Select aria-label="Type" placeholder="Any type" clearable w={120} value={type || null} data={['Boolean', 'String', 'Number', 'JSON']} onChange={(next) => setType(next ?? '')} />
        <FilterChoice name="owner" label="Owner" seen={items.flatMap((flag) => flag.owner ?? [])} />
        <FilterChoice name="tag" label="Tag" seen={items.flatMap((flag) => flag.tags ?? [])} />
        <Select aria-label="Use" placeholder="Any use" clearable w={150} value={stale || null} data={USES.some((one) => one.value === stale) || !stale ? USES : [...USES, { value: stale, label: stale }]} onChange={(next) => setStale(next ?? '')} />
        <Select aria-label="Order" value={sort} w={140} allowDeselect={false} onChange={(next) => setSort(next ?? '')}
          data={[{ value: 'key', label: 'By key' }, { value: '-updated_at', label: 'Changed last' }, { value: '-created_at', label: 'Created last' }]} />
      </div>
      {(flag || segment) && (
        <p>Flags that refer to <code className="mono">{flag || segment}</code>. <Button size="compact-xs" variant="subtle" onClick={() => { if (flag) setFlag(''); else setSegment(''); }}>All flags</Button></p>
      )}
      <Listing query={list} from={asked('/flags', query)} columns={columns} id={(flag) => flag.id} caption="Flags" word="flag"
        empty={isFiltered ? <Empty title="No flag matches" action={<Button variant="default" onClick={() => navigate('/flags')}>Show all</Button>}>Nothing has all that is asked for.</Empty>
          : <Empty title="No flags yet" action={create}>A flag turns something on for some users without a release.</Empty>} />
      <Modal opened={open} onClose={() => setOpen(false)} title={<strong>New flag</strong>} closeButtonProps={{ 'aria-label': 'Close' }}><NewFlag close={() => setOpen(false)} /></Modal>
    </Page>
  );
}

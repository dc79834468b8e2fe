// Flags that nobody may need any more, and keys that are asked for and that no flag has.
import { Button, SegmentedControl, Select, Tabs, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange, useGet } from '../api/queries';
import type { StaleFlags, UnknownFlags } from '../api/schema';
import type { Flag } from '../api/types';
import { Link, navigate, useQueryValue } from '../app/router';
import { count } from '../lib/format';
import { isAt } from '../lib/pointer';
import { STALE_WORDS } from '../lib/stale';
import { Act } from '../parts/act';
import { Ago, Badge, Empty, ErrorNote, Page, Rows } from '../parts/basic';
import { Dialog } from '../parts/confirm';
import { TabStrip } from '../parts/tab-strip';

const DAYS = ['7', '30', '90', '180'];
type Stale = NonNullable<StaleFlags['items']>[number];
type Unknown = NonNullable<UnknownFlags['items']>[number];

const flagPath = (key: string | undefined) => `/flags/${encodeURIComponent(key ?? '')}`;

function Reasons({ flag }: { flag: Stale }) {
  const said = [...new Map((flag.reasons ?? []).map((reason) => [`${reason.code}${reason.message}`, reason])).values()];
  return <div className="stack tight">{said.map((reason, i) => <span key={i} className="row" style={{ flexWrap: 'nowrap' }}><Badge tone="warn">{STALE_WORDS[reason.code ?? '']?.label ?? reason.code}</Badge><span className="wrap">{reason.message}</span></span>)}</div>;
}

function StaleList() {
  const [days, setDays] = useQueryValue('days', '30');
  const [reason, setReason] = useQueryValue('reason');
  const report = useGet<StaleFlags>('/reports/stale-flags', { days });
  const all = report.data?.items ?? [];
  const items = all.filter((flag) => !reason || flag.reasons?.some((one) => one.code === reason));
  return (
    <div className="stack">
      <div className="fields">
        <SegmentedControl aria-label="Days to look back" value={days} onChange={setDays} transitionDuration={0} data={DAYS.map((value) => ({ value, label: `${value} days` }))} />
        <Select aria-label="Reason" placeholder="Any reason" clearable w={190} value={reason || null} onChange={(next) => setReason(next ?? '')}
          data={Object.entries(STALE_WORDS).map(([value, { label }]) => ({ value, label: `${label} (${all.filter((flag) => flag.reasons?.some((one) => one.code === value)).length})` }))} />
      </div>
      {report.error && !report.data ? <ErrorNote error={report.error} retry={() => void report.refetch()} /> : !report.data ? <Rows count={5} />
        : items.length === 0 ? <Empty title={all.length === 0 ? 'Nothing to clean up' : 'No flag has this reason'}>Each flag was evaluated in the last {days} days and still makes a difference.</Empty> : (
          <table className="list cards-on-phone">
            <caption hidden>Flags that may go</caption>
            <thead><tr><th scope="col">Flag</th><th scope="col">Why it may go</th><th scope="col">Owner</th><th scope="col">Last evaluated</th><th scope="col">Made</th></tr></thead>
            <tbody>{items.map((flag) => (
              <tr key={flag.key}>
                <td className="lead"><Link className="strong mono wrap" to={flagPath(flag.key)}>{flag.key}</Link>{flag.enabled === false && <> <Badge>off</Badge></>}{flag.name && <div className="muted small">{flag.name}</div>}</td>
                <td className="lead"><Reasons flag={flag} /></td>
                <td data-label="Owner">{flag.owner || '–'}</td>
                <td data-label="Last evaluated"><Ago at={flag.last_evaluated_at} /></td>
                <td data-label="Made"><Ago at={flag.created_at} /></td>
              </tr>
            ))}</tbody>
          </table>
        )}
    </div>
  );
}

const STARTS: Record<Flag['type'], Partial<Flag>> = {
  Boolean: { default_value: false, value: true }, String: { default_value: '', value: 'on' }, Number: { default_value: 0, value: 1 }, JSON: { default_value: {}, value: {} },
};

function CreateForm({ name, close }: { name: string; close: () => void }) {
  const [key, setKey] = useState(name);
  const [type, setType] = useState<Flag['type']>('Boolean');
  const create = useChange<void, void>(async () => {
    const flag = await api.post<Flag>('/flags', { key: key.trim(), type, enabled: false, ...STARTS[type] });
    // At once: with the new report this form is gone, and with it whatever was to follow.
    navigate(flagPath(flag.key));
  }, ['flags', 'reports']);
  const error = create.error as ApiError | null;
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput label="Key" value={key} required error={error && isAt(error.pointer, '/key') ? error.message : undefined} onChange={(event) => setKey(event.currentTarget.value)} />
      <Select label="Type" data-autofocus value={type} allowDeselect={false} data={Object.keys(STARTS)} onChange={(next) => setType((next ?? 'Boolean') as Flag['type'])} />
      {error && !isAt(error.pointer, '/key') && <ErrorNote error={error} />}
      <div className="row"><Button type="submit" loading={create.isPending} disabled={!key.trim()}>Create, still off</Button><Button variant="default" onClick={close}>Cancel</Button></div>
    </form>
  );
}

function UnknownList() {
  const report = useGet<UnknownFlags>('/reports/unknown-flags', {}, 15_000);
  const [made, setMade] = useState<Unknown | null>(null);
  const items = report.data?.items ?? [];
  if (report.error && !report.data) return <ErrorNote error={report.error} retry={() => void report.refetch()} />;
  if (!report.data) return <Rows count={5} />;
  if (items.length === 0) return <Empty title="No unknown keys">Every key that was asked for has a flag.</Empty>;
  return (
    <>
      <table className="list cards-on-phone">
        <caption hidden>Keys that no flag has</caption>
        <thead><tr><th scope="col">Key</th><th scope="col" className="right">Asked for</th><th scope="col">First</th><th scope="col">Last</th><th scope="col" className="right">Action</th></tr></thead>
        <tbody>{items.map((one) => (
          <tr key={one.key}>
            <td className="lead"><span className="strong mono wrap">{one.key}</span>{one.nearest && <div className="muted small">Did somebody mean <Link className="mono" to={flagPath(one.nearest)}>{one.nearest}</Link>?</div>}</td>
            <td data-label="Asked for" className="right num" data-from="/reports/unknown-flags" data-at={`/items/key=${one.key}/count`}>{count(one.count)}</td>
            <td data-label="First"><Ago at={one.first_seen_at} /></td>
            <td data-label="Last"><Ago at={one.last_seen_at} /></td>
            <td data-label="Action" className="right"><Act size="compact-xs" variant="subtle" aria-label={`Create the flag ${one.key}`} onClick={() => setMade(one)}>Create the flag</Act></td>
          </tr>
        ))}</tbody>
      </table>
      <Dialog title="New flag" opened={made !== null} close={() => setMade(null)}>{made && <CreateForm name={made.key ?? ''} close={() => setMade(null)} />}</Dialog>
    </>
  );
}

export default function CleanUp() {
  const [tab, setTab] = useQueryValue('tab', 'stale');
  return (
    <Page title="Clean up flags" crumbs={[{ to: '/flags', text: 'Flags' }]}>
      <p className="muted">Counted is what this server decides; programs that decide themselves by the ruleset are not in it.</p>
      <Tabs value={tab} onChange={(value) => setTab(value ?? 'stale')} keepMounted={false}>
        <TabStrip mb="md"><Tabs.Tab value="stale">Flags that may go</Tabs.Tab><Tabs.Tab value="unknown">Unknown keys</Tabs.Tab></TabStrip>
        <Tabs.Panel value="stale"><StaleList /></Tabs.Panel>
        <Tabs.Panel value="unknown"><UnknownList /></Tabs.Panel>
      </Tabs>
    </Page>
  );
}

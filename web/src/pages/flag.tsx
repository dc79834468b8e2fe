// One flag: who gets what, in order; a tester; people who are set by hand; code; what it was before.
import { Button, NumberInput, Slider, Switch, Tabs, TagsInput, TextInput, Textarea } from '@mantine/core';
import { Suspense, lazy, useState } from 'react';
import { useGet, useList } from '../api/queries';
import type { Flag, Json } from '../api/types';
import { Link, useQueryValue } from '../app/router';
import { shown } from '../lib/draft';
import { number } from '../lib/format';
import { STALE_DAYS } from '../lib/stale';
import { schemaOf, valuesOf } from '../lib/value-schema';
import type { Environment } from '../parts/account';
import { Ago, Badge, Card, ErrorNote, Hint, Note, Page, Rows, useSettled } from '../parts/basic';
import { Conditions } from '../parts/conditions';
import { Conflict, SaveBar, useEditing, type Editing } from '../parts/editing';
import { Elsewhere, PromoteLink } from '../parts/elsewhere';
import { FlagSwitch, FlagSwitches, type ListedFlag } from '../parts/flag-switch';
import { FlagRules } from '../parts/flag-rules';
import { JsonField } from '../parts/json-field';
import { Match } from '../parts/match';
import { Needs } from '../parts/needs';
import { SegmentsPicker } from '../parts/pickers';
import { Remove } from '../parts/remove';
import { Snippets } from '../parts/snippets';
import { Schedule } from '../parts/moments';
import { SchemaFaults } from '../parts/schema-faults';
import { Overrides } from '../parts/overrides';
import { Stale } from '../parts/stale';
import { TabStrip } from '../parts/tab-strip';
import { Tester } from '../parts/tester';
import { ValueField } from '../parts/value-field';
import { Warnings } from '../parts/warnings';
import { WhatIf } from '../parts/what-if';

const History = lazy(() => import('../parts/history'));
type Edit = Editing<Flag>;

function Rollout({ edit }: { edit: Edit }) {
  const { value, set, at } = edit;
  const percent = value.rollout_percentage ?? 100;
  const rules = value.targeting_rules ?? { segments: [], attributes: {} };
  return (
    <div className="stack">
      <SegmentsPicker label="For users in any of these segments" description="None: everybody." value={rules.segments ?? []} error={at('/targeting_rules/segments')} onChange={(segments) => set({ targeting_rules: { ...rules, segments } })} />
      <Conditions label="With these attributes" value={rules.attributes} error={(inner) => at(`/targeting_rules/attributes${inner}`)} onChange={(attributes) => set({ targeting_rules: { ...rules, attributes } })} />
      <Match targeting={{ segments: rules.segments, attributes: rules.attributes }} who="match, before the rollout" />
      <div>
        <div className="row" style={{ alignItems: 'flex-end' }}>
          <NumberInput label="Rolled out to" suffix=" %" w={120} min={0} max={100} decimalScale={3} value={percent} error={at('/rollout_percentage')} onChange={(next) => set({ rollout_percentage: Number(next) || 0 })} />
          <Slider className="grow" style={{ minWidth: 160, marginBottom: 12 }} min={0} max={100} step={1} value={percent} label={null} thumbLabel="Rollout in percent" onChange={(next) => set({ rollout_percentage: next })} />
        </div>
        <p className="muted small"><span data-from={percent === edit.stored.rollout_percentage ? `/flags/${encodeURIComponent(edit.stored.key)}` : undefined} data-at={percent === edit.stored.rollout_percentage ? 'rollout_percentage' : String(percent)}>{number(percent, percent % 1 ? 2 : 0)} %</span> of the users above get the value, the others the default. Raising it keeps everybody who has it.</p>
      </div>
    </div>
  );
}

function Settings({ edit }: { edit: Edit }) {
  const { value, set, at } = edit;
  const [typed, setTyped] = useState('');
  const others = useList<Flag>('/flags', { q: useSettled(typed), limit: 20 });
  const plain = (value.dependencies ?? []).every((one) => typeof one === 'string');
  return (
    <div className="stack">
      <Card title="Who gets what">
        <div className="stack">
          <div className="row" style={{ alignItems: 'flex-start' }}>
            {(value.rules ?? []).length === 0 && <ValueField label="Value when it is rolled out" flag={value} value={servedValue(value)} error={at('/value')} onChange={(next) => set({ value: next })} />}
            <ValueField label="Value for everybody else" flag={value} value={(value.default_value ?? (value.type === 'Boolean' ? false : undefined)) as Json | undefined} error={at('/default_value')} onChange={(next) => set({ default_value: next })} />
          </div>
          {(value.rules ?? []).length === 0 && <Rollout edit={edit} />}
          <FlagRules flag={value} rules={value.rules ?? []} at={at} onChange={(rules) => set({ rules })} />
        </div>
      </Card>
      <Card title="When">
        <Schedule value={value.schedule} enabled={value.enabled ?? false} at={at} onChange={(schedule) => set({ schedule })} />
      </Card>
      {value.type === 'JSON' && (
        <Card title="What its values look like">
          <div className="stack tight">
            <JsonField label="Schema of values" description="Keywords of JSON Schema; every value of this flag must fit. null: any JSON." rows={3} value={value.value_schema ?? null} error={at('/value_schema')} onChange={(json) => set({ value_schema: json ?? undefined })} />
            {value.value_schema != null && <SchemaFaults flag={value} />}
            <div><Button size="compact-xs" variant="default" onClick={() => set({ value_schema: schemaOf(Object.values(valuesOf(value))) })}>Make one from its values</Button></div>
          </div>
        </Card>
      )}
      <Card title="Needs other flags">
        {plain ? (
          <TagsInput label="Only on when all of these are on" value={(value.dependencies ?? []) as string[]} error={at('/dependencies')}
            data={(others.data?.items ?? []).map((flag) => flag.key).filter((key) => key !== value.key)} searchValue={typed} onSearchChange={setTyped} onChange={(dependencies) => set({ dependencies })} />
        ) : (
          <JsonField label="Dependencies" value={value.dependencies} error={at('/dependencies')} onChange={(json) => set({ dependencies: json as Json[] })} />
        )}
      </Card>
      <Needs key={value.key} kind="flag" name={value.key} />
      <Card title="About">
        <div className="stack">
          <TextInput label="Name" value={value.name ?? ''} error={at('/name')} onChange={(event) => set({ name: event.currentTarget.value })} />
          <Textarea label="Description" autosize minRows={2} value={value.description ?? ''} error={at('/description')} onChange={(event) => set({ description: event.currentTarget.value })} />
          <div className="row" style={{ alignItems: 'flex-start' }}>
            <TextInput label="Owner" value={value.owner ?? ''} error={at('/owner')} onChange={(event) => set({ owner: event.currentTarget.value || undefined })} />
            <TagsInput label="Tags" className="grow" value={value.tags ?? []} error={at('/tags')} onChange={(tags) => set({ tags })} />
          </div>
          <Switch label="Visible to keys in browsers and apps" checked={value.client_visible ?? false} onChange={(event) => set({ client_visible: event.currentTarget.checked })} />
        </div>
      </Card>
      <SaveBar editing={edit}><WhatIf editing={edit} kind="flag" name={edit.stored.key} /></SaveBar>
      <Conflict editing={edit} />
    </div>
  );
}

/** Where on this page a JSON Pointer of the flag is. */
function placeOf(flag: Flag, pointer: string): string {
  const rule = /^\/rules\/(\d+)/.exec(pointer)?.[1];
  return `/flags/${encodeURIComponent(flag.key)}${rule ? `?rule=${Number(rule) + 1}` : ''}`;
}

/** What the engine serves to those in the rollout; a flag need not say it. */
const servedValue = (flag: Flag): Json => (flag.value ?? (flag.type === 'Boolean' ? true : flag.default_value)) as Json;

/** What lists know of it beside the definition: its use, and its switches in other environments. */
function Standing({ flag }: { flag: Flag }) {
  const list = useList<ListedFlag>('/flags', { key: flag.key, include: 'environments', stale_days: STALE_DAYS, limit: 1 }, 15_000);
  const row = list.data?.items[0];
  if (!row || row.key !== flag.key) return null;
  const elsewhere = (row.environments ?? []).filter((place) => place.environment !== flag.environment);
  return (
    <>
      <span className="small">last seen <Ago at={row.last_evaluated_at} /></span>
      <Stale reasons={row.stale} />
      {elsewhere.length > 3 ? <FlagSwitches flag={flag.key} places={elsewhere} here="" />
        : elsewhere.map((place) => <span key={place.environment} className="row small" style={{ gap: 6 }}>{place.environment}<FlagSwitch compact flag={flag.key} place={place} /></span>)}
    </>
  );
}

function Loaded({ flag }: { flag: Flag }) {
  const [tab, setTab] = useQueryValue('tab', 'rules');
  const edit = useEditing(flag, `/flags/${encodeURIComponent(flag.key)}`, 'flags');
  return (
    <>
      <div className="row muted" style={{ marginBottom: 12 }}>
        <Badge tone={flag.enabled ? 'accent' : 'plain'}>{flag.enabled ? 'On' : 'Off'}</Badge>
        <span className="small">{flag.type}</span>
        <span className="small">default <code className="mono">{shown(flag.default_value)}</code></span>
        <span className="small">changed <Ago at={flag.updated_at} /> (version <span data-from={`/flags/${encodeURIComponent(flag.key)}`} data-at="version">{flag.version}</span>)</span>
        {flag.experiment_id && <Link to={`/experiments/${flag.experiment_id}`} className="small">belongs to an experiment</Link>}
        <Standing flag={flag} />
      </div>
      {!flag.enabled && <Note tone="info">It is off: everybody gets the default, whatever the rules say.</Note>}
      <Warnings kind="flag" name={flag.key} to={(pointer) => placeOf(flag, pointer)} />
      <Tabs value={tab} onChange={(value) => setTab(value ?? 'rules')} keepMounted={false} mt="sm">
        <TabStrip mb="md">
          <Tabs.Tab value="rules">Rules{edit.dirty ? ' •' : ''}</Tabs.Tab>
          <Tabs.Tab value="test">Try it</Tabs.Tab>
          <Tabs.Tab value="overrides">Overrides</Tabs.Tab>
          <Tabs.Tab value="code">Code</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
        </TabStrip>
        <Suspense fallback={<Rows count={4} />}>
          <Tabs.Panel value="rules"><Settings edit={edit} /></Tabs.Panel>
          <Tabs.Panel value="test"><Tester flag={flag} /></Tabs.Panel>
          <Tabs.Panel value="overrides"><Overrides flag={flag} /></Tabs.Panel>
          <Tabs.Panel value="code"><Snippets flag={flag} /></Tabs.Panel>
          <Tabs.Panel value="history">
            <History kind="flag" id={flag.id} name={flag.key} />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
    </>
  );
}

export default function FlagPage({ id }: { id: string }) {
  const found = useGet<Flag>(`/flags/${encodeURIComponent(id)}`, undefined, 15_000);
  const environments = useList<Environment>('/environments');
  const here = found.data?.environment ?? '';
  const place = { environment: here, enabled: found.data?.enabled ?? false, version: found.data?.version ?? 0, requires_approval: environments.data?.items.find((one) => one.name === here)?.requires_approval };
  return (
    <Page title={id} crumbs={[{ to: '/flags', text: 'Flags' }]}
      actions={found.data && <><PromoteLink kind="flag" name={found.data.key} /><Hint tip="The switch for everybody: off serves the default to all."><span className="muted">enabled</span></Hint><FlagSwitch flag={found.data.key} label={`${found.data.key} enabled`} place={place} /><Remove name={found.data.key} path={`/flags/${encodeURIComponent(found.data.key)}`} list="/flags" text="Code that asks for it gets its own fallback from now on. The audit log keeps the definition." /></>}>
      {found.data ? <Loaded flag={found.data} /> : found.error ? (found.error.status === 404 ? <Elsewhere flag={id} otherwise={<ErrorNote error={found.error} />} /> : <ErrorNote error={found.error} retry={() => void found.refetch()} />) : <Rows count={4} height={60} />}
    </Page>
  );
}

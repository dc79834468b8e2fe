// What is set up once: keys, members, environments, webhooks, layers; and how the server is.
import { Tabs } from '@mantine/core';
import { Suspense, lazy, type ComponentType } from 'react';
import { useQueryValue } from '../app/router';
import { useSession, useWhyNot } from '../parts/act';
import { Note, Page, Rows } from '../parts/basic';
import { LayersCard } from '../parts/layers-card';
import { TabStrip } from '../parts/tab-strip';

// The tab in the address, its name, whether only admins may look, what it shows.
const TABS: [string, string, boolean, ComponentType][] = [
  ['keys', 'Keys', true, lazy(() => import('../parts/settings-keys'))],
  ['members', 'Members', true, lazy(() => import('../parts/settings-members'))],
  ['environments', 'Environments', false, lazy(() => import('../parts/settings-environments'))],
  ['webhooks', 'Webhooks', true, lazy(() => import('../parts/settings-webhooks'))],
  ['layers', 'Layers', false, LayersCard],
  ['system', 'System', false, lazy(() => import('../parts/settings-system'))],
];

export default function Settings() {
  const { who } = useSession();
  const why = useWhyNot('admin');
  const [tab, setTab] = useQueryValue('tab', 'keys');
  return (
    <Page title="Settings">
      <Tabs value={tab} onChange={(value) => setTab(value ?? 'keys')} keepMounted={false}>
        <TabStrip mb="md">{TABS.map(([value, name]) => <Tabs.Tab key={value} value={value}>{name}</Tabs.Tab>)}</TabStrip>
        {TABS.map(([value, name, guarded, Shown]) => (
          <Tabs.Panel key={value} value={value}>
            {guarded && !who ? <Rows count={3} /> : guarded && why ? <Note tone="info" title={`${name} are for admins`}>{why}</Note> : <Suspense fallback={<Rows count={3} />}><Shown /></Suspense>}
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}

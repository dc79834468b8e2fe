// From one environment to another: which two, and what goes.
import { Select } from '@mantine/core';
import { useList } from '../api/queries';
import { useQueryValue } from '../app/router';
import type { Environment } from '../parts/account';
import { useWho } from '../parts/act';
import { Empty, Note, Page } from '../parts/basic';
import { Promotion } from '../parts/promotion';

export default function PromotePage() {
  const who = useWho();
  const here = who?.environment ?? 'production';
  const [from, setFrom] = useQueryValue('from');
  const [asked, setTo] = useQueryValue('to');
  const [only] = useQueryValue('only');
  const list = useList<Environment>('/environments');
  const names = (list.data?.items ?? []).map((one) => one.name);
  // A key writes where it works; a link from a definition's page leaves the other end open.
  const isKey = who?.kind !== 'member';
  const other = names.find((name) => name !== from);
  const to = isKey ? here : asked || (from === here ? (names.length === 2 ? (other ?? '') : '') : here);
  const target = list.data?.items.find((one) => one.name === to);
  const fromKey = isKey && from === here;
  return (
    <Page title={to ? `Promote into ${to}` : 'Promote'} crumbs={[{ to: '/settings?tab=environments', text: 'Environments' }]}>
      <div className="stack">
        <div className="row" style={{ alignItems: 'flex-end' }}>
          <Select label="Take definitions from" placeholder="an environment" w={220} data={names.filter((name) => name !== to || name === from)} value={from || null} onChange={(next) => setFrom(next ?? '')} />
          <Select label="Into" placeholder="an environment" w={220} data={isKey ? [here] : names.filter((name) => name !== from)} value={to || null} disabled={isKey} onChange={(next) => setTo(next ?? '')} />
          {isKey && <span className="muted small">A key writes into its own environment, {here}. Log in to promote into another.</span>}
        </div>
        {target?.requires_approval && <Note tone="info">Changes in {to} wait for approval: this becomes one proposal.</Note>}
        {from && to && from !== to ? <Promotion key={`${from} ${to} ${only}`} from={from} to={to} only={only} />
          : <Empty title={fromKey ? `A key of ${here} cannot write elsewhere` : !from ? 'Choose where to take them from' : 'Choose where they go'}>
            {fromKey ? `Log in as a member to take this from ${here} into another environment, or choose where to take definitions from.` : 'Every definition that differs is shown field by field before anything changes.'}
          </Empty>}
      </div>
    </Page>
  );
}

// Who works here, in which environment; what is asked of it more rarely is loaded when it is opened.
import { NativeSelect } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Suspense, lazy, useState } from 'react';
import { useList } from '../api/queries';
import { session, type Who } from '../api/session';
import { leave } from '../app/router';
import { useWho } from './act';
import { Badge } from './basic';

const AccountDialog = lazy(() => import('./account-dialog'));

export interface Environment {
  name: string;
  created_at?: string;
  requires_approval?: boolean;
  is_yours?: boolean;
}

/** Members choose where they work; a key is bound to one environment. */
export function EnvironmentSwitch({ who }: { who: Who }) {
  const client = useQueryClient();
  const list = useList<Environment>('/environments');
  const here = list.data?.items.find((one) => one.name === who.environment);
  if (who.kind === 'key') return <div className="muted small environment">in <span className="strong">{who.environment}</span>{here?.requires_approval && ', changes wait for approval'}</div>;
  return (
    <div className="environment">
      <NativeSelect size="xs" aria-label="Environment" value={who.environment} data={[...new Set([who.environment, ...(list.data?.items ?? []).map((one) => one.name)])]}
        onChange={(event) => {
          const next = event.currentTarget.value;
          if (next === who.environment) return;
          leave(() => {
            session.chooseEnvironment(next);
            void client.resetQueries();
          });
        }} />
      {here?.requires_approval && <div className="muted small">Changes here wait for approval.</div>}
    </div>
  );
}

export function AccountButton() {
  const who = useWho();
  const [open, setOpen] = useState(false);
  if (!who) return null;
  return (
    <>
      <button type="button" className="account" onClick={() => setOpen(true)}>
        <span className="mantine-VisuallyHidden-root">Account: </span><span className="clip grow">{who.name}</span><Badge>{who.word}</Badge>
      </button>
      {open && <Suspense><AccountDialog who={who} close={() => setOpen(false)} /></Suspense>}
    </>
  );
}

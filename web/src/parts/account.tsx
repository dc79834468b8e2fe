// Who works here, in which environment; logging out, and one's own password.
import { Button, Modal, PasswordInput, Select } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange, useList } from '../api/queries';
import { session, type MemberSession, type Who } from '../api/session';
import { mayLeave } from '../app/router';
import { isAt } from '../lib/pointer';
import { useWho } from './act';
import { Badge, ErrorNote, say } from './basic';

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
      <Select size="xs" aria-label="Environment" allowDeselect={false} value={who.environment} comboboxProps={{ withinPortal: true }}
        data={[...new Set([who.environment, ...(list.data?.items ?? []).map((one) => one.name)])]}
        onChange={(next) => {
          if (!next || next === who.environment || !mayLeave()) return;
          session.chooseEnvironment(next);
          void client.resetQueries();
        }} />
      {here?.requires_approval && <div className="muted small">Changes here wait for approval.</div>}
    </div>
  );
}

function PasswordForm({ close }: { close: () => void }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useChange<void, MemberSession>(() => api.put<MemberSession>('/session/password', { current, password }), []);
  const error = change.error as ApiError | null;
  const at = (pointer: string) => (error && isAt(error.pointer, pointer) ? error.message : undefined);
  function submit(event: FormEvent) {
    event.preventDefault();
    change.mutate(undefined, {
      onSuccess: (next) => {
        session.setMember(next);
        say('Your password is changed. Your other sessions have ended.');
        close();
      },
    });
  }
  return (
    <form className="stack" onSubmit={submit}>
      <PasswordInput label="Current password" autoComplete="current-password" value={current} error={at('/current')} required onChange={(event) => setCurrent(event.currentTarget.value)} />
      <PasswordInput label="New password" description="At least 10 bytes. All your other sessions end." autoComplete="new-password" value={password} error={at('/password')} required onChange={(event) => setPassword(event.currentTarget.value)} />
      {error && !at('/current') && !at('/password') && <ErrorNote error={error} />}
      <div className="row"><Button type="submit" loading={change.isPending} disabled={!current || !password}>Change it</Button><Button variant="default" onClick={close}>Cancel</Button></div>
    </form>
  );
}

function Account({ who, close }: { who: Who; close: () => void }) {
  const client = useQueryClient();
  const [changing, setChanging] = useState(false);
  async function leave() {
    if (!mayLeave()) return;
    if (who.kind === 'member') await api.remove('/session').catch(() => undefined);
    session.clear();
    client.clear();
    close();
  }
  return (
    <div className="stack">
      <dl className="facts">
        <dt>{who.kind === 'key' ? 'API key' : 'E-mail'}</dt><dd className="strong">{who.name}</dd>
        <dt>{who.kind === 'key' ? 'Scope' : 'Role'}</dt><dd><Badge>{who.word}</Badge></dd>
        <dt>Environment</dt><dd>{who.environment}</dd>
      </dl>
      {changing ? <PasswordForm close={close} /> : (
        <div className="row">
          <Button onClick={() => void leave()}>{who.kind === 'key' ? 'Forget key' : 'Log out'}</Button>
          {who.kind === 'member' && <Button variant="default" onClick={() => setChanging(true)}>Change password</Button>}
        </div>
      )}
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
      <Modal opened={open} onClose={() => setOpen(false)} title={<strong>Account</strong>} closeButtonProps={{ 'aria-label': 'Close' }}>
        <Account who={who} close={() => setOpen(false)} />
      </Modal>
    </>
  );
}

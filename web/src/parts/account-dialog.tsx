// Who one is here, logging out, and one's own password.
import { Button, Modal, PasswordInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange } from '../api/queries';
import { session, type MemberSession, type Who } from '../api/session';
import { leave } from '../app/router';
import { isAt } from '../lib/pointer';
import { Badge, ErrorNote, say } from './basic';

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
  async function logOut() {
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
          <Button onClick={() => leave(() => void logOut())}>{who.kind === 'key' ? 'Forget key' : 'Log out'}</Button>
          {who.kind === 'member' && <Button variant="default" onClick={() => setChanging(true)}>Change password</Button>}
        </div>
      )}
    </div>
  );
}

export default function AccountDialog({ who, close }: { who: Who; close: () => void }) {
  return (
    <Modal opened onClose={close} title={<strong>Account</strong>} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Account who={who} close={close} />
    </Modal>
  );
}

// People who log in: who may what, and who no longer.
import { Button, PasswordInput, Select, Switch, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { api, type ApiError } from '../api/client';
import { useChange, useList } from '../api/queries';
import type { Member } from '../api/schema';
import { isAt } from '../lib/pointer';
import { Act, useWho } from './act';
import { Ago, Badge, Card, Empty, ErrorNote, Rows, say } from './basic';
import { Confirm, Dialog } from './confirm';

const ROLES = [
  { value: 'viewer', label: 'viewer: reads everything' },
  { value: 'editor', label: 'editor: changes definitions' },
  { value: 'approver', label: 'approver: approves changes of others, too' },
  { value: 'admin', label: 'admin: everything' },
];

/** A new member, or the change of one. */
function MemberForm({ member, close }: { member?: Member; close: () => void }) {
  const own = useWho()?.name === member?.email;
  const [email, setEmail] = useState(member?.email ?? '');
  const [name, setName] = useState(member?.name ?? '');
  const [role, setRole] = useState<Member['role']>(member?.role ?? 'viewer');
  const [disabled, setDisabled] = useState(member?.disabled ?? false);
  const [password, setPassword] = useState('');
  const send = useChange<void, Member>(() => {
    const secret = password ? { password } : {};
    if (!member) return api.post<Member>('/members', { email: email.trim(), name: name.trim(), role, ...secret });
    return api.patch<Member>(`/members/${member.id}`, {
      ...(name.trim() !== member.name ? { name: name.trim() } : {}), ...(role !== member.role ? { role } : {}), ...(disabled !== member.disabled ? { disabled } : {}), ...secret,
    });
  }, ['members', 'audit']);
  const error = send.error as ApiError | null;
  const at = (pointer: string) => (error && isAt(error.pointer, pointer) ? error.message : undefined);
  const shown = ['/email', '/name', '/role', '/password', '/disabled'].some(at);
  function submit(event: FormEvent) {
    event.preventDefault();
    send.mutate(undefined, { onSuccess: (done) => { say(`${done.email} is saved.`); close(); } });
  }
  return (
    <form className="stack" onSubmit={submit}>
      {!member && <TextInput label="E-mail" type="email" value={email} required data-autofocus error={at('/email')} onChange={(event) => setEmail(event.currentTarget.value)} />}
      <TextInput label="Name" value={name} error={at('/name')} onChange={(event) => setName(event.currentTarget.value)} />
      <Select label="Role" value={role} data={ROLES} allowDeselect={false} disabled={own} description={own ? 'Nobody changes their own role.' : undefined} error={at('/role')} onChange={(next) => setRole((next ?? 'viewer') as Member['role'])} />
      {!own && <PasswordInput label={member ? 'New password' : 'Password'} autoComplete="new-password" value={password} error={at('/password')}
        description={member ? 'Empty: it stays as it is.' : 'At least 10 bytes. Empty: logs in by the identity provider alone.'} onChange={(event) => setPassword(event.currentTarget.value)} />}
      {member && !own && <Switch label="Disabled: may not log in" checked={disabled} error={at('/disabled')} onChange={(event) => setDisabled(event.currentTarget.checked)} />}
      {member && !own && <p className="muted small">A change of role or password, and disabling, end all sessions of {member.email}.</p>}
      {error && !shown && <ErrorNote error={error} />}
      <div className="row"><Button type="submit" loading={send.isPending} disabled={!email.trim()}>{member ? 'Save' : 'Add'}</Button><Button variant="default" onClick={close}>Cancel</Button></div>
    </form>
  );
}

export default function Members() {
  const who = useWho();
  const list = useList<Member>('/members', { limit: 500 });
  const remove = useChange<Member, void>((member) => api.remove(`/members/${member.id}`), ['members', 'audit']);
  const [edited, setEdited] = useState<Member | 'new' | null>(null);
  const close = () => setEdited(null);
  const items = list.data?.items ?? [];
  return (
    <Card title="Members" aside={<Act need="admin" size="xs" onClick={() => setEdited('new')}>Add a member</Act>}>
      <p className="muted small">People who log in here. A role holds in every environment.</p>
      {list.error && !list.data ? <ErrorNote error={list.error} retry={() => void list.refetch()} /> : !list.data ? <Rows count={3} />
        : items.length === 0 ? <Empty title="Nobody yet">Add people, so that the audit log names them and each has a role.</Empty> : (
          <table className="list cards-on-phone">
            <caption hidden>Members</caption>
            <thead><tr><th scope="col">E-mail</th><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Logged in</th><th scope="col">Added</th><th scope="col" className="right">Action</th></tr></thead>
            <tbody>{items.map((member) => (
              <tr key={member.id}>
                <td className="lead strong wrap">{member.email}{who?.name === member.email && <span className="muted"> (you)</span>}</td>
                <td data-label="Name" className="wrap">{member.name || '–'}</td>
                <td data-label="Role"><span className="row"><Badge tone={member.role === 'admin' ? 'warn' : 'plain'}>{member.role}</Badge>{member.disabled && <Badge tone="bad">disabled</Badge>}{!member.has_password && <Badge>no password</Badge>}</span></td>
                <td data-label="Logged in"><Ago at={member.last_login_at} /></td>
                <td data-label="Added"><Ago at={member.created_at} />{member.created_by && <span className="muted small"> by {member.created_by}</span>}</td>
                <td className="right" data-label="Action">
                  <Act need="admin" size="compact-xs" variant="subtle" aria-label={`Change ${member.email}`} onClick={() => setEdited(member)}>Change</Act>
                  {who?.name !== member.email && <Confirm aria-label={`Delete ${member.email}`} title={`Delete ${member.email}?`} deed="Delete" text="They are logged out at once. The audit log keeps what they did."
                    run={async () => { await remove.mutateAsync(member); say(`${member.email} is deleted.`); }}>Delete</Confirm>}
                </td>
              </tr>
            ))}</tbody>
          </table>
        )}
      <Dialog title={edited === 'new' ? 'Add a member' : (edited?.email ?? '')} opened={edited !== null} close={close}><MemberForm member={edited === 'new' || !edited ? undefined : edited} close={close} /></Dialog>
    </Card>
  );
}

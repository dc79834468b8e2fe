// The dialog in which people say who they are: by password, by an identity provider, or by a key.
import { Button, Modal, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent } from 'react';
import { ApiError, address, call } from '../api/client';
import { session, type Caller, type MemberSession } from '../api/session';
import { useSession } from '../parts/act';
import { ErrorNote, Note } from '../parts/basic';

interface Methods {
  password: boolean;
  oidc?: string | null;
}

/** Sends something off, and holds what the server said against it. */
function useSubmit(run: () => Promise<void>) {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await run();
      await client.invalidateQueries();
    } catch (cause) {
      setError(cause as ApiError);
    } finally {
      setBusy(false);
    }
  }
  return { busy, error, submit: (event: FormEvent) => void submit(event) };
}

function ByPassword({ email: known }: { email: string }) {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState('');
  const { busy, error, submit } = useSubmit(async () => {
    session.setMember(await call<MemberSession>('POST', '/api/v1/session', { body: { email: email.trim(), password } }));
  });
  return (
    <form onSubmit={submit} className="stack">
      <TextInput label="E-mail" type="email" name="email" autoComplete="username" value={email} required data-autofocus={known === '' || undefined} onChange={(event) => setEmail(event.currentTarget.value)} />
      <PasswordInput label="Password" name="password" autoComplete="current-password" value={password} required data-autofocus={known !== '' || undefined} onChange={(event) => setPassword(event.currentTarget.value)} />
      {error && <ErrorNote error={error} title={error.status === 401 ? 'That is not right' : error.status === 429 ? 'Too many tries' : undefined} />}
      <Button type="submit" loading={busy} disabled={!email.trim() || !password}>Log in</Button>
    </form>
  );
}

function ByKey() {
  const [text, setText] = useState('');
  const { busy, error, submit } = useSubmit(async () => {
    const key = text.trim();
    const caller = await call<Caller>('GET', '/api/v1/whoami', { key });
    session.setKey(key);
    session.setCaller(caller);
  });
  return (
    <form onSubmit={submit} className="stack">
      <PasswordInput label="API key" description="gosset serve and gosset demo print an admin key when they start." value={text}
        onChange={(event) => setText(event.currentTarget.value)} autoComplete="off" data-autofocus required />
      {error && <ErrorNote error={error} title={error.status === 401 ? 'The server does not know this key' : undefined} />}
      <Button type="submit" loading={busy} disabled={!text.trim()}>Continue</Button>
      <div className="muted small">The key stays in this browser tab and is forgotten when the tab closes.</div>
    </form>
  );
}

/** What the codes of errors mean to somebody whom an identity provider has sent back. */
const TURNED_AWAY: Record<string, string> = {
  UNAUTHORIZED: 'The identity provider did not say who you are, or your e-mail is not verified there. Try again.',
  FORBIDDEN: 'Your account may not log in here. Ask an admin to add or enable it.',
  UNAVAILABLE: 'The identity provider does not answer. A password and a key go on working.',
};

function Form() {
  const { key, who, refused, loginError } = useSession();
  const [methods, setMethods] = useState<Methods | null>(null);
  const [byKey, setByKey] = useState(key !== null);
  useEffect(() => {
    void call<Methods>('GET', '/api/v1/session/methods').then(setMethods, () => setMethods({ password: true }));
  }, []);
  const oidc = methods?.oidc;
  return (
    <div className="stack">
      {loginError && <Note tone="bad" title="You could not be logged in">{TURNED_AWAY[loginError] ?? 'Something went wrong on the way. Try again.'}</Note>}
      {refused && key && <Note tone="warn" title="Your key is no longer accepted">Paste another one. What you were doing stays as it is.</Note>}
      {refused && !key && who && <Note tone="warn" title="Your session has ended">Log in again, {who.name}. What you were doing stays as it is.</Note>}
      {!byKey && oidc && <Button component="a" href={address(oidc)} onClick={session.leave}>Log in with your organisation</Button>}
      {byKey ? <ByKey /> : methods?.password !== false && <ByPassword email={!key && who ? who.name : ''} />}
      <Button variant="subtle" size="xs" onClick={() => setByKey(!byKey)}>{byKey ? 'Log in with e-mail and password' : 'Use an API key instead'}</Button>
    </div>
  );
}

export default function LoginForm() {
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} title={<strong>Log in to gosset</strong>} closeOnEscape={false} closeOnClickOutside={false}>
      <Form />
    </Modal>
  );
}

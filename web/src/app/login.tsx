// Asks for the key, on top of whatever page is open: an expired key loses nothing that was typed.
import { Button, Modal, PasswordInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, useSyncExternalStore, type FormEvent } from 'react';
import { ApiError, call, session } from '../api/client';
import { ErrorNote, Note } from '../parts/basic';

export function useSession(): { key: string | null; refused: boolean } {
  const state = useSyncExternalStore(session.subscribe, () => `${session.refused() ? 1 : 0}${session.key() ?? ''}`);
  return { refused: state[0] === '1', key: state.slice(1) || null };
}

export function Login() {
  const { key, refused } = useSession();
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    session.set(text.trim());
    try {
      await call('GET', '/api/v1/experiments', { query: { limit: 1 } });
      setText('');
      await client.invalidateQueries();
    } catch (cause) {
      const failure = cause as ApiError;
      if (failure.status === 401) session.refuse();
      else session.clear();
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal opened={!key || refused || busy} onClose={() => undefined} withCloseButton={false} title={<strong>Open gosset</strong>} closeOnEscape={false} closeOnClickOutside={false}>
      <form onSubmit={(event) => void submit(event)} className="stack">
        {refused && key && !error && (
          <Note tone="warn" title="Your key is no longer accepted">Paste another one. What you were doing stays as it is.</Note>
        )}
        <PasswordInput label="API key" description="gosset serve and gosset demo print an admin key when they start." value={text}
          onChange={(event) => setText(event.currentTarget.value)} autoComplete="off" data-autofocus required />
        {error && <ErrorNote error={error} title={error.status === 401 ? 'The server does not know this key' : undefined} />}
        <Button type="submit" loading={busy} disabled={!text.trim()}>Continue</Button>
        <div className="muted small">The key stays in this browser tab and is forgotten when the tab closes.</div>
      </form>
    </Modal>
  );
}

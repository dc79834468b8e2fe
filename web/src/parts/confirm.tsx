// A button whose deed cannot be taken back: it asks first, and shows what the server refused.
import { Button, Modal, type ButtonProps } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { ApiError } from '../api/client';
import type { RoleName } from '../api/session';
import { Act } from './act';
import { ErrorNote } from './basic';

export function Dialog({ title, opened, close, children, size }: { title: ReactNode; opened: boolean; close: () => void; children: ReactNode; size?: string }) {
  return (
    <Modal opened={opened} onClose={close} size={size} title={<strong>{title}</strong>} closeButtonProps={{ 'aria-label': 'Close' }}>
      {opened && children}
    </Modal>
  );
}

interface Props extends ButtonProps {
  need?: RoleName;
  /** The question, such as "Delete ann@example.org?". */
  title: string;
  /** What the button in the dialog says. */
  deed: string;
  /** Does it; a refusal is an ApiError. */
  run: () => Promise<unknown>;
  /** What follows from it. */
  text: ReactNode;
  'aria-label'?: string;
}

export function Confirm({ need = 'admin', title, deed, run, text, ...button }: Props) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  async function go() {
    setBusy(true);
    setError(null);
    try {
      await run();
      setOpen(false);
    } catch (cause) {
      setError(cause as ApiError);
    } finally {
      setBusy(false);
    }
  }
  return (
    <>
      <Act need={need} size="compact-xs" variant="subtle" color="gray" {...button} onClick={() => { setError(null); setOpen(true); }} />
      <Dialog title={title} opened={open} close={() => setOpen(false)}>
        <div className="stack">
          <div>{text}</div>
          <ErrorNote error={error} />
          <div className="row">
            <Button color="red.9" loading={busy} onClick={() => void go()}>{deed}</Button>
            <Button variant="default" data-autofocus onClick={() => setOpen(false)}>Cancel</Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}

/** Something that the server shows only this once. */
export function Once({ title, text, close }: { title: string; text: string; close: () => void }) {
  const [copied, setCopied] = useState(false);
  return (
    <div className="stack">
      <div className="note good-note" role="status">
        <div className="strong">{title}</div>
        <code className="mono wrap" data-testid="once">{text}</code>
      </div>
      <div className="row">
        <Button onClick={() => void navigator.clipboard?.writeText(text).then(() => setCopied(true))}>{copied ? 'Copied' : 'Copy'}</Button>
        <Button variant="default" onClick={close}>Done</Button>
      </div>
    </div>
  );
}

// What the caller may do: buttons that are off, with the reason.
import { Button, Tooltip, type ButtonProps } from '@mantine/core';
import { useSyncExternalStore, type MouseEventHandler } from 'react';
import { session, whyNot, type RoleName, type State, type Who } from '../api/session';

export function useSession(): State {
  return useSyncExternalStore(session.subscribe, session.state);
}

export function useWho(): Who | null {
  return useSession().who;
}

/** Why this person or key may not do what takes this role; null when they may. */
export function useWhyNot(role: RoleName): string | null {
  return whyNot(useWho(), role);
}

type ActProps = ButtonProps & {
  need?: RoleName;
  type?: 'button' | 'submit';
  onClick?: MouseEventHandler<HTMLButtonElement>;
  'aria-label'?: string;
  'aria-expanded'?: boolean;
  'data-advised'?: boolean;
};

/** A button for what takes a role: who has not got it sees why it does nothing. */
export function Act({ need = 'editor', ...props }: ActProps) {
  const why = useWhyNot(need);
  if (!why) return <Button {...props} />;
  return (
    <Tooltip label={why}>
      <Button {...props} type="button" loading={false} disabled={false} data-disabled aria-disabled title={why} onClick={(event) => event.preventDefault()} />
    </Tooltip>
  );
}

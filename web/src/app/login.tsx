// Asks who is there, on top of whatever page is open: a session or a key that ended loses nothing
// that was typed.
import { Suspense, lazy, useEffect } from 'react';
import { ApiError, call } from '../api/client';
import { session, type Caller, type MemberSession } from '../api/session';
import { useSession } from '../parts/act';

const LoginForm = lazy(() => import('./login-form'));

/** Finds out once who is there: by the key, or by a cookie that an earlier visit has left. */
export function useArrival(): void {
  const { key, who, asking } = useSession();
  const isMember = who?.kind === 'member';
  useEffect(() => {
    if (asking) void call<MemberSession>('GET', '/api/v1/session').then(session.setMember, (cause: ApiError) => (cause.status === 0 ? session.refuse() : session.clear()));
  }, [asking]);
  useEffect(() => {
    if (key || isMember) void call<Caller>('GET', '/api/v1/whoami').then(session.setCaller, () => undefined);
  }, [key, isMember]);
}

export function Login() {
  const { key, who, refused, asking } = useSession();
  const isOpen = !asking && (refused || (!key && !who));
  return isOpen ? <Suspense><LoginForm /></Suspense> : null;
}

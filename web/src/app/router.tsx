// Addresses live behind "#", so that one file served under any path prefix is the whole site.
import { useCallback, useSyncExternalStore, type AnchorHTMLAttributes, type ReactNode } from 'react';

export interface Place {
  path: string;
  query: URLSearchParams;
}

let guarded = false;
let ask: ((go: () => void) => void) | null = null;

/** While true, what is typed on the page would be lost by leaving it. */
export function guardLeaving(isGuarded: boolean): void {
  guarded = isGuarded;
}

/** The one who asks before a guarded page is left, and then goes or does not. */
export function askBeforeLeaving(asker: ((go: () => void) => void) | null): void {
  ask = asker;
}

/** Does what leaves the page: at once when nothing unsaved is on it, otherwise when the person says so. */
export function leave(go: () => void): void {
  if (!guarded || !ask) go();
  else
    ask(() => {
      guarded = false;
      go();
    });
}

function read(): string {
  const hash = location.hash.replace(/^#/, '');
  return hash.startsWith('/') ? hash : '/';
}

let current = read();

/** Reads the address again, when it was changed before anybody listened. */
export function readPlace(): void {
  current = read();
}

function subscribe(listener: () => void): () => void {
  const changed = () => {
    const next = read();
    const samePage = next.split('?')[0] === current.split('?')[0];
    if (!samePage && guarded) {
      history.pushState(null, '', `#${current}`);
      leave(() => navigate(next));
      return;
    }
    current = next;
    listener();
  };
  window.addEventListener('hashchange', changed);
  window.addEventListener('popstate', changed);
  return () => {
    window.removeEventListener('hashchange', changed);
    window.removeEventListener('popstate', changed);
  };
}

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (options.replace) history.replaceState(null, '', `#${to}`);
  else history.pushState(null, '', `#${to}`);
  window.dispatchEvent(new PopStateEvent('popstate'));
}

export function usePlace(): Place {
  const full = useSyncExternalStore(subscribe, () => current);
  const [path = '/', search = ''] = full.split('?');
  return { path, query: new URLSearchParams(search) };
}

/** One value kept in the address, such as a filter; the empty value leaves it out. */
export function useQueryValue(name: string, fallback = ''): [string, (value: string) => void] {
  const { query } = usePlace();
  const set = useCallback(
    (value: string) => {
      const [path = '/', search = ''] = current.split('?');
      const next = new URLSearchParams(search);
      if (value === '' || value === fallback) next.delete(name);
      else next.set(name, value);
      if (name !== 'cursor') next.delete('cursor');
      const text = next.toString();
      navigate(text ? `${path}?${text}` : path, { replace: true });
    },
    [name, fallback],
  );
  return [query.get(name) ?? fallback, set];
}

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & { to: string; children: ReactNode };

export function Link({ to, children, ...rest }: LinkProps) {
  return (
    <a href={`#${to}`} {...rest}>
      {children}
    </a>
  );
}

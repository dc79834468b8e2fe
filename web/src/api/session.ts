// Who works here: a key for this browser tab, or a person with a session of the server's. Pages
// learn what the caller may do; the server decides it.
export type RoleName = 'viewer' | 'editor' | 'approver' | 'admin';

export interface Who {
  kind: 'key' | 'member';
  name: string;
  /** What a key or a member may do, in the words of members. */
  role: RoleName | 'none';
  /** The word of the server: a role, or a key's scope. */
  word: string;
  environment: string;
}

const KEY = 'gosset-key';
const ENVIRONMENT = 'gosset-environment';
const RETURN = 'gosset-return';
/** Says that a cookie may be there, so that a first visit does not ask in vain. */
const LOGGED_IN = 'gosset-logged-in';
const ROLES: RoleName[] = ['viewer', 'editor', 'approver', 'admin'];
const ROLE_OF_SCOPE: Record<string, RoleName | 'none'> = { admin: 'admin', server: 'viewer', client: 'none' };

export interface State {
  key: string | null;
  csrf: string | null;
  who: Who | null;
  /** The server refused what is held now. */
  refused: boolean;
  /** Why an identity provider let nobody in: a code of the API's errors. */
  loginError: string | null;
  /** Of the server; null until it has said it. */
  version: string | null;
  /** A cookie may be there, and the server has not yet said whose. */
  asking: boolean;
}

const listeners = new Set<() => void>();
let state: State = {
  key: sessionStorage.getItem(KEY),
  csrf: null,
  who: null,
  refused: false,
  version: null,
  loginError: null,
  asking: !sessionStorage.getItem(KEY) && localStorage.getItem(LOGGED_IN) !== null,
};

function put(next: Partial<State>): void {
  state = { ...state, ...next };
  for (const listener of listeners) listener();
}

/** What GET /api/v1/session and /api/v1/whoami say, as pages need it. */
export interface MemberSession {
  member: { email: string; name?: string; role: RoleName };
  csrf: string;
  expires_at: string;
}
export interface Caller {
  kind: 'key' | 'member';
  name: string;
  scope?: string;
  role?: RoleName;
  environment: string;
  version: string;
}

export const session = {
  state: (): State => state,
  key: (): string | null => state.key,
  refused: (): boolean => state.refused,
  /** The environment that a member works in; a key has its own. */
  environment: (): string => state.who?.environment ?? sessionStorage.getItem(ENVIRONMENT) ?? 'production',
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  setKey(key: string): void {
    sessionStorage.setItem(KEY, key);
    put({ key, csrf: null, who: null, refused: false, asking: false, loginError: null });
  },
  setCaller(caller: Caller): void {
    const { version } = caller;
    const word = caller.scope ?? caller.role ?? '';
    if (!state.key) put({ version });
    else put({ version, who: { kind: caller.kind, name: caller.name, word, role: ROLE_OF_SCOPE[word] ?? 'none', environment: caller.environment } });
  },
  setMember({ member, csrf }: MemberSession): void {
    sessionStorage.removeItem(KEY);
    localStorage.setItem(LOGGED_IN, '1');
    const environment = sessionStorage.getItem(ENVIRONMENT) ?? 'production';
    put({ key: null, csrf, refused: false, asking: false, loginError: null, who: { kind: 'member', name: member.email, word: member.role, role: member.role, environment } });
  },
  chooseEnvironment(environment: string): void {
    sessionStorage.setItem(ENVIRONMENT, environment);
    if (state.who) put({ who: { ...state.who, environment } });
  },
  clear(): void {
    sessionStorage.removeItem(KEY);
    localStorage.removeItem(LOGGED_IN);
    put({ key: null, csrf: null, who: null, refused: false, asking: false });
  },
  /** Kept: who it was, so that what is on the page stays while they log in again. */
  refuse(): void {
    if (!state.refused) put({ refused: true, asking: false });
  },
  /** Remembers that the browser leaves to an identity provider, and from which page. */
  leave(): void {
    localStorage.setItem(LOGGED_IN, '1');
    sessionStorage.removeItem(KEY);
    sessionStorage.setItem(RETURN, location.hash);
  },
};

/**
 * Takes out of the address what is meant once: "#key=…", so that it stays neither there nor in the history, or why
 * an identity provider let nobody in. Then goes back to the page from which the browser left to the provider.
 */
export function takeFromAddress(): void {
  const key = /^#\/?key=([^&]+)/.exec(location.hash)?.[1];
  const loginError = /^#\/\?login_error=([A-Z_]+)$/.exec(location.hash)?.[1];
  const goTo = (hash: string) => history.replaceState(null, '', `${location.pathname}${location.search}${hash}`);
  const from = sessionStorage.getItem(RETURN) ?? '#/';
  sessionStorage.removeItem(RETURN);
  if (key) {
    session.setKey(decodeURIComponent(key));
    goTo('#/');
  } else if (loginError) {
    localStorage.removeItem(LOGGED_IN);
    put({ loginError, asking: false });
    goTo(from);
  } else if (location.hash.length <= 2) goTo(from);
}

/** Why the caller may not do what takes this role; null when they may, or when it is not known. */
export function whyNot(who: Who | null, role: RoleName): string | null {
  if (!who || ROLES.indexOf(role) <= ROLES.indexOf(who.role as RoleName)) return null;
  return who.kind === 'key' ? `A key of scope ${who.word} may not do this; it takes the scope admin.` : `You are ${who.word}; this takes the role ${role}.`;
}

// One way to the server: the key, errors as values of the API, and what to do when the key expired.
const KEY = 'gosset-key';

/** An answer that is not a success, as the API words it; status 0 is a network failure. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly pointer = '',
  ) {
    super(message);
  }
  get isStale(): boolean {
    return this.status === 409 && this.code === 'CONFLICT';
  }
  get isMissingRoute(): boolean {
    return this.status === 404 || this.status === 405 || this.status === 501;
  }
}

type Listener = () => void;
const listeners = new Set<Listener>();
let refused = false;

/** The key lives for the browser tab only. */
export const session = {
  key: (): string | null => sessionStorage.getItem(KEY),
  /** True when the server refused the key that is held now. */
  refused: (): boolean => refused,
  set(key: string): void {
    refused = false;
    sessionStorage.setItem(KEY, key);
    for (const listener of listeners) listener();
  },
  clear(): void {
    refused = false;
    sessionStorage.removeItem(KEY);
    for (const listener of listeners) listener();
  },
  refuse(): void {
    if (refused) return;
    refused = true;
    for (const listener of listeners) listener();
  },
  subscribe(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Takes a key out of "#key=…" once, so that it does not stay in the address or the history. */
export function takeKeyFromAddress(): void {
  const found = /^#\/?key=([^&]+)/.exec(location.hash);
  if (!found?.[1]) return;
  session.set(decodeURIComponent(found[1]));
  history.replaceState(null, '', `${location.pathname}${location.search}#/`);
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Call {
  query?: Query;
  body?: unknown;
  version?: number;
  signal?: AbortSignal;
}

const root = new URL('./', document.baseURI);

/** Address of something on the server, below whatever prefix the page itself was loaded from. */
export function address(path: string, query?: Query): string {
  const url = new URL(path.replace(/^\//, ''), root);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') url.searchParams.set(name, String(value));
  }
  return url.toString();
}

async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  try {
    const body = JSON.parse(text) as { code?: string; message?: string; pointer?: string };
    if (body.code)
      return new ApiError(response.status, body.code, body.message ?? body.code, body.pointer ?? '');
  } catch {
    // Not from gosset: a proxy's page, or nothing at all.
  }
  return new ApiError(response.status, `HTTP_${response.status}`, `The server answered ${response.status} ${response.statusText}.`);
}

function headersOf(call: Call): Headers {
  const headers = new Headers({ Accept: 'application/json' });
  const key = session.key();
  if (key) headers.set('Authorization', `Bearer ${key}`);
  if (call.body !== undefined) headers.set('Content-Type', 'application/json');
  if (call.version !== undefined) headers.set('If-Match', `"${call.version}"`);
  return headers;
}

/** Path from the server's root, such as "/api/v1/flags". Throws ApiError. */
export async function call<T>(method: string, path: string, options: Call = {}): Promise<T> {
  const timeout = AbortSignal.timeout(30_000);
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers: headersOf(options),
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
      credentials: 'same-origin',
      cache: 'no-store',
    });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    const why = timeout.aborted ? 'The server did not answer within 30 seconds.' : 'The server cannot be reached.';
    throw new ApiError(0, 'NETWORK', `${why} Nothing was lost here; try again.`);
  }
  if (response.status === 401) session.refuse();
  if (!response.ok) throw await errorOf(response);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

const v1 = (path: string): string => `/api/v1${path}`;

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
    call<T>('GET', v1(path), { query, signal }),
  post: <T>(path: string, body: unknown = {}, options: Call = {}): Promise<T> =>
    call<T>('POST', v1(path), { ...options, body }),
  patch: <T>(path: string, body: unknown, version?: number): Promise<T> =>
    call<T>('PATCH', v1(path), { body, version }),
  put: <T>(path: string, body: unknown, version?: number): Promise<T> =>
    call<T>('PUT', v1(path), { body, version }),
  remove: (path: string): Promise<void> => call<void>('DELETE', v1(path)),
};

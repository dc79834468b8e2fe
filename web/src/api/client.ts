// One way to the server: key or session, errors as values of the API, what to do when either has
// ended, and changes that wait for approval.
import { session, type MemberSession } from './session';

export { session } from './session';

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

/** What the server made of a change where changes wait for approval (202): it is kept, not done. */
export class Proposed extends ApiError {
  constructor(readonly proposal: { id: string; summary: string; environment: string }) {
    super(202, 'WAITS_FOR_APPROVAL', `${proposal.summary}: changes in ${proposal.environment} wait until somebody else approves them. Nothing is live yet.`);
  }
}

const proposedListeners = new Set<(proposed: Proposed) => void>();
/** Called for every change that has become a proposal. */
export function onProposed(listener: (proposed: Proposed) => void): () => void {
  proposedListeners.add(listener);
  return () => proposedListeners.delete(listener);
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Call {
  query?: Query;
  body?: unknown;
  version?: number;
  signal?: AbortSignal;
  /** Another environment than the one that the member works in. */
  environment?: string;
  /** A key to try, instead of what is held. */
  key?: string;
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

/** What was asked, as `data-from` says it beside the numbers of the answer: a test compares them. */
export function asked(path: string, query?: Query): string {
  return path + new URL(address(path, query)).search;
}

function errorFrom(response: { status: number; statusText: string }, text: string): ApiError {
  try {
    const body = JSON.parse(text) as { code?: string; message?: string; pointer?: string };
    if (body.code)
      return new ApiError(response.status, body.code, body.message ?? body.code, body.pointer ?? '');
  } catch {
    // Not from gosset: a proxy's page, or nothing at all.
  }
  return new ApiError(response.status, `HTTP_${response.status}`, `The server answered ${response.status} ${response.statusText}.`);
}

const errorOf = async (response: Response): Promise<ApiError> => errorFrom(response, await response.text().catch(() => ''));

function headersOf(call: Call): Headers {
  const headers = new Headers({ Accept: 'application/json' });
  const { csrf } = session.state();
  const key = call.key ?? session.key();
  if (key) headers.set('Authorization', `Bearer ${key}`);
  else headers.set('X-Gosset-Environment', call.environment ?? session.environment());
  if (!key && csrf) headers.set('X-Gosset-CSRF', csrf);
  if (call.body !== undefined) headers.set('Content-Type', 'application/json');
  if (call.version !== undefined) headers.set('If-Match', `"${call.version}"`);
  return headers;
}

async function send(method: string, path: string, options: Call): Promise<Response> {
  const timeout = AbortSignal.timeout(30_000);
  try {
    return await fetch(address(path, options.query), {
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
}

/** Whether another tab has logged in anew: its token holds from now on. */
async function takeNewToken(): Promise<boolean> {
  const { csrf } = session.state();
  const response = await send('GET', '/api/v1/session', {}).catch(() => null);
  if (!response?.ok) return false;
  const found = (await response.json()) as MemberSession;
  if (found.csrf === csrf) return false;
  session.setMember(found);
  return true;
}

/** Path from the server's root, such as "/api/v1/flags". Throws ApiError, or Proposed. */
export async function call<T>(method: string, path: string, options: Call = {}): Promise<T> {
  let response = await send(method, path, options);
  if (response.status === 403 && method !== 'GET' && session.state().csrf && (await takeNewToken())) response = await send(method, path, options);
  if (response.status === 401 && !options.key && path !== '/api/v1/session') session.refuse();
  if (!response.ok) throw await errorOf(response);
  if (response.status === 204) return undefined as T;
  const text = await response.text().catch((cause: Error) => {
    if (options.signal?.aborted) throw cause;
    throw new ApiError(0, 'NETWORK', 'The answer of the server broke off. Nothing was lost here; try again.');
  });
  return bodyOf<T>(response.status, response.headers.get('Location'), text);
}

/** What a proxy, a hotel or another program at this address says is no answer of gosset. */
function parse(status: number, text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    throw new ApiError(status, 'NOT_GOSSET', 'What answered is not gosset: something between this browser and the server, such as a proxy or a login page, sent a page of its own.');
  }
}

/** The body of a success; a change that became a proposal is thrown. */
function bodyOf<T>(status: number, location: string | null, text: string): T {
  const body = parse(status, text) as T;
  if (status === 202 && location?.includes('/proposals/')) {
    const proposed = new Proposed(body as { id: string; summary: string; environment: string });
    for (const listener of proposedListeners) listener(proposed);
    throw proposed;
  }
  return body;
}

/** Sends a file, however large, saying how much of it has gone; fetch cannot tell. No limit of time. */
export function upload<T>(method: string, path: string, file: Blob, options: Call & { onSent: (bytes: number) => void }): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open(method, address(v1(path), options.query));
    headersOf(options).forEach((value, name) => request.setRequestHeader(name, value));
    request.setRequestHeader('Content-Type', 'text/plain');
    request.upload.onprogress = (event) => options.onSent(event.loaded);
    request.onabort = () => reject(options.signal?.reason ?? new DOMException('stopped', 'AbortError'));
    request.onerror = () => reject(new ApiError(0, 'NETWORK', 'The server cannot be reached, or has refused the file before its end. Nothing has changed.'));
    request.onloadend = () => options.signal?.removeEventListener('abort', abort);
    request.onload = () => {
      if (request.status === 401) session.refuse();
      try {
        if (request.status < 200 || request.status > 299) throw errorFrom(request, request.responseText);
        resolve(bodyOf<T>(request.status, request.getResponseHeader('Location'), request.responseText));
      } catch (cause) {
        reject(cause as Error);
      }
    };
    options.signal?.addEventListener('abort', abort);
    request.send(file);
  });
}

/** Something that is no JSON, such as a list of ids. */
export async function readText(path: string, query?: Query, accept = 'text/plain'): Promise<Blob> {
  const headers = headersOf({});
  headers.set('Accept', accept);
  const response = await fetch(address(v1(path), query), { headers, credentials: 'same-origin', cache: 'no-store' });
  if (!response.ok) throw await errorOf(response);
  return response.blob();
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
  remove: (path: string, query?: Query): Promise<void> => call<void>('DELETE', v1(path), { query }),
};

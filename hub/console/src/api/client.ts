// Every call to the hub: typed by its own contract, with the session's CSRF token and an Idempotency-Key where it changes something.
// A call that fails throws HubError, whatever failed.
import createClient, { type Middleware } from 'openapi-fetch';
import { hubClock } from '../lib/clock';
import { HubError, noAnswer, problemOf } from './problem';
import type { paths } from './schema';

let csrfToken: string | null = null;
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

let onSessionEnded: () => void = () => {};
export function whenSessionEnds(listener: () => void): void {
  onSessionEnded = listener;
}

/** 128 random bits. Not crypto.randomUUID: that is missing where the page comes over plain HTTP. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const middleware: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      if (csrfToken) request.headers.set('X-CSRF-Token', csrfToken);
      if (request.method === 'POST' && !request.headers.has('Idempotency-Key')) request.headers.set('Idempotency-Key', newKey());
    }
    return request;
  },
  async onResponse({ response, schemaPath }) {
    const date = response.headers.get('Date');
    if (date) hubClock.saw(Date.parse(date));
    if (response.ok) return response;
    const error = problemOf(response.status, await response.text(), response.headers.get('X-Correlation-Id'), response.headers.get('Retry-After'));
    if (response.status === 401 && schemaPath !== '/v1/session') onSessionEnded();
    throw error;
  },
  onError({ error }) {
    if (error instanceof HubError) return error;
    if (error instanceof DOMException && error.name === 'AbortError') return error;
    return noAnswer();
  },
};

export const api = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin', fetch: (request) => fetch(request) });
api.use(middleware);

export interface Params {
  path?: Record<string, string | number>;
  /** A list is sent as its name once for each value. */
  query?: Record<string, string | number | boolean | readonly string[] | null | undefined>;
}
interface Deed extends Params {
  body?: unknown;
  /** One key per intention: a try that is repeated after a lost answer takes the same one. */
  key?: string;
  /** ETag that the change was made on; 412 when somebody else was faster. */
  ifMatch?: string;
}

/** What openapi-fetch's types say of one path is more than a caller with a variable path can tell; the answer's type is the caller's. */
type AnyCall = (method: string, path: string, init: Record<string, unknown>) => Promise<{ data?: unknown; response: Response }>;
const request = api.request as unknown as AnyCall;

function clean(params: Params): Params {
  const query = Object.fromEntries(Object.entries(params.query ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== ''));
  return { path: params.path ?? {}, query: query as Params['query'] };
}

export async function read<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<{ data: T; etag: string | null }> {
  const { data, response } = await request('get', path, { params: clean(params), signal });
  return { data: data as T, etag: response.headers.get('ETag') };
}

/** An answer that is no JSON: a runbook's text. */
export async function readText(path: string, params: Params = {}, signal?: AbortSignal): Promise<string> {
  const { data } = await request('get', path, { params: clean(params), signal, parseAs: 'text' });
  return String(data ?? '');
}

export async function send<T>(method: 'post' | 'put' | 'delete', path: string, deed: Deed = {}): Promise<T> {
  const headers: Record<string, string> = {};
  if (deed.key) headers['Idempotency-Key'] = deed.key;
  if (deed.ifMatch) headers['If-Match'] = deed.ifMatch;
  const { data } = await request(method, path, { params: clean(deed), body: deed.body, headers });
  return data as T;
}

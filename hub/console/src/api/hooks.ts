// How a page reads and changes things: useGet for what the contract types, usePending for what it will, useDeed for changes.
import { keepPreviousData, useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { hubClock } from '../lib/clock';
import { epochMs } from '../lib/time';
import { usePeriod } from '../live/link';
import { t } from '../strings/en';
import { announce } from '../ui/announce';
import { newKey, read, type Params } from './client';
import { readEvery } from './periodic';
import type { HubError } from './problem';
import type { Answer, GetPath } from './types';

export interface ReadOptions {
  /** How old the answer may become while the live stream is down, in seconds; 15 where nothing is said. false: it never changes. */
  pollS?: number | false;
  /** How often it is read again while the stream lives. Most pages say nothing: the stream tells them. */
  livePollS?: number;
  enabled?: boolean;
  /** Keep the last figures while others are read (another page of a list, another filter). */
  keep?: boolean;
}

export type Read<T> = UseQueryResult<T, HubError> & { asOfMs: number | null; key: readonly unknown[] };

export function readKey(path: string, params: Params = {}): readonly [string, Record<string, unknown>, Record<string, unknown>] {
  const query = Object.fromEntries(Object.entries(params.query ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== ''));
  return [path, params.path ?? {}, query];
}

/** The instant at which the hub read this answer, or at which we got it where it says none. */
function asOf(data: unknown, receivedMs: number): number | null {
  const said = typeof data === 'object' && data !== null && 'as_of' in data ? epochMs(data.as_of as string) : null;
  if (said !== null) return said;
  return receivedMs > 0 ? hubClock.now(receivedMs) : null;
}

function useReadEvery(key: readonly unknown[], periodMs: number | false): void {
  const client = useQueryClient();
  useEffect(() => (periodMs ? readEvery(client, key, periodMs) : undefined), [client, JSON.stringify(key), periodMs]);
}

export function usePending<T>(path: string, params: Params = {}, options: ReadOptions = {}): Read<T> {
  const interval = usePeriod(options.pollS ?? 15, options.livePollS);
  const key = readKey(path, params);
  const result = useQuery<T, HubError>({
    queryKey: key,
    queryFn: async ({ signal }) => (await read<T>(path, params, signal)).data,
    enabled: options.enabled ?? true,
    placeholderData: options.keep ? keepPreviousData : undefined,
  });
  useReadEvery(key, interval);
  return { ...result, key, asOfMs: asOf(result.data, result.dataUpdatedAt) };
}

export function useGet<P extends GetPath>(path: P, params: Params = {}, options: ReadOptions = {}): Read<Answer<P>> {
  return usePending<Answer<P>>(path, params, options);
}

/** An object together with its ETag, for a later change with If-Match. */
export function useTagged<T>(path: string, params: Params = {}, options: ReadOptions = {}): Read<{ data: T; etag: string | null }> {
  const interval = usePeriod(options.pollS ?? 15, options.livePollS);
  const key = [...readKey(path, params), 'tagged'];
  const result = useQuery<{ data: T; etag: string | null }, HubError>({
    queryKey: key,
    queryFn: ({ signal }) => read<T>(path, params, signal),
    enabled: options.enabled ?? true,
  });
  useReadEvery(key, interval);
  return { ...result, key, asOfMs: asOf(result.data?.data, result.dataUpdatedAt) };
}

export interface DeedOptions<Variables, Result> {
  /** What is said when it is done: "412 postings retried". */
  done?: string | ((result: Result, variables: Variables) => string);
  /** Paths whose answers it changed; they are read again. */
  changes?: readonly string[];
  onDone?: (result: Result, variables: Variables) => void;
  /** Failures that the page shows in its own way, a clash of versions for one; they are not announced. */
  shows?: (error: HubError) => boolean;
}

/**
 * A change. `deed` gets the Idempotency-Key to send: the same one when the reader tries again after a failure, so that a lost answer
 * never makes it happen twice.
 */
export function useDeed<Variables, Result = unknown>(deed: (variables: Variables, key: string) => Promise<Result>, options: DeedOptions<Variables, Result> = {}) {
  const client = useQueryClient();
  const attempt = useRef<{ about: string; key: string } | null>(null);
  return useMutation<Result, HubError, Variables>({
    mutationFn: (variables) => {
      const about = JSON.stringify(variables) ?? '';
      if (attempt.current?.about !== about) attempt.current = { about, key: newKey() };
      return deed(variables, attempt.current.key);
    },
    onSuccess: (result, variables) => {
      attempt.current = null;
      for (const path of options.changes ?? []) void client.invalidateQueries({ queryKey: [path] });
      const text = typeof options.done === 'function' ? options.done(result, variables) : options.done;
      if (text) announce(text, 'good');
      options.onDone?.(result, variables);
    },
    onError: (error) => {
      // The hub has decided against it: the next try is a new intention.
      if (error.status >= 400 && error.status < 500 && error.status !== 409) attempt.current = null;
      if (!options.shows?.(error)) announce(t.deed.failed(error.title, error.detail), 'failed');
    },
  });
}

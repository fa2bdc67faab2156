import { QueryClient, QueryObserver, focusManager } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readEvery } from '../src/api/periodic';

const KEY = ['/v1/agents/{id}', { id: 'a_1' }, {}];

describe('an answer that is read again every so often', () => {
  let client: QueryClient;
  let reads: number;
  let leave: () => void;
  beforeEach(() => {
    vi.useFakeTimers();
    client = new QueryClient();
    reads = 0;
    leave = new QueryObserver(client, { queryKey: KEY, queryFn: async () => ({ read: ++reads }) }).subscribe(() => undefined);
  });
  afterEach(() => {
    leave();
    client.clear();
    focusManager.setFocused(undefined);
    vi.useRealTimers();
  });

  it('is read also when the stream changes it more often than that', async () => {
    const stop = readEvery(client, KEY, 30_000);
    for (let second = 0; second < 61; second += 5) {
      await vi.advanceTimersByTimeAsync(5_000);
      client.setQueryData(KEY, (answer: object | undefined) => ({ ...answer, heard: second }));
    }
    expect(reads).toBe(3);
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reads).toBe(3);
  });

  it('is left alone while the page is hidden or gone', async () => {
    const stop = readEvery(client, KEY, 10_000);
    await vi.advanceTimersByTimeAsync(1);
    focusManager.setFocused(false);
    await vi.advanceTimersByTimeAsync(25_000);
    expect(reads).toBe(1);
    focusManager.setFocused(true);
    leave();
    await vi.advanceTimersByTimeAsync(25_000);
    expect(reads).toBe(1);
    stop();
  });
});

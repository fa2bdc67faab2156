// What tabs of one browser tell each other about the one stream that one of them holds. Pure.
export const TOPICS = ['hello', 'overview', 'agents', 'counts', 'connectors', 'alerts', 'operations', 'rollouts'] as const;
export type Topic = (typeof TOPICS)[number];

export type TabMessage =
  | { kind: 'event'; topic: Topic; data: unknown }
  | { kind: 'state'; live: boolean; sinceMs: number | null }
  | { kind: 'ask' };  // a new tab wants to know how things stand

export interface LinkState {
  live: boolean;
  /** When the last word came, for "Not live since 08:12"; null before the first. */
  sinceMs: number | null;
}

/** Seconds without any event, pings included, after which the stream is taken for dead. The hub pings every 15 s. */
export const SILENCE_S = 40;
export const POLL_S = 15;
/** Wait before the stream is opened again, in seconds: soon at first, then as often as pages poll. */
export function reopenAfterS(failures: number): number {
  return Math.min(POLL_S, 2 ** Math.min(failures, 10));
}

/** Topics whose latest event says all there is; a tab that comes later gets them again. "agents" only says what changed. */
export const WHOLE_TOPICS: readonly Topic[] = ['hello', 'overview', 'counts', 'connectors', 'alerts', 'operations', 'rollouts'];

export function parseData(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

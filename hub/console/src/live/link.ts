// The live stream, one per browser: the tab that holds the Web Lock opens it and passes each event on by BroadcastChannel; when that
// tab goes, the lock and the stream go to another one. Where there are no locks (plain HTTP to another machine) each tab has its own.
import { useSyncExternalStore } from 'react';
import { POLL_S, parseData, reopenAfterS, SILENCE_S, TOPICS, WHOLE_TOPICS, type LinkState, type TabMessage, type Topic } from './protocol';

type Listener = (data: unknown) => void;

const LOCK = 'tillsync-stream';
const CHANNEL = 'tillsync-live';

class Link {
  state: LinkState = { live: false, sinceMs: null };
  private readonly watchers = new Set<() => void>();
  private readonly listeners = new Map<Topic, Set<Listener>>();
  private readonly latest = new Map<Topic, unknown>();
  private channel: BroadcastChannel | null = null;
  private source: EventSource | null = null;
  private stopped = true;
  private leads = false;
  private failures = 0;
  private silence: number | undefined;
  private reopening: number | undefined;
  private releaseLock: (() => void) | null = null;

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    if (typeof BroadcastChannel !== 'undefined' && 'locks' in navigator) {
      this.channel = new BroadcastChannel(CHANNEL);
      this.channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.hear(data);
      this.tell({ kind: 'ask' });
      void navigator.locks.request(LOCK, () => new Promise<void>((resolve) => {
        if (this.stopped) return resolve();
        this.releaseLock = resolve;
        this.lead();
      }));
    } else {
      this.lead();
    }
  }

  stop(): void {
    this.stopped = true;
    this.leads = false;
    this.close();
    window.clearTimeout(this.reopening);
    this.releaseLock?.();
    this.releaseLock = null;
    this.channel?.close();
    this.channel = null;
    this.latest.clear();
    this.setState({ live: false, sinceMs: null });
  }

  on(topic: Topic, listener: Listener): () => void {
    let set = this.listeners.get(topic);
    if (!set) this.listeners.set(topic, (set = new Set()));
    set.add(listener);
    if (this.latest.has(topic)) listener(this.latest.get(topic));
    return () => set.delete(listener);
  }

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  private lead(): void {
    this.leads = true;
    this.open();
  }

  private open(): void {
    this.close();
    if (this.stopped) return;
    const source = new EventSource('/v1/stream');
    this.source = source;
    for (const topic of TOPICS) {
      source.addEventListener(topic, (event) => {
        this.alive();
        const data = parseData((event as MessageEvent<string>).data);
        if (data === undefined) return;
        this.deliver(topic, data);
        this.tell({ kind: 'event', topic, data });
      });
    }
    source.addEventListener('ping', () => this.alive());
    source.onerror = () => this.lost();
    this.watchSilence();
  }

  private alive(): void {
    this.failures = 0;
    this.setState({ live: true, sinceMs: Date.now() });
    this.tell({ kind: 'state', ...this.state });
    this.watchSilence();
  }

  private watchSilence(): void {
    window.clearTimeout(this.silence);
    this.silence = window.setTimeout(() => this.lost(), SILENCE_S * 1000);
  }

  private lost(): void {
    this.close();
    this.setState({ live: false, sinceMs: this.state.sinceMs });
    this.tell({ kind: 'state', ...this.state });
    if (this.stopped || !this.leads) return;
    // Opened by hand rather than by EventSource itself, which gives up for good on an answer other than 200.
    window.clearTimeout(this.reopening);
    this.reopening = window.setTimeout(() => this.open(), reopenAfterS(this.failures++) * 1000);
  }

  private close(): void {
    window.clearTimeout(this.silence);
    this.source?.close();
    this.source = null;
  }

  private hear(message: TabMessage): void {
    if (message.kind === 'event') {
      this.deliver(message.topic, message.data);
    } else if (message.kind === 'state') {
      if (!this.leads) this.setState({ live: message.live, sinceMs: message.sinceMs });
    } else if (this.leads) {
      for (const topic of WHOLE_TOPICS) if (this.latest.has(topic)) this.tell({ kind: 'event', topic, data: this.latest.get(topic) });
      this.tell({ kind: 'state', ...this.state });
    }
  }

  private deliver(topic: Topic, data: unknown): void {
    if (WHOLE_TOPICS.includes(topic)) this.latest.set(topic, data);
    for (const listener of this.listeners.get(topic) ?? []) listener(data);
  }

  private tell(message: TabMessage): void {
    this.channel?.postMessage(message);
  }

  private setState(state: LinkState): void {
    if (state.live === this.state.live && state.sinceMs === this.state.sinceMs) return;
    this.state = state;
    for (const watcher of this.watchers) watcher();
  }
}

export const link = new Link();

export function useLinkState(): LinkState {
  return useSyncExternalStore(link.watch, () => link.state);
}

const liveNow = (): boolean => link.state.live;

/** How often an answer is read again, in ms: every `pollS` while the stream is down, else only where the page asks for it. */
export function usePeriod(pollS: number | false = POLL_S, livePollS?: number): number | false {
  const live = useSyncExternalStore(link.watch, liveNow);
  if (pollS === false) return false;
  if (!live) return pollS * 1000;
  return livePollS ? livePollS * 1000 : false;
}

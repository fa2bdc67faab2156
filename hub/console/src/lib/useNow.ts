// One clock tick a second for all that shows an age.
import { useSyncExternalStore } from 'react';
import { hubClock } from './clock';

const watchers = new Set<() => void>();
let now = hubClock.now();
let timer: number | undefined;

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  if (timer === undefined) {
    now = hubClock.now();
    timer = window.setInterval(() => {
      now = hubClock.now();
      for (const one of watchers) one();
    }, 1000);
  }
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) {
      window.clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The hub's time in ms, new every second. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => now);
}

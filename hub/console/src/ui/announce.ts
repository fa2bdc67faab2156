// Short words about what happened, said in a live region and shown for a while. ui/Announcements.tsx shows them.
import type { RoleName } from '../lib/words';

export interface Announcement { id: number; text: string; role: RoleName }

let all: readonly Announcement[] = [];
let nextId = 1;
const watchers = new Set<() => void>();
const SHOWN_MS = 8_000;

function set(next: readonly Announcement[]): void {
  all = next;
  for (const watcher of watchers) watcher();
}

export function announce(text: string, role: RoleName = 'idle'): void {
  const id = nextId++;
  set([...all.slice(-2), { id, text, role }]);
  // A failure stays until it is put away: nobody must read faster than he can.
  if (role !== 'failed') window.setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  set(all.filter((one) => one.id !== id));
}

export const announcements = {
  watch: (watcher: () => void): (() => void) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  },
  now: (): readonly Announcement[] => all,
};

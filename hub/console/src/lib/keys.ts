// One-letter keys as CONSOLE rule 11 has them; they can be switched off (WCAG 2.1.4) and never act while somebody types.
import { useEffect, useRef, useSyncExternalStore } from 'react';

const STORED = 'tillsync.keys';
const watchers = new Set<() => void>();
let off = readOff();

function readOff(): boolean {
  try {
    return localStorage.getItem(STORED) === 'off';
  } catch {
    return false;
  }
}

export function setKeysOff(value: boolean): void {
  off = value;
  try {
    localStorage.setItem(STORED, value ? 'off' : 'on');
  } catch {
    // A browser that stores nothing forgets the choice with the page.
  }
  for (const watcher of watchers) watcher();
}

export function useKeysOff(): boolean {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, () => off);
}

/** Pure: whether a key press there belongs to a field or to a dialog rather than to the page. */
export function isTyping(target: { tagName?: string; isContentEditable?: boolean; type?: string } | null, inDialog: boolean): boolean {
  if (inDialog) return true;
  if (!target) return false;
  if (target.isContentEditable) return true;
  const tag = target.tagName ?? '';
  if (tag === 'INPUT') return !['checkbox', 'radio', 'button', 'submit'].includes(target.type ?? 'text');
  return tag === 'TEXTAREA' || tag === 'SELECT';
}

/** Keys by their name ("j", "?", "Escape"); the last one that mounted and has the key gets it. */
export type KeyMap = Record<string, (event: KeyboardEvent) => void>;
const stack: { current: KeyMap }[] = [];

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target instanceof HTMLElement ? event.target : null;
  const inDialog = target?.closest('[role="dialog"], [role="menu"], [role="listbox"]') != null;
  if (isTyping(target as HTMLInputElement | null, inDialog)) return;
  if (off && event.key !== 'Escape' && event.key !== 'Enter') return;
  for (let i = stack.length - 1; i >= 0; i--) {
    const handler = stack[i]?.current[event.key];
    if (handler) {
      handler(event);
      return;
    }
  }
}

export function useKeys(keys: KeyMap): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    if (stack.length === 0) window.addEventListener('keydown', onKeyDown);
    stack.push(current);
    return () => {
      stack.splice(stack.indexOf(current), 1);
      if (stack.length === 0) window.removeEventListener('keydown', onKeyDown);
    };
  }, []);
}

// Waves of a roll-out in figures and words. Pure.
import type { Wave } from '../../api/types';
import { t } from '../../strings/en';

export interface Sums { total: number; done: number; failed: number; left: number }

/** Waves take agents that no wave before them took, so their figures add up. */
export function sums(waves: readonly Pick<Wave, 'total' | 'done' | 'failed' | 'left'>[]): Sums {
  return waves.reduce((sum, wave) => ({ total: sum.total + wave.total, done: sum.done + wave.done, failed: sum.failed + wave.failed, left: sum.left + wave.left }), { total: 0, done: 0, failed: 0, left: 0 });
}

export function selectorText(selector: Wave['selector']): string {
  if (selector.group !== undefined) return t.rollouts.sel.group(selector.group);
  if (selector.share_percent !== undefined) return t.rollouts.sel.share(selector.share_percent);
  return t.rollouts.sel.all;
}

export type WaveDraft = { kind: 'group'; group: string } | { kind: 'share'; percent: number } | { kind: 'all' };

/** As the hub wants it; null while something is missing. */
export function selectorOf(draft: WaveDraft): Wave['selector'] | null {
  if (draft.kind === 'group') return draft.group.trim() ? { group: draft.group.trim() } : null;
  if (draft.kind === 'share') return draft.percent >= 1 && draft.percent <= 100 ? { share_percent: draft.percent } : null;
  return { all: true };
}

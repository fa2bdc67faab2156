// What a trace's milestones tell together. Pure.
import { epochMs } from './time';

interface Step { name: string; pos_time: string | null; hub_time: string | null; ref: { kind: string; id: string } | null }

/** Seconds by which a clock may be off before times are marked; the hub raises an exception at a minute. */
export const SKEW_S = 2;
export function isSkewed(skewS: number): boolean {
  return Math.abs(skewS) >= SKEW_S;
}

/** From the first arrival at the hub's own clock (or before it, the POS's) to the newest milestone, in seconds. */
export function spanS(steps: readonly Step[]): number | null {
  const times = steps.map((step) => epochMs(step.hub_time)).filter((ms) => ms !== null);
  const first = epochMs(steps[0]?.hub_time ?? steps[0]?.pos_time);
  if (first === null || times.length === 0) return null;
  return Math.max(0, Math.max(...times) - first) / 1000;
}

/** The exception that still waits for somebody: raised, and neither resolved nor dismissed since. */
export function openException(steps: readonly Step[]): string | null {
  const open = new Map<string, boolean>();
  for (const { name, ref } of steps) {
    if (ref?.kind !== 'exception') continue;
    if (name === 'exception_raised') open.set(ref.id, true);
    if (name === 'exception_resolved' || name === 'exception_dismissed') open.set(ref.id, false);
  }
  for (const [id, isOpen] of open) if (isOpen) return id;
  return null;
}

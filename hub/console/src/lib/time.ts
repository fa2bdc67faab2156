// Instants as people read them, in the store's zone or in UTC, with the zone printed. Pure.
export type TzChoice = 'store' | 'utc';

export function parseTz(text: string | null | undefined): TzChoice {
  return text === 'utc' ? 'utc' : 'store';
}

const formatters = new Map<string, Intl.DateTimeFormat>();
function formatter(zone: string): Intl.DateTimeFormat {
  let made = formatters.get(zone);
  if (!made) {
    const options: Intl.DateTimeFormatOptions = {
      year: 'numeric', month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZoneName: 'short',
    };
    try {
      made = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
    } catch {
      made = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });  // a zone that this browser does not know
    }
    formatters.set(zone, made);
  }
  return made;
}

interface Parts { day: string; month: string; year: string; hour: string; minute: string; second: string; zone: string }
function parts(epochMs: number, zone: string): Parts {
  const found: Record<string, string> = {};
  for (const { type, value } of formatter(zone).formatToParts(epochMs)) found[type] = value;
  return {
    day: found.day ?? '', month: found.month ?? '', year: found.year ?? '', hour: found.hour ?? '', minute: found.minute ?? '', second: found.second ?? '',
    zone: found.timeZoneName ?? zone,
  };
}

/** The hub's RFC 3339 text as milliseconds; null for none or nonsense. */
export function epochMs(instant: string | null | undefined): number | null {
  if (!instant) return null;
  const ms = Date.parse(instant);
  return Number.isNaN(ms) ? null : ms;
}

/** "28 Nov 08:12:40 GMT"; the year only when it is not the one of `nowMs`. */
export function instantText(ms: number, zone: string, nowMs: number): string {
  const p = parts(ms, zone);
  const year = p.year === parts(nowMs, zone).year ? '' : ` ${p.year}`;
  return `${p.day} ${p.month}${year} ${p.hour}:${p.minute}:${p.second} ${p.zone}`;
}

/** "08:12" of today, "27 Nov 08:12" of another day. */
export function shortText(ms: number, zone: string, nowMs: number): string {
  const p = parts(ms, zone);
  const today = parts(nowMs, zone);
  const time = `${p.hour}:${p.minute}`;
  if (p.day === today.day && p.month === today.month && p.year === today.year) return time;
  return `${p.day} ${p.month}${p.year === today.year ? '' : ` ${p.year}`} ${time}`;
}

export function zoneLabel(ms: number, zone: string): string {
  return parts(ms, zone).zone;
}

/** Business dates never convert: "2026-11-27" → "27 Nov 2026". */
export function businessDate(date: string | null | undefined): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date ?? '');
  if (!match) return date ?? '–';
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  return `${match[3]} ${months[Number(match[2]) - 1] ?? match[2]} ${match[1]}`;
}

/** Seconds from then to now, never negative. */
export function ageS(thenMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - thenMs) / 1000));
}

/** A figure is grey past twice the period in which it should have been read again. */
export function isStale(asOfMs: number, nowMs: number, periodS: number): boolean {
  return nowMs - asOfMs > periodS * 2000;
}

// The time that charts and key figures show: chosen in the URL by from and to, else the last 24 hours in whole steps. Pure.
export interface Period { from: string; to: string; isChosen: boolean; spanS: number }

const STEP_S = 300;  // an open end moves in steps, so that a chart is asked for again every five minutes and not every second
export const DAY_S = 86_400;

function iso(epochS: number): string {
  return new Date(epochS * 1000).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** from: an instant, or a span to the present: "7d", "24h". Anything else counts as not given. */
export function periodOf(from: string | undefined, to: string | undefined, nowMs: number): Period {
  const nowS = Math.ceil(nowMs / 1000 / STEP_S) * STEP_S;
  const span = /^(\d{1,3})([dh])$/.exec(from ?? '');
  if (span) {
    const spanS = Number(span[1]) * (span[2] === 'd' ? DAY_S : 3600);
    if (spanS > 0) return { from: iso(nowS - spanS), to: iso(nowS), isChosen: false, spanS };
  }
  const fromMs = Date.parse(from ?? '');
  const toMs = Date.parse(to ?? '');
  if (!Number.isNaN(fromMs) && !Number.isNaN(toMs) && toMs > fromMs) return { from: iso(fromMs / 1000), to: iso(toMs / 1000), isChosen: true, spanS: (toMs - fromMs) / 1000 };
  return { from: iso(nowS - DAY_S), to: iso(nowS), isChosen: false, spanS: DAY_S };
}

/** For <input type="datetime-local">, which knows no zone: the wall clock of `zone`. */
export function localInput(epochMs: number, zone: string): string {
  const found: Record<string, string> = {};
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  for (const { type, value } of format.formatToParts(epochMs)) found[type] = value;
  return `${found.year}-${found.month}-${found.day}T${found.hour}:${found.minute}`;
}

/** Back from that wall clock; null for what is no time. In the hour that a clock is turned back the earlier one counts. */
export function fromLocalInput(text: string, zone: string): number | null {
  const asUtc = Date.parse(`${text}Z`);
  if (Number.isNaN(asUtc)) return null;
  // Two rounds settle the offset, except within the hour of a change, where either is right.
  let guess = asUtc;
  for (let i = 0; i < 2; i++) guess += asUtc - Date.parse(`${localInput(guess, zone)}Z`);
  return guess;
}

// Figures as people read them. Pure; one locale, so that a screenshot sent by a colleague reads the same everywhere.
const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });
const twoDigits = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const ABSENT = '–';

export function count(value: number | null | undefined): string {
  return value == null ? ABSENT : whole.format(value);
}

/** Counts end where the hub stops counting: "10,000+". */
export function total(value: number | null | undefined, isExact = true): string {
  return value == null ? ABSENT : whole.format(value) + (isExact ? '' : '+');
}

/** A span in its largest fitting unit: "41 min", "2 h", "3 d". Seconds in, negative ones too. */
export function duration(seconds: number | null | undefined): string {
  if (seconds == null) return ABSENT;
  const sign = seconds < 0 ? '−' : '';
  const s = Math.abs(seconds);
  if (s < 60) return `${sign}${whole.format(Math.floor(s))} s`;
  if (s < 3600) return `${sign}${whole.format(Math.floor(s / 60))} min`;
  if (s < 48 * 3600) return `${sign}${whole.format(Math.floor(s / 3600))} h`;
  return `${sign}${whole.format(Math.floor(s / 86400))} d`;
}

export function minutes(seconds: number | null | undefined): string {
  return seconds == null ? ABSENT : `${whole.format(Math.floor(seconds / 60))} min`;
}

/** Clock skew: "+1.2 s". */
export function skew(milliseconds: number | null | undefined): string {
  if (milliseconds == null) return ABSENT;
  const s = milliseconds / 1000;
  const sign = s > 0 ? '+' : s < 0 ? '−' : '';
  return `${sign}${oneDigit.format(Math.abs(s))} s`;
}

export function gib(bytes: number | null | undefined): string {
  return bytes == null ? ABSENT : `${oneDigit.format(bytes / 1024 ** 3)} GiB`;
}

/** Decimals come as text and stay exact: "9310.5" → "9,310.50". Never through a float. */
export function decimal(text: string | null | undefined, digitsMin = 0): string {
  if (text == null || text === '') return ABSENT;
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return text;
  const [, sign, integer = '0', fraction = ''] = match;
  const grouped = integer.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  const padded = fraction.padEnd(digitsMin, '0');
  return `${sign ? '−' : ''}${grouped}${padded ? `.${padded}` : ''}`;
}

export function money(amount: string | null | undefined, currency: string | null | undefined): string {
  if (amount == null) return ABSENT;
  return `${currency ? `${currency} ` : ''}${decimal(amount, 2)}`;
}

/** {"GBP":"9310.00","EUR":"12"} → "EUR 12.00, GBP 9,310.00": currencies are never added up. */
export function worth(perCurrency: Record<string, string> | null | undefined): string {
  if (!perCurrency) return ABSENT;
  const parts = Object.keys(perCurrency).sort().map((currency) => money(perCurrency[currency], currency));
  return parts.length === 0 ? ABSENT : parts.join(', ');
}

export function percent(value: number | null | undefined): string {
  return value == null ? ABSENT : `${oneDigit.format(value)} %`;
}

export function figure(value: number | null | undefined, unit: string): string {
  if (value == null) return ABSENT;
  const text = Number.isInteger(value) ? whole.format(value) : Math.abs(value) < 10 ? twoDigits.format(value) : oneDigit.format(value);
  return unit ? `${text} ${unit}` : text;
}

export function plural(n: number, one: string, many: string): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

// Sums of decimals that come as text, exact: amounts never go through a float. Pure.
interface Scaled { units: bigint; places: number }

function scaled(text: string | null | undefined): Scaled | null {
  const match = /^([-+]?)(\d+)(?:\.(\d+))?$/.exec((text ?? '').trim());
  if (!match) return null;
  const [, sign, integer = '0', fraction = ''] = match;
  const units = BigInt(integer + fraction);
  return { units: sign === '-' ? -units : units, places: fraction.length };
}

export function isDecimal(text: string): boolean {
  return scaled(text) !== null;
}

function text({ units, places }: Scaled): string {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0');
  return places === 0 ? sign + digits : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** What does not read counts as nothing. */
export function sum(values: readonly (string | null | undefined)[]): string {
  let total: Scaled = { units: 0n, places: 0 };
  for (const value of values) {
    const next = scaled(value);
    if (!next) continue;
    const places = Math.max(total.places, next.places);
    total = { units: total.units * 10n ** BigInt(places - total.places) + next.units * 10n ** BigInt(places - next.places), places };
  }
  return text(total);
}

/** a − b; null when either is absent: a difference to nothing is no figure. */
export function difference(a: string | null | undefined, b: string | null | undefined): string | null {
  const right = scaled(b);
  if (!scaled(a) || !right) return null;
  return sum([a, text({ units: -right.units, places: right.places })]);
}

export function isZero(value: string | null | undefined): boolean {
  return scaled(value)?.units === 0n;
}

// From when on a store's PC needs a look. The hub's alert rules say when somebody is told; these only colour a cell. Pure.
const SKEW_MS = 5_000;
const DISK_BYTES = 2 * 1024 ** 3;

export function isSkewed(milliseconds: number | null | undefined): boolean {
  return milliseconds != null && Math.abs(milliseconds) > SKEW_MS;
}
export function isDiskLow(bytes: number | null | undefined): boolean {
  return bytes != null && bytes < DISK_BYTES;
}
/** "17", "16 → 17" while another one is wanted, "–" for none. */
export function revisionText(now: number | null | undefined, wanted: number | null | undefined): string {
  const text = now == null ? '–' : String(now);
  return wanted != null && wanted !== now ? `${text} → ${wanted}` : text;
}

/** The instant at which a day begins, `days` later; the hub takes instants, and a day ends where the next one begins. Pure. */
export function dayStart(date: string | undefined, days = 0): string | undefined {
  const at = Date.parse(`${date ?? ''}T00:00:00Z`);
  return Number.isNaN(at) ? undefined : new Date(at + days * 86_400_000).toISOString().replace('.000Z', 'Z');
}

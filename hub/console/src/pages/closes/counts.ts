// Counts by state as the summary has them, at its top or in a member of its own. Pure.
export function stateCounts(summary: Readonly<Record<string, unknown>> | undefined, states: readonly string[]): Record<string, number> | null {
  if (!summary) return null;
  const inside = [summary.by_state, summary.states, summary].find((one) => typeof one === 'object' && one !== null && states.some((state) => state in one)) as Record<string, unknown> | undefined;
  if (!inside) return null;
  return Object.fromEntries(states.map((state) => [state, typeof inside[state] === 'number' ? inside[state] : 0]));
}

// Series of the hub as the columns that the chart draws; what is missing is a gap, never a line across. Pure.
import type { RoleName } from './words';

export interface ChartSeries { name: string; label: string; role?: string | null; points: readonly (readonly [number, number | null])[] }
export interface ChartData { name: string; unit: string; step_s: number; as_of?: string; series: readonly ChartSeries[]; limit?: number | null }

export type Columns = [xs: number[], ...ys: (number | null)[][]];

/** A gap longer than this many steps is drawn as one. */
const GAP_STEPS = 1.5;

/** All series over one axis of time. Where two points lie further apart than a step, an empty one goes between. */
export function align(data: ChartData): Columns {
  const times = new Set<number>();
  for (const series of data.series) for (const [at] of series.points) times.add(at);
  const sorted = [...times].sort((a, b) => a - b);
  const xs: number[] = [];
  for (const [i, at] of sorted.entries()) {
    const last = sorted[i - 1];
    if (last !== undefined && data.step_s > 0 && at - last > data.step_s * GAP_STEPS) xs.push(last + data.step_s);
    xs.push(at);
  }
  const ys = data.series.map((series) => {
    const values = new Map(series.points.map(([at, value]) => [at, value]));
    return xs.map((at) => values.get(at) ?? null);
  });
  return [xs, ...ys];
}

/** Bars and lines begin at zero; a logarithmic axis cannot. */
export function yRange(data: ChartData, isLog: boolean): [number, number] {
  let high = data.limit ?? 0;
  let low = Number.POSITIVE_INFINITY;
  for (const series of data.series) {
    for (const [, value] of series.points) {
      if (value === null) continue;
      if (value > high) high = value;
      if (value > 0 && value < low) low = value;
    }
  }
  if (!isLog) return [0, high > 0 ? high * 1.1 : 1];
  if (high <= 0) return [0.1, 10];
  return [10 ** Math.floor(Math.log10(Math.min(low, high))), 10 ** Math.ceil(Math.log10(high * 1.01))];
}

const roles: Record<string, RoleName> = { g: 'good', a: 'attention', f: 'failed', i: 'idle', p: 'progress', good: 'good', attention: 'attention', failed: 'failed', idle: 'idle', progress: 'progress' };
const inTurn: RoleName[] = ['good', 'attention', 'idle', 'failed'];
/** Lines differ by their dashes too, not by colour alone. */
export const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

export function seriesRole(series: ChartSeries, index: number): RoleName {
  return roles[series.role ?? ''] ?? inTurn[index % inTurn.length] ?? 'idle';
}

export function latest(series: ChartSeries): number | null {
  for (let i = series.points.length - 1; i >= 0; i--) {
    const value = series.points[i]?.[1];
    if (value != null) return value;
  }
  return null;
}

// An agent's samples as a chart. Pure.
import type { AgentSample } from '../../api/types';
import type { ChartData } from '../../lib/chart';

/** The usual distance of samples: their median, so that an outage does not pass for the step. */
export function stepOf(times: readonly number[]): number {
  const steps = times.slice(1).map((at, i) => at - (times[i] ?? at)).filter((step) => step > 0).sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? 60;
}

/** Oldest first, whatever the order that they came in; nothing is drawn for times without a line. */
export function sampleChart(items: readonly AgentSample[], name: string, title: string, unit: string, value: (sample: AgentSample) => number | null): ChartData {
  const points = items
    .map((sample): [number, number | null] => [Math.floor(Date.parse(sample.at) / 1000), sample.online ? value(sample) : null])
    .filter(([at]) => !Number.isNaN(at))
    .sort(([a], [b]) => a - b);
  return { name, unit, step_s: stepOf(points.map(([at]) => at)), series: [{ name, label: title, role: 'g', points }] };
}

// A chart over time: unit on the axis, from zero, gaps left open, the alert limit drawn; dragging chooses from and to; the same as a table.
import { Button, useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { align, DASHES, latest, seriesRole, yRange, type ChartData } from '../lib/chart';
import { figure } from '../lib/format';
import { instantText, zoneLabel } from '../lib/time';
import { t } from '../strings/en';

export type { ChartData } from '../lib/chart';

/** Ticks by their distance in s: text, then what is added where the year, and the day, begins. 24 hours, day before month. */
const TIME_TICKS: uPlot.Axis.Values = [
  [31_536_000, '{YYYY}', null, null, null, null, null, null, 1],
  [2_419_200, '{MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [86_400, '{D} {MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [60, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
];

/** A logarithmic axis shows its decades; the lines between them only hide the curve. */
function decades(_: uPlot, ticks: number[]): (number | null)[] {
  return ticks.map((tick) => (Number.isInteger(Math.round(Math.log10(tick) * 1e6) / 1e6) ? tick : null));
}

interface ChartProps {
  title: string;
  data: ChartData;
  kind?: 'line' | 'bars' | 'stacked';
  log?: boolean;
  zone: string;
  height?: number;
  /** Names of series drawn dashed (forecasts) or thin (last week). */
  dashed?: readonly string[];
  thin?: readonly string[];
  onRange?: (fromS: number, toS: number) => void;
}

export default function Chart({ title, data, kind = 'line', log = false, zone, height = 200, dashed = [], thin = [], onRange }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const { ref, width } = useElementSize();
  const canvas = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  const columns = useMemo(() => align(data), [data]);
  const range = useRef(onRange);
  range.current = onRange;
  const hasPoints = data.series.some((series) => series.points.some(([, value]) => value !== null));
  const shape = data.series.map((series) => series.name).join();

  useEffect(() => {
    const target = canvas.current;
    if (!target || width === 0 || asTable || !hasPoints) return undefined;
    const css = getComputedStyle(document.documentElement);
    const colour = (name: string): string => css.getPropertyValue(`--ts-${name}`).trim();
    const text = colour('soft');
    const line = colour('line');
    const font = '12px system-ui, sans-serif';
    const [low, high] = yRange(data, log);
    const axis = { stroke: text, font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    const plot = new uPlot({
      width,
      height,
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), zone),
      legend: { show: false },
      cursor: { drag: { x: onRange !== undefined, y: false, setScale: false } },
      padding: [12, 72, 0, 0],
      scales: { x: { time: true }, y: { distr: log ? 3 : 1, range: [low, high] } },
      axes: [{ ...axis, values: TIME_TICKS, space: 72 }, { ...axis, label: data.unit, labelFont: font, ...(log ? { filter: decades, grid: { ...axis.grid, filter: decades } } : {}), labelSize: 18, size: 52, values: (_, ticks) => ticks.map((tick) => (tick == null ? '' : figure(tick, ''))) }],
      series: [
        {},
        ...data.series.map((series, i): uPlot.Series => {
          const stroke = colour(seriesRole(series, i));
          const dash = dashed.includes(series.name) ? [6, 4] : [...(DASHES[i % DASHES.length] ?? [])];
          return {
            label: series.label,
            stroke,
            width: thin.includes(series.name) ? 1 : 2,
            dash,
            spanGaps: false,
            points: { show: (columns[0].length < 3) },
            ...(kind === 'bars' ? { paths: uPlot.paths.bars?.({ size: [0.7, 60] }), fill: stroke, dash: [] } : {}),
          };
        }),
      ],
      hooks: {
        setSelect: [(u) => {
          if (u.select.width < 4) return;
          const from = u.posToVal(u.select.left, 'x');
          const to = u.posToVal(u.select.left + u.select.width, 'x');
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          range.current?.(Math.floor(from), Math.ceil(to));
        }],
        draw: [(u) => {
          const { ctx } = u;
          const ratio = devicePixelRatio;
          ctx.save();
          ctx.font = `${12 * ratio}px system-ui, sans-serif`;
          ctx.textBaseline = 'middle';
          ctx.textAlign = 'left';
          if (data.limit != null) {
            const y = u.valToPos(data.limit, 'y', true);
            ctx.strokeStyle = colour('failed');
            ctx.setLineDash([4 * ratio, 4 * ratio]);
            ctx.beginPath();
            ctx.moveTo(u.bbox.left, y);
            ctx.lineTo(u.bbox.left + u.bbox.width, y);
            ctx.stroke();
            ctx.setLineDash([]);
            ctx.fillStyle = colour('failed');
            ctx.fillText(t.chart.limit, u.bbox.left + 4 * ratio, y - 8 * ratio);
          }
          // Labels at the ends of the lines, pushed apart where they would lie on each other.
          const labels = data.series.flatMap((series, i) => {
            const last = latest(series);
            return last === null || (log && last <= 0) ? [] : [{ text: series.label, colour: colour(seriesRole(series, i)), y: u.valToPos(last, 'y', true) }];
          }).sort((a, b) => a.y - b.y);
          let free = Number.NEGATIVE_INFINITY;
          for (const label of labels) {
            const y = Math.max(label.y, free);
            free = y + 14 * ratio;
            ctx.fillStyle = label.colour;
            ctx.fillText(label.text, u.bbox.left + u.bbox.width + 6 * ratio, y, 68 * ratio);
          }
          ctx.restore();
        }],
      },
    }, columns as uPlot.AlignedData, target);
    return () => plot.destroy();
  }, [columns, shape, width, height, asTable, scheme, zone, log, kind, hasPoints, data.limit, data.unit]);

  const now = Date.now();
  return (
    <figure className="chart" style={{ margin: 0 }} ref={ref}>
      <figcaption className="chart-head">
        <div className="grow"><h3>{title}</h3><span className="soft small">{data.unit}, {zoneLabel(now, zone)}</span></div>
        <Button size="compact-xs" variant="subtle" onClick={() => setAsTable(!asTable)} aria-pressed={asTable}>{asTable ? t.chart.asChart : t.chart.asTable}</Button>
      </figcaption>
      {!hasPoints ? <div className="empty">{t.chart.empty}</div> : asTable ? (
        <div className="table-frame chart-table" tabIndex={0} role="region" aria-label={title}>
          <table className="table">
            <thead><tr><th scope="col">{t.chart.time}</th>{data.series.map((series) => <th key={series.name} scope="col" className="number">{series.label}, {data.unit}</th>)}</tr></thead>
            <tbody>
              {columns[0].map((at, row) => ({ at, row })).reverse().map(({ at, row }) => (
                <tr key={at}>
                  <td className="nowrap">{instantText(at * 1000, zone, now)}</td>
                  {data.series.map((series, i) => <td key={series.name} className="number">{figure(columns[i + 1]?.[row] as number | null, '')}</td>)}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <>
          <div ref={canvas} className="chart-canvas" style={{ height }} role="img" aria-label={`${title}. ${data.series.map((series) => `${series.label}: ${figure(latest(series), data.unit)}`).join('; ')}`} />
          <ul className="chart-legend">
            {data.series.map((series, i) => (
              <li key={series.name} className={`role-${seriesRole(series, i)}`}>
                <svg width="24" height="8" aria-hidden><line x1="0" y1="4" x2="24" y2="4" stroke="currentColor" strokeWidth={thin.includes(series.name) ? 1 : 2}
                  strokeDasharray={(dashed.includes(series.name) ? [6, 4] : (DASHES[i % DASHES.length] ?? [])).join(' ')} /></svg>
                {series.label}: {figure(latest(series), data.unit)}
              </li>
            ))}
          </ul>
        </>
      )}
    </figure>
  );
}

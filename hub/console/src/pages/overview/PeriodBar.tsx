// Chooses what charts and key figures show: a span to the present, or from and to (also by dragging over a chart).
import { SegmentedControl, TextInput } from '@mantine/core';
import { fromLocalInput, localInput } from '../../lib/period';
import { useUrl } from '../../lib/useUrl';
import { useZone } from '../../lib/zones';
import { t } from '../../strings/en';
import { useChosenPeriod } from './usePeriod';

export function PeriodBar() {
  const url = useUrl();
  const zone = useZone(url.query.location);
  const period = useChosenPeriod();
  const span = period.isChosen ? 'custom' : (['7d', '30d'].includes(url.query.from ?? '') ? url.query.from : '24h');
  const setEnd = (name: 'from' | 'to', text: string): void => {
    const at = fromLocalInput(text, zone);
    if (at === null) return;
    const other = { from: period.from, to: period.to, [name]: new Date(at).toISOString() };
    if (Date.parse(other.to) > Date.parse(other.from)) url.set(other);
  };
  return (
    <section className="row" style={{ alignItems: 'flex-end' }} aria-label={t.overview.period}>
      <SegmentedControl size="xs" aria-label={t.overview.period} value={span} onChange={(value) => value !== 'custom' && url.set({ from: value === '24h' ? null : value, to: null })}
        data={[{ value: '24h', label: t.overview.day }, { value: '7d', label: t.overview.week }, { value: '30d', label: t.overview.month }, ...(period.isChosen ? [{ value: 'custom', label: t.overview.custom }] : [])]} />
      <TextInput size="xs" type="datetime-local" label={t.overview.from} value={localInput(Date.parse(period.from), zone)} onChange={(event) => setEnd('from', event.currentTarget.value)} />
      <TextInput size="xs" type="datetime-local" label={t.overview.to} value={localInput(Date.parse(period.to), zone)} onChange={(event) => setEnd('to', event.currentTarget.value)} />
      <TextInput size="xs" w={140} label={t.overview.location} defaultValue={url.query.location ?? ''} key={url.query.location} onBlur={(event) => url.set({ location: event.currentTarget.value.trim() || null })}
                 onKeyDown={(event) => event.key === 'Enter' && url.set({ location: event.currentTarget.value.trim() || null })} />
      <span className="small soft">{t.chart.drag}</span>
    </section>
  );
}

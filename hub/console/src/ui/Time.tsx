// Instants and ages. <Time at={row.raised_at} location={row.location} /> prints the zone; <Age of={…} /> counts up.
import { Tooltip } from '@mantine/core';
import { ABSENT, duration } from '../lib/format';
import { ageS, epochMs, instantText, shortText, zoneLabel } from '../lib/time';
import { useNow } from '../lib/useNow';
import { useZone } from '../lib/zones';

export function Time({ at, location, short = false }: { at: string | null | undefined; location?: string | null; short?: boolean }) {
  const zone = useZone(location);
  const now = useNow();
  const ms = epochMs(at);
  if (ms === null) return <span className="soft">{ABSENT}</span>;
  const full = instantText(ms, zone, now);
  if (!short) return <time className="nowrap" dateTime={at ?? ''}>{full}</time>;
  return (
    <Tooltip label={full}>
      <time className="nowrap" dateTime={at ?? ''}>{`${shortText(ms, zone, now)} ${zoneLabel(ms, zone)}`}</time>
    </Tooltip>
  );
}

/** "41 min"; its title tells the instant. */
export function Age({ of, location, suffix = '' }: { of: string | null | undefined; location?: string | null; suffix?: string }) {
  const zone = useZone(location);
  const now = useNow();
  const ms = epochMs(of);
  if (ms === null) return <span className="soft">{ABSENT}</span>;
  return <time className="nowrap" dateTime={of ?? ''} title={instantText(ms, zone, now)}>{duration(ageS(ms, now)) + suffix}</time>;
}

/** Time left until `at`: "2 h", or "now" behind it. */
export function Due({ at, location }: { at: string | null | undefined; location?: string | null }) {
  const zone = useZone(location);
  const now = useNow();
  const ms = epochMs(at);
  if (ms === null) return <span className="soft">{ABSENT}</span>;
  const late = ms <= now;
  return (
    <time className={late ? 'nowrap role-failed' : 'nowrap'} dateTime={at ?? ''} title={instantText(ms, zone, now)}>
      {late ? `${duration((now - ms) / 1000)} over` : duration((ms - now) / 1000)}
    </time>
  );
}

// A figure with label, unit and age: grey once it is older than twice the period in which it should have come again.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { duration } from '../lib/format';
import { ageS, isStale } from '../lib/time';
import type { RoleName } from '../lib/words';
import { useNow } from '../lib/useNow';
import { t } from '../strings/en';
import { RoleIcon } from './Status';

/** Letters that fit at full size into the narrowest tile. */
const LONG = 8;

interface FigureProps {
  label: string;
  value: ReactNode;
  unit?: string;
  asOfMs?: number | null;
  /** Seconds in which the figure is read again when all is well. */
  periodS?: number;
  role?: RoleName;
  href?: string;
}

export function Figure({ label, value, unit, asOfMs, periodS = 15, role, href }: FigureProps) {
  const now = useNow();
  const stale = asOfMs == null ? false : isStale(asOfMs, now, periodS);
  const content = (
    <>
      <span className="figure-label">
        {role && <span className={`role-${role}`}><RoleIcon role={role} /></span>}
        {unit ? `${label}, ${unit}` : label}
      </span>
      <span className="figure-value" data-long={typeof value === 'string' && value.length > LONG}>{value}</span>
      {stale && asOfMs != null && <span className="small soft">{t.state.old(ageS(asOfMs, now))}</span>}
    </>
  );
  if (href) return <Link href={href} className="figure" data-stale={stale}>{content}</Link>;
  return <div className="figure" data-stale={stale}>{content}</div>;
}

export function Figures({ children }: { children: ReactNode }) {
  return <div className="figures">{children}</div>;
}

/** "4 s ago", for the foot of a list or a page; grey marks nothing here, the words do. */
export function AsOf({ ms }: { ms: number | null }) {
  const now = useNow();
  if (ms === null) return null;
  return <span className="small soft">{t.state.asOf(`${duration(ageS(ms, now))} ago`)}</span>;
}

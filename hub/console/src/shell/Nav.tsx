import {
  IconAlertTriangle, IconBookmark, IconBox, IconBuildingStore, IconCalendarCheck, IconHome, IconListCheck, IconReceipt, IconRocket, IconSettings, IconTimeline, type Icon,
} from '@tabler/icons-react';
import { Link } from 'wouter';
import { useUrl } from '../lib/useUrl';
import { t } from '../strings/en';

interface Entry { href: string; word: string; icon: Icon; also?: readonly string[] }
const entries: readonly Entry[] = [
  { href: '/', word: t.nav.overview, icon: IconHome },
  { href: '/fleet', word: t.nav.fleet, icon: IconBuildingStore },
  { href: '/exceptions', word: t.nav.exceptions, icon: IconAlertTriangle },
  { href: '/trace', word: t.nav.trace, icon: IconTimeline },
  { href: '/stock', word: t.nav.stock, icon: IconBox },
  { href: '/reservations', word: t.nav.reservations, icon: IconBookmark },
  { href: '/postings', word: t.nav.postings, icon: IconReceipt, also: ['/connectors'] },
  { href: '/closes', word: t.nav.closes, icon: IconCalendarCheck },
  { href: '/rollouts', word: t.nav.rollouts, icon: IconRocket },
  { href: '/operations', word: t.nav.operations, icon: IconListCheck },
  { href: '/settings', word: t.nav.settings, icon: IconSettings },
];

/** Pure: whether the page at `path` belongs to the entry. */
export function isCurrent(path: string, href: string, also: readonly string[] = []): boolean {
  if (href === '/') return path === '/';
  return [href, ...also].some((one) => path === one || path.startsWith(`${one}/`));
}

export function Nav() {
  const { path, to } = useUrl();
  return (
    <nav className="nav" aria-label={t.nav.label}>
      <Link className="nav-brand" href={to('/')}><img src="/icon.svg" alt="" width={24} height={24} /><span>{t.product}</span></Link>
      <ul>
        {entries.map(({ href, word, icon: Shown, also }) => (
          <li key={href}>
            <Link className="nav-link" href={to(href)} aria-current={isCurrent(path, href, also) ? 'page' : undefined} title={word}>
              <Shown size={20} stroke={1.75} aria-hidden /><span className="nav-word">{word}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

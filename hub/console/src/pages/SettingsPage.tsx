// Who may do what, who is told, what agents work with, who changed it.
import { lazy, Suspense } from 'react';
import { Link, useParams } from 'wouter';
import type { Role } from '../api/types';
import { useUrl } from '../lib/useUrl';
import { useSession } from '../shell/session';
import { t } from '../strings/en';
import { Page } from '../ui/Page';
import { Empty, Waiting } from '../ui/states';

/** The role that may read a section; what may be changed in it asks for its own. */
const sections: readonly { name: string; role: Role; Shown: ReturnType<typeof lazy> }[] = [
  { name: 'users', role: 'administrator', Shown: lazy(() => import('./settings/Users')) },
  { name: 'tokens', role: 'administrator', Shown: lazy(() => import('./settings/Tokens')) },
  { name: 'alerts', role: 'viewer', Shown: lazy(() => import('./settings/Alerts')) },
  { name: 'notification', role: 'administrator', Shown: lazy(() => import('./settings/Notification')) },
  { name: 'config', role: 'viewer', Shown: lazy(() => import('./settings/Config')) },
  { name: 'audit', role: 'finance', Shown: lazy(() => import('./settings/Audit')) },
];

export default function SettingsPage() {
  const { section } = useParams<{ section?: string }>();
  const url = useUrl();
  const { may } = useSession();
  const allowed = sections.filter(({ role }) => may(role));
  const current = section === undefined ? allowed[0] : allowed.find(({ name }) => name === section);
  const title = current ? `${t.settings.title}: ${t.settings.sections[current.name]}` : t.settings.title;
  return (
    <Page title={title} heading={t.settings.title}>
      <nav className="sections" aria-label={t.settings.sectionsLabel}>
        {allowed.map(({ name }) => <Link key={name} href={url.to(`/settings/${name}`)} aria-current={name === current?.name ? 'page' : undefined}>{t.settings.sections[name]}</Link>)}
      </nav>
      {current ? <Suspense fallback={<Waiting what={t.settings.sections[current.name] ?? ''} />}><current.Shown /></Suspense> : <Empty>{sections.some(({ name }) => name === section) ? t.state.forbidden : t.state.notFound}</Empty>}
    </Page>
  );
}

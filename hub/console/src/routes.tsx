// Which page is where. Each is loaded when it is first gone to; the first page carries none of the others.
import { lazy, Suspense, type ComponentType } from 'react';
import { Route, Switch } from 'wouter';
import { t } from './strings/en';
import { Page } from './ui/Page';
import { Empty, Waiting } from './ui/states';
import { Link } from 'wouter';

type Loaded = Promise<{ default: ComponentType }>;
const routes: readonly [pattern: string, load: () => Loaded][] = [
  ['/', () => import('./pages/OverviewPage')],
  ['/fleet', () => import('./pages/FleetPage')],
  ['/fleet/:id', () => import('./pages/AgentPage')],
  ['/rollouts', () => import('./pages/RolloutsPage')],
  ['/rollouts/:id', () => import('./pages/RolloutPage')],
  ['/settings/:section?', () => import('./pages/SettingsPage')],
  ['/search', () => import('./pages/SearchPage')],
  // A list and its details are one page: the drawer opens beside the rows that are read already.
  ['/exceptions/:id?', () => import('./pages/ExceptionsPage')],
  ['/trace/:correlation_id?', () => import('./pages/TracePage')],
  ['/stock', () => import('./pages/StockPage')],
  ['/reservations/:id?', () => import('./pages/ReservationsPage')],
  ['/postings/:id?', () => import('./pages/PostingsPage')],
  ['/connectors/:name', () => import('./pages/ConnectorPage')],
  ['/closes', () => import('./pages/ClosesPage')],
  ['/closes/:location/:date', () => import('./pages/ClosePage')],
  ['/operations', () => import('./pages/OperationsPage')],
  ['/operations/:id', () => import('./pages/OperationPage')],
];
const pages = routes.map(([pattern, load]) => ({ pattern, Shown: lazy(load) }));

function NotFound() {
  return <Page title={t.state.notFound}><Empty action={<Link href="/">{t.state.toOverview}</Link>}>{t.state.notFound}</Empty></Page>;
}

export function Routes() {
  return (
    <Suspense fallback={<div className="page"><Waiting what={t.product} /></div>}>
      <Switch>
        {pages.map(({ pattern, Shown }) => <Route key={pattern} path={pattern}><Shown /></Route>)}
        <Route><NotFound /></Route>
      </Switch>
    </Suspense>
  );
}

// Every word that people read, in one place. Functions where a figure goes in.
import { count, duration, plural } from '../lib/format';

export const t = {
  product: 'Tillsync',
  absent: '–',
  nav: {
    label: 'Pages', overview: 'Overview', fleet: 'Fleet', exceptions: 'Exceptions', trace: 'Trace', stock: 'Stock', reservations: 'Reservations',
    postings: 'Postings', closes: 'Closes', rollouts: 'Roll-outs', operations: 'Operations', settings: 'Settings', skip: 'Skip to content',
  },
  bar: {
    search: 'Search', searchHint: 'Document, order, SKU, GTIN, agent, location, posting, ERP number', storeTime: 'Store time', utc: 'UTC',
    timeZone: 'Time zone', theme: 'Appearance', light: 'Light', dark: 'Dark', system: 'As the system', keys: 'Keyboard keys', rows: 'Row height',
    compact: 'Compact rows', roomy: 'Roomy rows', password: 'Change password', logOut: 'Log out', account: (name: string) => `Account of ${name}`,
  },
  live: {
    live: (ageS: number) => `Live, ${duration(ageS)}`,
    notSince: (time: string) => `Not live since ${time}`,
    connecting: 'Not live',
    explain: 'Figures are read every 15 s until the stream is back.',
  },
  login: {
    title: 'Log in', name: 'Name', password: 'Password', submit: 'Log in', wrong: 'Name or password is wrong.',
    locked: (s: number) => `Too many tries. Try again in ${duration(s)}.`, ended: 'Your session has ended. Log in to go on where you were.',
    failed: 'Could not log in', first: 'The first administrator is made by "tillsync-hub user add" on the hub.',
  },
  state: {
    asOf: (text: string) => `As of ${text}`, old: (ageS: number) => `${duration(ageS)} old`,
    waiting: 'Reading', waitingFor: (what: string) => `Reading ${what}`, cancel: 'Cancel', cancelled: 'Not read.', tryAgain: 'Try again',
    failed: (what: string) => `Could not read ${what}`, since: (time: string) => `since ${time}`, keeps: 'The figures below are the last ones.',
    noMatch: 'None match', clearFilters: 'Clear filters', none: 'Nothing here yet', notFound: 'There is nothing at this address.', toOverview: 'To the overview',
    forbidden: 'Your role does not allow this.', noAnswer: 'The hub does not answer.', correlation: (id: string) => `Correlation id ${id}`, brokenTitle: 'This page failed',
    reload: 'Load the page again',
  },
  list: {
    waiting: (n: number) => `${count(n)} new, show`, previous: 'Previous page', next: 'Next page', total: (text: string) => `${text} in all`,
    select: (name: string) => `Select ${name}`, selectAll: 'Select all on this page', selected: (n: number) => `${count(n)} selected`,
    clearSelection: 'Clear selection', sortBy: (name: string) => `Sort by ${name}`, filters: 'Filters', all: 'All', any: 'any', views: 'Views', saveView: 'Save view',
    viewName: 'Name of the view', viewSaved: (name: string) => `View ${name} saved for everybody`, deleteView: (name: string) => `Delete view ${name}`,
    noViews: 'No saved views', page: 'Page',
  },
  drawer: { close: 'Close details', previous: 'Previous', next: 'Next' },
  deed: {
    cancel: 'Cancel', type: (text: string) => `Type ${text} to go on`, reason: 'Reason', reasonOptional: 'Reason (optional)',
    failed: (title: string, detail: string) => (detail ? `${title}: ${detail}` : title),
    undo: 'Undo', stop: 'Stop', startsIn: (s: number) => `Starts in ${count(s)} s`,
  },
  password: { current: 'Password now', fresh: 'New password', rule: 'At least 12 characters', done: 'Password changed. Other sessions of yours have ended.' },
  announce: { label: 'Messages', dismiss: 'Put away' },
  chart: {
    asTable: 'Show as table', asChart: 'Show as chart', time: 'Time', limit: 'Alert limit', empty: 'No figures in this time', drag: 'Drag over the chart to choose a time.',
    reset: 'Whole time',
  },
  keys: {
    title: 'Keys', off: 'Switch keys off', on: 'Switch keys on', isOff: 'Keys are switched off.',
    list: [
      ['/', 'Search'], ['j', 'Next row'], ['k', 'Previous row'], ['l', 'Next page'], ['h', 'Previous page'], ['x', 'Select row'], ['Enter', 'Open row'],
      ['Esc', 'Close details'], ['?', 'This list'],
    ] as const,
  },
  role: { viewer: 'Viewer', operator: 'Operator', finance: 'Finance', administrator: 'Administrator' },
  owner: { store_it: 'Store IT', master_data: 'Master data', stock_control: 'Stock control', finance: 'Finance', support: 'Support' } as Record<string, string>,
  statusLabel: 'Status',
  unit: { documents: 'documents', agents: 'agents', min: 'min' },
  plural,

  // --- one part for each page; a page's words stand nowhere else
  overview: {
    title: 'Overview',
  },
  fleet: {
    title: 'Fleet',
  },
  agent: {
    title: 'Agent',
  },
  rollouts: {
    title: 'Roll-outs',
  },
  settings: {
    title: 'Settings',
  },
  search: {
    title: 'Search',
  },
  exceptions: {
    title: 'Exceptions',
  },
  trace: {
    title: 'Trace',
  },
  stock: {
    title: 'Stock',
  },
  reservations: {
    title: 'Reservations',
  },
  postings: {
    title: 'Postings',
  },
  connectors: {
    title: 'Connector',
  },
  closes: {
    title: 'Closes',
  },
  operations: {
    title: 'Operations',
  },
};

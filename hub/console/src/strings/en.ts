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
    label: 'Tools', search: 'Search', searchHint: 'Document, order, SKU, GTIN, agent, location, posting, ERP number', storeTime: 'Store time', utc: 'UTC',
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
  close: 'Close',
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
    title: 'Overview', what: 'the overview', online: 'Agents online', backlog: 'Backlog', oldest: 'Oldest unsent', refused: 'Refused postings', open: 'Open exceptions',
    overdue: 'Overdue exceptions', unclosed: 'Days not closed', of: (online: number, all: number) => `${count(online)}/${count(all)}`,
    needs: (n: number) => `Needs you (${count(n)})`, needsMore: (n: number) => `${count(n)} more are not shown here.`, nothing: (ageS: number) => `Nothing needs you. Checked ${duration(ageS)} ago.`, need: 'What', worth: 'Worth',
    due: 'Due', owner: 'Owner', acknowledge: 'Acknowledge', acknowledgedBy: (who: string) => `Acknowledged by ${who}`, acknowledged: 'Acknowledged',
    acknowledgeTitle: 'Acknowledge', now: 'now', charts: 'Last hours', kpis: 'Key figures', kpi: 'Figure', value: 'Value', previous: 'Before', goal: 'Goal',
    from: 'From', to: 'To', day: '24 h', week: '7 days', month: '30 days', location: 'Location', period: 'Period', custom: 'Chosen', noKpis: 'No figures yet',
    chart: {
      arrivals: 'Arrivals', backlog: 'Backlog', delay: 'Till to hub delay', postings: 'Postings', exceptions: 'Open exceptions by age', balance: 'Days balanced, inventory accuracy',
    } as Record<string, string>,
  },
  fleet: {
    title: 'Fleet', what: 'agents', all: 'Agents', backlog: 'Backlog', oldest: 'Oldest unsent', drain: 'Drained in', state: 'State', group: 'Group', version: 'Version',
    darkFor: 'Dark for', search: 'Search', enrol: 'Enrol', agent: 'Agent', location: 'Location', lastSeen: 'Last seen', skew: 'Clock skew', disk: 'Disk free',
    revision: 'Revision', revisionWanted: (now: string, wanted: string) => `${now} → ${wanted}`, empty: 'No agent is enrolled yet. Enrol one: make a token, run the command on the store\'s PC.',
    darkChoices: [['3600', '1 h or more'], ['14400', '4 h or more'], ['86400', '1 day or more'], ['604800', '7 days or more']] as const, group_none: 'no group', skewed: 'skewed',
    diskLow: 'low',
  },
  enrol: {
    title: 'Enrol an agent', location: 'Location', locationHint: 'Id of the store or warehouse', hours: 'Valid for (hours)', make: 'Make token', token: 'Token', shownOnce: 'The token is shown this once.',
    command: 'Run on the store\'s PC', qr: 'Command as a QR code', copy: 'Copy', copied: 'Copied', copyFailed: 'Could not copy. Select the text and copy it by hand.', another: 'Another one', done: 'Done', valid: 'Valid until',
    tokens: 'Tokens that wait', none: 'No token waits.',
  },
  agent: {
    title: 'Agent', what: 'the agent', never: 'Never connected', tabs: { now: 'Now', commands: 'Commands', history: 'History' } as Record<string, string>, location: 'Location', group: 'Group', version: 'Version',
    revision: 'Configuration', key: 'Public key', enrolled: 'Enrolled', lastSeen: 'Last seen', backlog: 'Backlog', oldest: 'Oldest unsent', drain: 'Drained in', skew: 'Clock skew', disk: 'Disk free',
    drainNow: 'Drain now', sendLogs: 'Send logs', verify: 'Verify', restart: 'Restart', revoke: 'Revoke agent', more: 'More',
    commandWords: { drain: 'Drain now', send_logs: 'Send logs', verify: 'Verify', restart: 'Restart' } as Record<string, string>,
    sent: (word: string) => `${word}: waits for the agent`, revoked: 'Agent revoked', revokeText: 'Its key is refused from now on. Documents that it still holds stay on its PC until it is enrolled again.',
    restartText: 'The agent ends and starts again. Tills wait for some seconds and lose nothing.',
    conflict: 'Two machines use this identity', conflictText: 'One of them is a copy. Only one may go on: revoke and enrol the other one anew, or heal after the copy is gone.', machine: 'Machine', host: 'Host', address: 'Address', boot: 'Start',
    commands: 'Commands', command: 'Command', who: 'Who', sentAt: 'Asked', answeredAt: 'Answered', result: 'Result', noCommands: 'Nothing was asked of this agent.', history: 'History', event: 'What', at: 'When', detail: 'Detail',
    noHistory: 'Nothing is recorded.', last24: 'Last 24 hours', samples: 'figures of the last 24 hours', setRevision: 'Set configuration', revisionNo: 'Revision', setRevisionDone: (n: number) => `Revision ${n} is wanted`,
    charts: { backlog: 'Backlog', skew: 'Clock skew', disk: 'Disk free' }, heal: 'Heal', healText: 'The agent begins a new history of its outbox. Do it only when the copy is gone.', healed: 'Healed',
  },
  rollouts: {
    title: 'Roll-outs', id: 'Roll-out', one: (id: string) => `Roll-out ${id}`, what: 'roll-outs', whatOne: 'the roll-out', start: 'Start roll-out', revision: 'Revision', status: 'Status', stopPercent: 'Stop limit', who: 'Who', created: 'Started',
    waves: 'Waves', wave: 'Wave', selector: 'Who', done: 'Done', failed: 'Failed', left: 'Left', total: 'Agents', empty: 'No roll-out yet. A roll-out brings a revision to the agents in waves and stops by itself when too many fail.',
    noWaves: 'No waves yet', stop: 'Stop', resume: 'Resume', back: 'Back', stopText: 'No further agent gets the revision. Those that have it keep it.', resumeText: 'The roll-out goes on where it stopped.',
    backText: 'Agents that have this revision get the one before it.', stopDone: 'Roll-out stopped', resumeDone: 'Roll-out goes on', backDone: 'The revision before is on its way', because: (why: string) => `Stopped: ${why}`,
    failures: 'Failures', error: 'Error', agent: 'Agent', location: 'Location', sel: { group: (name: string) => `Group ${name}`, share: (n: number) => `${n} % of all`, all: 'All agents' },
    deedStop: (n: number) => `Stop roll-out ${n}`, deedResume: (n: number) => `Resume roll-out ${n}`, deedBack: (n: number) => `Take revision ${n} back`,
    form: {
      title: 'Start a roll-out', revision: 'Revision', stop: 'Stop when this share of a wave fails (%)', wave: (n: number) => `Wave ${n}`, kind: 'Agents', group: 'Group', share: 'Share (%)', all: 'All', add: 'Add wave', remove: (n: number) => `Remove wave ${n}`,
      count: (n: number) => `The fleet has ${plural(n, 'agent', 'agents')}. Type the number to roll out.`, deed: (revision: number, n: number) => `Roll out revision ${revision} to ${plural(n, 'agent', 'agents')}`, started: 'Roll-out started',
      groupName: 'Name of the group', noRevisions: 'Make a configuration revision first, in Settings.', confirm: 'Number of agents',
    },
  },
  settings: {
    title: 'Settings', sections: { users: 'Users', tokens: 'API tokens', alerts: 'Alerts', notification: 'Notification', config: 'Configuration', audit: 'Audit' } as Record<string, string>, sectionsLabel: 'Sections',
    users: {
      what: 'users', add: 'Add user', name: 'Name', role: 'Role', password: 'Password', state: 'State', lastLogin: 'Last log-in', created: 'Created', active: 'Active', disabled: 'Disabled', locked: 'Locked', empty: 'No users yet', edit: 'Change',
      setPassword: 'Set password', disable: 'Disable', enable: 'Enable', added: (name: string) => `User ${name} added`, changed: (name: string) => `User ${name} changed`, passwordSet: 'Password set', rule: 'At least 12 characters', changeTitle: (name: string) => `Change ${name}`,
      clash: 'Somebody else changed this user in the meantime. Look again and repeat.', save: 'Save',
    },
    tokens: {
      what: 'API tokens', add: 'Add token', name: 'Name', role: 'Role', scopes: 'Scopes', scopesHint: 'First part of a path, for example stock, reservations. None: everything the role allows.', allScopes: 'all', expires: 'Expires', never: 'never', days: 'Valid for (days)', forEver: 'empty: without end',
      created: 'Created', by: 'By', used: 'Last used', state: 'State', active: 'Active', revoked: 'Revoked', expired: 'Expired', revoke: 'Revoke', revokeTitle: (name: string) => `Revoke token ${name}`, revokeText: 'Programs that use it are refused at once.',
      revokedDone: 'Token revoked', made: 'Token made', once: 'Copy it now: it is shown this once.', empty: 'No tokens yet', typeName: (name: string) => name,
    },
    alerts: {
      what: 'alerts', whatRules: 'alert rules', now: 'Alerts', rules: 'Rules', alert: 'Alert', severity: 'Severity', since: 'Since', status: 'Status', where: 'Where', acknowledge: 'Acknowledge', silence: 'Silence', silenceFor: 'Silence for', silenceTitle: 'Silence', hours: (n: number) => plural(n, 'hour', 'hours'),
      acknowledged: 'Alert acknowledged', silenced: 'Alert silenced', empty: 'No alert', title: 'Rule', limit: 'Limit', forS: 'Holds for', enabled: 'On', edit: 'Change', changed: 'Rule changed', save: 'Save', seconds: 'Holds for (s)', unit: (unit: string) => `Limit (${unit})`, emptyRules: 'No rules',
      until: 'until', by: 'by',
    },
    notification: {
      what: 'notification targets', add: 'Add target', name: 'Name', kind: 'Kind', webhook: 'Webhook', email: 'E-mail', to: 'To', url: 'URL', address: 'Address', rules: 'Rules', rulesHint: 'None: every rule', enabled: 'On', test: 'Send a test', tested: 'Test sent', saved: 'Target saved', empty: 'Nobody is told yet: add a webhook or an e-mail address.',
      all: 'every rule', edit: 'Change', save: 'Save', editTitle: (name: string) => `Change ${name}`,
    },
    config: {
      what: 'configuration revisions', add: 'New revision', revision: 'Revision', note: 'Note', who: 'Who', created: 'Made', settings: 'Settings', key: 'Setting', value: 'Value', byDefault: (value: string) => `default ${value}`, made: (n: number) => `Revision ${n} made`, save: 'Make revision', empty: 'No revision yet: agents work with their defaults.',
      rollOut: 'Roll out', noSettings: 'Agents\' defaults', range: (min: string, max: string) => `${min} to ${max}`, whole: 'a whole number', oneOf: (values: string) => `one of ${values}`, view: 'Show', whatSchema: 'settings of agents',
    },
    audit: {
      what: 'the audit record', at: 'When', who: 'Who', action: 'Action', object: 'Object', from: 'From', to: 'To', address: 'Address', reason: 'Reason', before: 'Before', after: 'After', details: 'Details', empty: 'Nothing is recorded yet', search: 'Search', no: 'No.', change: (no: string) => `Change ${no}`, correlation: 'Correlation id', nothing: 'nothing',
      role: 'Role', notOnPage: 'This change is not on the page that is shown.',
    },
  },
  search: {
    title: 'Search', what: 'hits', results: (q: string) => `Search: ${q}`, none: (q: string) => `Nothing is known as "${q}".`, kind: 'Kind', hit: 'Hit', state: 'State', age: 'Age', first: 'Search for a document, order, SKU, GTIN, agent, location, posting or ERP number.',
    askTrace: 'Look for it as a sale on its way',
    kinds: { document: 'Document', order: 'Order', sku: 'SKU', gtin: 'GTIN', agent: 'Agent', location: 'Location', posting: 'Posting', erp_reference: 'ERP number', exception: 'Exception', reservation: 'Reservation' } as Record<string, string>,
    table: 'Hits', most: 'At most 20 hits are shown.',
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

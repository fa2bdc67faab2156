// Every state of the product as a word, a role (colour) and an icon; never a colour alone. CONSOLE section 4 "Words". Pure.
export type RoleName = 'good' | 'attention' | 'failed' | 'idle' | 'progress';
export type IconName =
  | 'check' | 'alert' | 'x' | 'minus' | 'loader' | 'clock' | 'arrow-down' | 'plug-off' | 'copy' | 'lock' | 'rotate' | 'zoom-question' | 'pause' | 'rosette';
export interface Word { word: string; role: RoleName; icon: IconName }

const icons: Record<RoleName, IconName> = { good: 'check', attention: 'alert', failed: 'x', idle: 'minus', progress: 'loader' };
const w = (word: string, role: RoleName, icon: IconName = icons[role]): Word => ({ word, role, icon });

export const words = {
  agent: {
    waiting: w('Waiting', 'idle', 'clock'), online: w('Online', 'good'), draining: w('Draining', 'progress', 'arrow-down'),
    dark: w('Dark', 'failed', 'plug-off'), missing: w('Missing', 'failed'), conflict: w('Conflict', 'failed', 'copy'), revoked: w('Revoked', 'idle', 'lock'),
  },
  document: {
    at_hub: w('At hub', 'progress'), posting: w('Posting', 'progress'), posted: w('Posted', 'good'), exception: w('Exception', 'attention'),
    voided: w('Voided', 'idle'), training: w('Training', 'idle'), unreadable: w('Unreadable', 'failed'),
  },
  posting: {
    queued: w('Queued', 'progress'), sending: w('Sending', 'progress'), posted: w('Posted', 'good'), retrying: w('Retrying', 'attention', 'rotate'),
    unknown: w('Being looked up', 'attention', 'zoom-question'), refused: w('Refused', 'failed'), held: w('Held', 'attention', 'pause'),
    skipped: w('Skipped', 'idle'), collected: w('Collected', 'progress', 'clock'), summed: w('Summed', 'idle'),
  },
  reservation: {
    held: w('Held', 'progress'), confirmed: w('Confirmed', 'good'), picked: w('Picked', 'good'), ready: w('Ready', 'good'), fulfilled: w('Fulfilled', 'good'),
    released: w('Released', 'idle'), expired: w('Expired', 'idle'), broken: w('Broken', 'failed'),
  },
  exception: {
    open: w('Open', 'attention'), assigned: w('Assigned', 'progress'), retrying: w('Retrying', 'progress'), resolved: w('Resolved', 'good'),
    dismissed: w('Dismissed', 'idle'), overdue: w('Overdue', 'failed'),
  },
  close: {
    running: w('Day running', 'idle'), day_running: w('Day running', 'idle'), open: w('Day running', 'idle'), blocked: w('Blocked', 'failed'),
    differs: w('Differs', 'failed'), ready: w('Ready', 'progress'), closed: w('Closed', 'good', 'rosette'), reopened: w('Reopened', 'attention'),
  },
  breaker: { flowing: w('Flowing', 'good'), stopped: w('Stopped', 'failed'), probing: w('Probing', 'attention') },
  operation: {
    waiting: w('Waiting', 'idle', 'clock'), running: w('Running', 'progress'), finished: w('Finished', 'good'), stopped: w('Stopped', 'attention', 'pause'),
    undone: w('Undone', 'idle'), unfinished: w('Unfinished', 'attention'),
  },
  rollout: { running: w('Running', 'progress'), stopped: w('Stopped', 'failed'), finished: w('Finished', 'good') },
  wave: { waiting: w('Waiting', 'idle', 'clock'), running: w('Running', 'progress'), done: w('Done', 'good'), stopped: w('Stopped', 'failed') },
  command: {
    waiting: w('Waiting', 'idle', 'clock'), sent: w('Sent', 'progress'), done: w('Done', 'good'), failed: w('Failed', 'failed'), expired: w('Expired', 'idle'),
  },
  alert: {
    firing: w('Firing', 'failed'), acknowledged: w('Acknowledged', 'progress'), silenced: w('Silenced', 'idle', 'pause'), resolved: w('Resolved', 'good'),
  },
  milestone: {
    sold: w('Sold', 'good'), returned: w('Returned', 'good'), moved: w('Moved', 'good'), till_closed: w('Till closed', 'good'), voided: w('Voided', 'idle'),
    promised: w('Promised', 'good'), lease_closed: w('Lease closed', 'good'), occurred: w('Happened', 'good'), durable_at_agent: w('Durable at agent', 'good'),
    at_hub: w('At hub', 'good'), reserved: w('Reserved', 'good'), confirmed: w('Confirmed', 'good'), picked: w('Picked', 'good'), ready: w('Ready', 'good'),
    fulfilled: w('Fulfilled', 'good'), released: w('Released', 'idle'), extended: w('Extended', 'idle'), expired: w('Expired', 'idle'), broken: w('Broken', 'failed'),
    refused: w('Refused', 'failed'), posting_queued: w('Posting queued', 'progress', 'clock'), sent: w('Sent to ERP', 'progress', 'clock'), posted: w('Posted', 'good'),
    posting_collected: w('Collected', 'progress', 'clock'), posting_summed: w('Summed', 'good'), posting_retrying: w('Retrying', 'attention', 'rotate'),
    posting_unknown: w('Being looked up', 'attention', 'zoom-question'), posting_refused: w('Refused by ERP', 'failed'), posting_held: w('Held', 'attention', 'pause'),
    posting_skipped: w('Skipped', 'idle'), exception_raised: w('Exception raised', 'attention'), exception_assigned: w('Exception assigned', 'progress', 'clock'),
    exception_retried: w('Exception retried', 'progress', 'rotate'), exception_corrected: w('Corrected', 'good'), exception_resolved: w('Exception resolved', 'good'),
    exception_dismissed: w('Exception dismissed', 'idle'), closed: w('Day closed', 'good', 'rosette'),
  },
  lease: {
    open: w('Open', 'good'), ending: w('Ending', 'progress'), frozen: w('Frozen', 'attention', 'pause'), closed: w('Closed', 'idle'), forced: w('Forced', 'failed'),
  },
  severity: { f: w('Serious', 'failed'), a: w('Attention', 'attention') },
  yes: { true: w('Yes', 'good'), false: w('No', 'idle') },
} as const satisfies Record<string, Record<string, Word>>;

export type WordKind = keyof typeof words;

/** A state that this page does not know yet is shown as it came, idle: absent is never OK. */
export function wordOf(kind: WordKind, value: string): Word {
  const known = (words[kind] as Record<string, Word>)[value];
  return known ?? { word: value.replaceAll('_', ' '), role: 'idle', icon: 'minus' };
}

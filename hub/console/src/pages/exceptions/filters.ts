import { useGet } from '../../api/hooks';
import { t } from '../../strings/en';
import type { Filter } from '../../ui/FilterBar';

const options = (of: Record<string, string>): { value: string; label: string }[] => Object.entries(of).map(([value, label]) => ({ value, label }));

/** Filters of one view: causes are always those of open ones, so that a status says nothing there. */
export const CAUSE_FILTERS = ['owner', 'code', 'location', 'overdue'] as const;
export const LIST_FILTERS = ['status', 'owner', 'code', 'cause', 'location', 'assignee', 'overdue'] as const;
/** All that the page's links keep. */
export const KEPT = [...LIST_FILTERS, 'q', 'sort', 'view', 'op'] as const;

export function useExceptionFilters(view: 'causes' | 'list'): Filter[] {
  const runbooks = useGet('/v1/runbooks', {}, { pollS: false });
  const codes = (runbooks.data?.items ?? []).map(({ code, title }) => ({ value: code, label: title }));
  const all: Record<string, Filter> = {
    status: { name: 'status', label: t.statusLabel, kind: 'choice', options: options(t.exceptions.status) },
    owner: { name: 'owner', label: t.exceptions.owner, kind: 'choice', options: options(t.owner).filter(({ value }) => value !== 'support') },
    code: { name: 'code', label: t.exceptions.code, kind: 'choice', options: codes },
    cause: { name: 'cause', label: t.exceptions.cause, kind: 'text', placeholder: 'sku:85123A' },
    location: { name: 'location', label: t.exceptions.location, kind: 'text' },
    assignee: { name: 'assignee', label: t.exceptions.assignee, kind: 'text' },
    overdue: { name: 'overdue', label: t.exceptions.overdue, kind: 'choice', options: [{ value: 'true', label: t.exceptions.overdueOnly }] },
    q: { name: 'q', label: t.exceptions.text, kind: 'text' },
  };
  return [...(view === 'causes' ? CAUSE_FILTERS : LIST_FILTERS), 'q'].map((name) => all[name] as Filter);
}

// Filters of a list, which live in the URL, and views that everybody shares.
import { Button, Menu, Modal, MultiSelect, Select, TextInput } from '@mantine/core';
import { IconBookmark, IconTrash } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { send } from '../api/client';
import { useDeed, usePending } from '../api/hooks';
import { parseQuery, pick, queryText } from '../lib/query';
import { useUrl } from '../lib/useUrl';
import { useMay } from '../shell/session';
import { t } from '../strings/en';

export type Filter =
  | { name: string; label: string; kind: 'choice'; options: readonly { value: string; label: string }[] }
  /** Several values, sent as a comma list. */
  | { name: string; label: string; kind: 'several'; options: readonly { value: string; label: string }[] }
  | { name: string; label: string; kind: 'text'; placeholder?: string }
  | { name: string; label: string; kind: 'date' };

const TYPING_MS = 350;

function TextFilter({ label, value, placeholder, onChange }: { label: string; value: string; placeholder?: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = window.setTimeout(() => onChange(text), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [text, value]);
  return <TextInput size="xs" w={160} label={label} placeholder={placeholder} value={text} onChange={(event) => setText(event.currentTarget.value)} />;
}

export function FilterBar({ filters, page, prefix = '' }: { filters: readonly Filter[]; page?: string; prefix?: string }) {
  const url = useUrl();
  const value = (name: string): string => url.query[prefix + name] ?? '';
  const set = (name: string, to: string | null, replace = false): void => url.set({ [prefix + name]: to }, { replace });
  const any = filters.some(({ name }) => value(name));
  return (
    <div className="row" role="search" aria-label={t.list.filters} style={{ alignItems: 'flex-end' }}>
      {filters.map((filter) => {
        if (filter.kind === 'choice') {
          return <Select key={filter.name} size="xs" w={150} label={filter.label} placeholder={t.list.all} clearable data={[...filter.options]} value={value(filter.name) || null}
                         onChange={(to) => set(filter.name, to)} />;
        }
        if (filter.kind === 'several') {
          return <MultiSelect key={filter.name} size="xs" miw={170} maw={320} label={filter.label} placeholder={value(filter.name) ? undefined : t.list.all} data={[...filter.options]}
                              value={value(filter.name) ? value(filter.name).split(',') : []} onChange={(to) => set(filter.name, to.join(',') || null)} />;
        }
        if (filter.kind === 'date') {
          return <TextInput key={filter.name} size="xs" w={150} type="date" label={filter.label} value={value(filter.name)} onChange={(event) => set(filter.name, event.currentTarget.value || null)} />;
        }
        return <TextFilter key={filter.name} label={filter.label} placeholder={filter.placeholder} value={value(filter.name)} onChange={(to) => set(filter.name, to || null, true)} />;
      })}
      {any && <Button size="xs" variant="subtle" onClick={() => url.set(Object.fromEntries(filters.map(({ name }) => [prefix + name, null])))}>{t.state.clearFilters}</Button>}
      {page && <Views page={page} names={[...filters.map(({ name }) => name), 'sort']} />}
    </div>
  );
}

interface View { name: string; query: string }

function Views({ page, names }: { page: string; names: readonly string[] }) {
  const maySave = useMay('operator');
  const url = useUrl();
  const views = usePending<{ items: View[] }>('/v1/views', { query: { page } }, { pollS: false });
  const [naming, setNaming] = useState<string | null>(null);
  const save = useDeed((name: string) => send('put', '/v1/views/{page}/{name}', { path: { page, name }, body: { query: queryText(pick(url.query, names)) } }),
                       { changes: ['/v1/views'], done: (_, name) => t.list.viewSaved(name), onDone: () => setNaming(null) });
  const drop = useDeed((name: string) => send('delete', '/v1/views/{page}/{name}', { path: { page, name } }), { changes: ['/v1/views'] });
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target><Button size="xs" variant="default" leftSection={<IconBookmark size={14} aria-hidden />}>{t.list.views}</Button></Menu.Target>
        <Menu.Dropdown>
          {(views.data?.items ?? []).map((view) => (
            <Menu.Item key={view.name} onClick={() => url.go(url.path, parseQuery(view.query))}>{view.name}</Menu.Item>
          ))}
          {views.data?.items.length === 0 && <Menu.Label>{t.list.noViews}</Menu.Label>}
          {maySave && <Menu.Divider />}
          {maySave && <Menu.Item onClick={() => setNaming('')}>{t.list.saveView}</Menu.Item>}
          {maySave && (views.data?.items ?? []).map((view) => (
            <Menu.Item key={view.name} leftSection={<IconTrash size={14} aria-hidden />} onClick={() => drop.mutate(view.name)}>{t.list.deleteView(view.name)}</Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={naming !== null} onClose={() => setNaming(null)} title={t.list.saveView}>
        <form className="stack" onSubmit={(event) => { event.preventDefault(); if (naming) save.mutate(naming); }}>
          <TextInput data-autofocus label={t.list.viewName} value={naming ?? ''} onChange={(event) => setNaming(event.currentTarget.value)} maxLength={64} required />
          <Button type="submit" loading={save.isPending} disabled={!naming}>{t.list.saveView}</Button>
        </form>
      </Modal>
    </>
  );
}

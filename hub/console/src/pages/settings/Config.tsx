// Revisions of agents' configuration. They are never changed: a new one is made, and a roll-out brings it to the agents.
import { Button, Modal, Select, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { send } from '../../api/client';
import { useDeed, usePending } from '../../api/hooks';
import type { ConfigKey, ConfigRevision } from '../../api/types';
import { useUrl } from '../../lib/useUrl';
import { useMay } from '../../shell/session';
import { t } from '../../strings/en';
import { DataTable, type Column } from '../../ui/DataTable';
import { Answered } from '../../ui/states';
import { Time } from '../../ui/Time';
import { useList } from '../../ui/useList';
import { parseSettings, valueText } from './config';

const words = t.settings.config;

export default function Config() {
  const url = useUrl();
  const [, navigate] = useLocation();
  const mayChange = useMay('administrator');
  const [making, setMaking] = useState<Record<string, unknown> | null>(null);
  const list = useList<ConfigRevision>({ path: '/v1/config-revisions', idOf: (row) => String(row.revision) });
  const columns: Column<ConfigRevision>[] = [
    { id: 'revision', header: words.revision, number: true, cell: (row) => <strong>{row.revision}</strong> },
    { id: 'note', header: words.note, cell: (row) => row.note || t.absent },
    { id: 'settings', header: words.settings, cell: (row) => <Settings settings={row.settings} /> },
    { id: 'who', header: words.who, cell: (row) => row.who },
    { id: 'created', header: words.created, cell: (row) => <Time at={row.created_at} short /> },
    { id: 'act', header: words.rollOut, headerHidden: true, number: true, cell: (row) => mayChange && <Button size="compact-xs" variant="default" onClick={() => navigate(url.to('/rollouts', { start: row.revision }))} aria-label={`${words.rollOut}: ${row.revision}`}>{words.rollOut}</Button> },
  ];
  const add = mayChange && <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(list.rows[0]?.settings ?? {})}>{words.add}</Button>;
  return (
    <>
      {add && <div className="row">{add}</div>}
      <DataTable label={words.what} list={list} columns={columns} empty={words.empty} />
      {making && <MakeRevision from={making} onClose={() => setMaking(null)} />}
    </>
  );
}

function Settings({ settings }: { settings: Record<string, unknown> }) {
  const entries = Object.entries(settings);
  if (entries.length === 0) return <span className="soft">{words.noSettings}</span>;
  return <span className="mono">{entries.map(([key, value]) => `${key} = ${valueText(value)}`).join(', ')}</span>;
}

function MakeRevision({ from, onClose }: { from: Record<string, unknown>; onClose: () => void }) {
  const schema = usePending<{ items: ConfigKey[] }>('/v1/config-schema', {}, { pollS: false });
  const [texts, setTexts] = useState<Record<string, string>>(() => Object.fromEntries(Object.entries(from).map(([key, value]) => [key, valueText(value)])));
  const [note, setNote] = useState('');
  const make = useDeed((body: object, key) => send<ConfigRevision>('post', '/v1/config-revisions', { body, key }), { done: (made) => words.made(made.revision), changes: ['/v1/config-revisions'], onDone: onClose });
  return (
    <Modal opened onClose={onClose} title={words.add} size="lg">
      <Answered read={schema} what={words.whatSchema}>
        {({ items }) => {
          const { settings, wrong } = parseSettings(items, texts);
          return (
            <form className="stack" onSubmit={(event) => { event.preventDefault(); if (Object.keys(wrong).length === 0) make.mutate({ settings, note: note.trim() }); }}>
              <TextInput label={words.note} required value={note} onChange={(event) => setNote(event.currentTarget.value)} data-autofocus maxLength={1000} />
              {items.map((key) => key.values ? (
                <Select key={key.key} label={key.key} description={key.description} placeholder={words.byDefault(valueText(key.default))} data={key.values} value={texts[key.key] || null} clearable
                        onChange={(value) => setTexts((old) => ({ ...old, [key.key]: value ?? '' }))} />
              ) : (
                <TextInput key={key.key} label={key.unit ? `${key.key} (${key.unit})` : key.key} description={key.description} placeholder={words.byDefault(valueText(key.default))} value={texts[key.key] ?? ''}
                           error={wrong[key.key]} onChange={(event) => { const value = event.currentTarget.value; setTexts((old) => ({ ...old, [key.key]: value })); }} spellCheck={false} />
              ))}
              <Button type="submit" loading={make.isPending} disabled={!note.trim() || Object.keys(wrong).length > 0}>{words.save}</Button>
            </form>
          );
        }}
      </Answered>
    </Modal>
  );
}

// Starts a roll-out: revision, waves, stop limit; the number of agents is typed, since this may reach every store.
import { ActionIcon, Button, Modal, NumberInput, Select, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { send } from '../../api/client';
import { useDeed, usePending } from '../../api/hooks';
import type { ConfigRevision, FleetSummary, Page, Rollout } from '../../api/types';
import { useUrl } from '../../lib/useUrl';
import { t } from '../../strings/en';
import { selectorOf, type WaveDraft } from './waves';

const STOP_PERCENT = 10;
const words = t.rollouts.form;

export function StartRollout({ opened, revision: given, onClose }: { opened: boolean; revision: number | null; onClose: () => void }) {
  const url = useUrl();
  const revisions = usePending<Page<ConfigRevision>>('/v1/config-revisions', {}, { enabled: opened });
  const fleet = usePending<FleetSummary>('/v1/agents/summary', {}, { enabled: opened });
  const [revision, setRevision] = useState<string | null>(null);
  const [stop, setStop] = useState<number>(STOP_PERCENT);
  const [waves, setWaves] = useState<WaveDraft[]>([{ kind: 'share', percent: 10 }, { kind: 'all' }]);
  const [typed, setTyped] = useState('');
  const items = revisions.data?.items ?? [];
  const chosen = revision ?? (given ? String(given) : items[0] ? String(items[0].revision) : null);
  const agents = fleet.data ? fleet.data.all - (fleet.data.by_state.revoked ?? 0) : null;
  const selectors = waves.map(selectorOf);
  const ready = chosen !== null && waves.length > 0 && !selectors.includes(null) && agents !== null && typed.trim() === String(agents);
  const start = useDeed((body: object, key) => send<Rollout>('post', '/v1/rollouts', { body, key }), {
    done: words.started, changes: ['/v1/rollouts'], onDone: (made) => url.go(`/rollouts/${encodeURIComponent(made.rollout_id)}`),
  });
  const change = (at: number, wave: WaveDraft): void => setWaves(waves.map((old, i) => (i === at ? wave : old)));
  const groups = Object.keys(fleet.data?.groups ?? {}).filter(Boolean);
  return (
    <Modal opened={opened} onClose={onClose} title={words.title} size="lg">
      <form className="stack" onSubmit={(event) => {
        event.preventDefault();
        if (ready) start.mutate({ revision: Number(chosen), waves: selectors, stop_percent: stop, confirm_agents: agents });
      }}>
        {revisions.data && items.length === 0 && <div className="notice attention">{words.noRevisions}</div>}
        <Select label={words.revision} data={items.map((one) => ({ value: String(one.revision), label: `${one.revision}${one.note ? `: ${one.note}` : ''}` }))} value={chosen} onChange={setRevision} allowDeselect={false} data-autofocus />
        {waves.map((wave, i) => (
          <fieldset key={i} className="row" style={{ alignItems: 'flex-end', border: 0, margin: 0, padding: 0 }}>
            <legend className="hidden">{words.wave(i + 1)}</legend>
            <Select w={150} label={`${words.wave(i + 1)}: ${words.kind}`} allowDeselect={false} value={wave.kind} data={[{ value: 'group', label: words.group }, { value: 'share', label: words.share }, { value: 'all', label: words.all }]}
                    onChange={(kind) => change(i, kind === 'group' ? { kind, group: groups[0] ?? '' } : kind === 'share' ? { kind, percent: 10 } : { kind: 'all' })} />
            {wave.kind === 'group' && <TextInput w={180} label={words.groupName} list="groups" value={wave.group} onChange={(event) => change(i, { kind: 'group', group: event.currentTarget.value })} />}
            {wave.kind === 'share' && <NumberInput w={120} label={words.share} min={1} max={100} value={wave.percent} onChange={(value) => change(i, { kind: 'share', percent: Number(value) })} />}
            <ActionIcon variant="subtle" size="lg" aria-label={words.remove(i + 1)} disabled={waves.length === 1} onClick={() => setWaves(waves.filter((_, at) => at !== i))}><IconTrash size={16} aria-hidden /></ActionIcon>
          </fieldset>
        ))}
        <datalist id="groups">{groups.map((group) => <option key={group} value={group} />)}</datalist>
        <Button variant="default" onClick={() => setWaves([...waves, { kind: 'all' }])}>{words.add}</Button>
        <NumberInput label={words.stop} min={1} max={100} value={stop} onChange={(value) => setStop(Number(value) || STOP_PERCENT)} />
        {agents !== null && (
          <>
            <p>{words.count(agents)}</p>
            <TextInput label={words.confirm} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} inputMode="numeric" autoComplete="off" />
            <Button type="submit" color="fail" disabled={!ready} loading={start.isPending}>{words.deed(Number(chosen ?? 0), agents)}</Button>
          </>
        )}
      </form>
    </Modal>
  );
}

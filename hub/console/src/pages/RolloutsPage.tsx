import { Button } from '@mantine/core';
import { IconRocket } from '@tabler/icons-react';
import type { Rollout } from '../api/types';
import { count, percent } from '../lib/format';
import { useUrl } from '../lib/useUrl';
import { useMay } from '../shell/session';
import { t } from '../strings/en';
import { DataTable, type Column } from '../ui/DataTable';
import { Page } from '../ui/Page';
import { Status } from '../ui/Status';
import { Time } from '../ui/Time';
import { useList } from '../ui/useList';
import { StartRollout } from './rollouts/StartRollout';
import { sums } from './rollouts/waves';

const columns: Column<Rollout>[] = [
  { id: 'id', header: t.rollouts.id, cell: (row) => row.rollout_id },
  { id: 'revision', header: t.rollouts.revision, number: true, cell: (row) => row.revision },
  { id: 'status', header: t.rollouts.status, cell: (row) => <Status kind="rollout" value={row.status} /> },
  { id: 'waves', header: t.rollouts.waves, number: true, cell: (row) => row.waves.length },
  { id: 'done', header: t.rollouts.done, number: true, cell: (row) => count(sums(row.waves).done) },
  { id: 'failed', header: t.rollouts.failed, number: true, cell: (row) => count(sums(row.waves).failed) },
  { id: 'left', header: t.rollouts.left, number: true, cell: (row) => count(sums(row.waves).left) },
  { id: 'stop', header: t.rollouts.stopPercent, number: true, cell: (row) => percent(row.stop_percent) },
  { id: 'who', header: t.rollouts.who, cell: (row) => row.who },
  { id: 'created', header: t.rollouts.created, cell: (row) => <Time at={row.created_at} short /> },
];

export default function RolloutsPage() {
  const url = useUrl();
  const mayStart = useMay('administrator');
  const list = useList<Rollout>({ path: '/v1/rollouts', idOf: (row) => row.rollout_id, livePollS: 60 });
  const starting = url.query.start !== undefined;
  const start = mayStart && <Button leftSection={<IconRocket size={16} aria-hidden />} onClick={() => url.set({ start: 'yes' })}>{t.rollouts.start}</Button>;
  return (
    <Page title={t.rollouts.title} actions={start}>
      <DataTable label={t.rollouts.what} list={list} columns={columns} href={(row) => url.to(`/rollouts/${encodeURIComponent(row.rollout_id)}`)} empty={t.rollouts.empty} emptyAction={start} />
      {mayStart && <StartRollout opened={starting} revision={Number(url.query.start) || null} onClose={() => url.set({ start: null }, { replace: true })} />}
    </Page>
  );
}

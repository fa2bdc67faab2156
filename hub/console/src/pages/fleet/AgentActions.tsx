// What can be asked of an agent. It answers when it is next on the line; the page never waits for it.
import { Button, Menu, Modal, NumberInput } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { send } from '../../api/client';
import { useDeed } from '../../api/hooks';
import type { AgentDetail, CommandName } from '../../api/types';
import { useMay } from '../../shell/session';
import { t } from '../../strings/en';
import { ConfirmDeed } from '../../ui/ConfirmDeed';

const CHANGES = ['/v1/agents/{id}', '/v1/agents/{id}/commands', '/v1/agents', '/v1/agents/summary'];

export function AgentActions({ agent }: { agent: AgentDetail }) {
  const mayCommand = useMay('operator');
  const mayRevoke = useMay('administrator');
  const [asked, setAsked] = useState<'restart' | 'rotate_keys' | 'revoke' | 'heal' | 'revision' | null>(null);
  const path = { id: agent.id };
  const close = (): void => setAsked(null);
  const command = useDeed((name: CommandName, key) => send('post', '/v1/agents/{id}/commands', { path, body: { name, arguments: {} }, key }),
                          { done: (_, name) => t.agent.sent(t.agent.commandWords[name] ?? name), changes: CHANGES, onDone: close });
  const revoke = useDeed((reason: string, key) => send('post', '/v1/agents/{id}/revoke', { path, body: reason ? { reason } : {}, key }), { done: t.agent.revoked, changes: CHANGES, onDone: close });
  const heal = useDeed((reason: string, key) => send('post', '/v1/agents/{id}/heal', { path, body: reason ? { reason } : {}, key }), { done: t.agent.healed, changes: CHANGES, onDone: close });
  if (!mayCommand || agent.status === 'revoked') return null;
  return (
    <>
      <Button loading={command.isPending} onClick={() => command.mutate('drain')}>{t.agent.drainNow}</Button>
      <Menu position="bottom-end">
        <Menu.Target><Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>{t.agent.more}</Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => command.mutate('send_logs')}>{t.agent.sendLogs}</Menu.Item>
          <Menu.Item onClick={() => command.mutate('verify')}>{t.agent.verify}</Menu.Item>
          <Menu.Item onClick={() => setAsked('restart')}>{t.agent.restart}</Menu.Item>
          <Menu.Item onClick={() => setAsked('rotate_keys')}>{t.agent.rotateKeys}</Menu.Item>
          {mayRevoke && <Menu.Item onClick={() => setAsked('revision')}>{t.agent.setRevision}</Menu.Item>}
          {mayRevoke && <Menu.Divider />}
          {mayRevoke && agent.status === 'conflict' && <Menu.Item onClick={() => setAsked('heal')}>{t.agent.heal}</Menu.Item>}
          {mayRevoke && <Menu.Item className="role-failed" onClick={() => setAsked('revoke')}>{t.agent.revoke}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      <ConfirmDeed opened={asked === 'restart'} onClose={close} title={t.agent.restart} deed={t.agent.restart} busy={command.isPending} onDeed={() => command.mutate('restart')}>{t.agent.restartText}</ConfirmDeed>
      <ConfirmDeed opened={asked === 'rotate_keys'} onClose={close} title={t.agent.rotateKeys} deed={t.agent.rotateKeys} busy={command.isPending} onDeed={() => command.mutate('rotate_keys')}>{t.agent.rotateKeysText}</ConfirmDeed>
      <ConfirmDeed opened={asked === 'revoke'} onClose={close} title={t.agent.revoke} deed={t.agent.revoke} danger type={agent.location} reason="optional" busy={revoke.isPending} onDeed={(reason) => revoke.mutate(reason)}>{t.agent.revokeText}</ConfirmDeed>
      <ConfirmDeed opened={asked === 'heal'} onClose={close} title={t.agent.heal} deed={t.agent.heal} danger type={agent.location} reason="optional" busy={heal.isPending} onDeed={(reason) => heal.mutate(reason)}>{t.agent.healText}</ConfirmDeed>
      <RevisionDialog id={agent.id} current={agent.revision_wanted ?? agent.revision ?? null} opened={asked === 'revision'} onClose={close} />
    </>
  );
}

function RevisionDialog({ id, current, opened, onClose }: { id: string; current: number | null; opened: boolean; onClose: () => void }) {
  const [revision, setRevision] = useState<number | ''>(current ?? '');
  const set = useDeed((n: number, key) => send('post', '/v1/agents/{id}/config', { path: { id }, body: { revision: n }, key }), { done: (_, n) => t.agent.setRevisionDone(n), changes: CHANGES, onDone: onClose });
  return (
    <Modal opened={opened} onClose={onClose} title={t.agent.setRevision}>
      <form className="stack" onSubmit={(event) => { event.preventDefault(); if (revision !== '') set.mutate(revision); }}>
        <NumberInput label={t.agent.revisionNo} min={1} value={revision} onChange={(value) => setRevision(value === '' ? '' : Number(value))} data-autofocus />
        <Button type="submit" disabled={revision === ''} loading={set.isPending}>{t.agent.setRevision}</Button>
      </form>
    </Modal>
  );
}

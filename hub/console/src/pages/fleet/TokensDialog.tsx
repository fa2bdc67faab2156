// The enrolment tokens that are about: how often each was used, until when, and an end to one that is lost.
import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { send } from '../../api/client';
import { useDeed, usePending } from '../../api/hooks';
import type { EnrolmentToken, Page } from '../../api/types';
import { count } from '../../lib/format';
import { useNow } from '../../lib/useNow';
import { t } from '../../strings/en';
import { ConfirmDeed } from '../../ui/ConfirmDeed';
import { Answered, Empty } from '../../ui/states';
import { Mark } from '../../ui/Status';
import { Time } from '../../ui/Time';

const words = t.enrol;

function where(token: EnrolmentToken): string {
  if (token.reach === 'one') return token.location ?? '';
  return `${token.reach === 'any' ? words.reachAny : words.reachKnown}${token.group ? `, ${words.ofGroup(token.group)}` : ''}`;
}

export function TokensDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return <Modal opened={opened} onClose={onClose} title={words.tokens} size="xl">{opened && <Tokens />}</Modal>;
}

function Tokens() {
  const read = usePending<Page<EnrolmentToken>>('/v1/enrolment-tokens', { query: { limit: 200 } });
  const [asked, setAsked] = useState<EnrolmentToken | null>(null);
  const now = useNow();
  const revoke = useDeed(({ id, reason }: { id: string; reason: string }, key) => send('post', '/v1/enrolment-tokens/{id}/revoke', { path: { id }, body: reason ? { reason } : {}, key }),
    { done: words.revokedDone, changes: ['/v1/enrolment-tokens'], onDone: () => setAsked(null) });
  return (
    <>
      <Answered read={read} what={words.what}>
        {({ items }) => items.length === 0 ? <Empty>{words.none}</Empty> : (
          <div className="table-frame" tabIndex={0} role="region" aria-label={words.what}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{words.where}</th><th scope="col" className="number">{words.used}</th><th scope="col">{words.state}</th><th scope="col">{words.valid}</th><th scope="col">{words.created}</th>
                  <th scope="col">{words.by}</th><th scope="col"><span className="hidden">{words.revoke}</span></th>
                </tr>
              </thead>
              <tbody>
                {items.map((token) => {
                  const state = token.revoked_at ? words.revoked : Date.parse(token.expires_at) <= now ? words.expired : token.uses >= token.uses_max ? words.usedUp : null;
                  return (
                    <tr key={token.id}>
                      <td>{where(token)}</td><td className="number">{words.usedOf(count(token.uses), count(token.uses_max))}</td>
                      <td>{state ? <Mark role="idle">{state}</Mark> : <Mark role="good">{words.active}</Mark>}</td>
                      <td><Time at={token.expires_at} short /></td><td><Time at={token.created_at} short /></td><td>{token.created_by}</td>
                      <td className="number">{!state && <Button size="compact-xs" variant="default" onClick={() => setAsked(token)} aria-label={words.revokeTitle(where(token))}>{words.revoke}</Button>}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
      </Answered>
      <ConfirmDeed opened={asked !== null} onClose={() => setAsked(null)} title={words.revokeTitle(asked ? where(asked) : '')} deed={words.revoke} danger reason="optional" busy={revoke.isPending} onDeed={(reason) => asked && revoke.mutate({ id: asked.id, reason: reason ?? '' })}>{words.revokeText}</ConfirmDeed>
    </>
  );
}

// Go on? Per wave: done, failed, left; why it stopped; stop, resume, back.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Link, useParams } from 'wouter';
import { send } from '../api/client';
import { useDeed, usePending } from '../api/hooks';
import type { Rollout, Wave } from '../api/types';
import { count, percent } from '../lib/format';
import { useUrl } from '../lib/useUrl';
import { useMay } from '../shell/session';
import { t } from '../strings/en';
import { ConfirmDeed } from '../ui/ConfirmDeed';
import { Figure, Figures, AsOf } from '../ui/Figure';
import { Page } from '../ui/Page';
import { Answered, Empty } from '../ui/states';
import { Status } from '../ui/Status';
import { Time } from '../ui/Time';
import { selectorText, sums } from './rollouts/waves';

type Step = 'stop' | 'resume' | 'back';

export default function RolloutPage() {
  const { id = '' } = useParams<{ id: string }>();
  const read = usePending<Rollout>('/v1/rollouts/{id}', { path: { id } }, { livePollS: 30 });
  const title = t.rollouts.one(id);
  const rollout = read.data;
  return (
    <Page title={title} heading={<span className="row">{title}{rollout && <Status kind="rollout" value={rollout.status} />}</span>} actions={rollout && <Steps rollout={rollout} />}>
      <Answered read={read} what={t.rollouts.whatOne}>
        {(data) => {
          const all = sums(data.waves);
          return (
            <>
              {data.stopped_because && <div className="notice failed" role="status">{t.rollouts.because(data.stopped_because)}</div>}
              <Figures>
                <Figure asOfMs={read.asOfMs} periodS={30} label={t.rollouts.revision} value={data.revision} />
                <Figure asOfMs={read.asOfMs} periodS={30} label={t.rollouts.done} value={t.overview.of(all.done, all.total)} role="good" />
                <Figure asOfMs={read.asOfMs} periodS={30} label={t.rollouts.failed} value={count(all.failed)} role={all.failed > 0 ? 'failed' : undefined} />
                <Figure asOfMs={read.asOfMs} periodS={30} label={t.rollouts.left} value={count(all.left)} />
                <Figure label={t.rollouts.stopPercent} value={percent(data.stop_percent)} />
              </Figures>
              {data.waves.length === 0 ? <Empty>{t.rollouts.noWaves}</Empty> : data.waves.map((wave) => <WaveCard key={wave.no} wave={wave} />)}
              <div className="row soft small"><span>{t.rollouts.created} <Time at={data.created_at} /> · {data.who}</span><span className="grow" /><AsOf ms={read.asOfMs} /></div>
            </>
          );
        }}
      </Answered>
    </Page>
  );
}

function WaveCard({ wave }: { wave: Wave }) {
  const url = useUrl();
  const share = (n: number): string => `${wave.total > 0 ? (n / wave.total) * 100 : 0}%`;
  return (
    <section className="card stack-s" aria-label={`${t.rollouts.wave} ${wave.no}`}>
      <div className="row">
        <h2>{t.rollouts.wave} {wave.no}</h2><span className="soft">{selectorText(wave.selector)}</span><Status kind="wave" value={wave.status} />
        <span className="grow" />
        <span>{t.rollouts.done} <strong>{count(wave.done)}</strong> · {t.rollouts.failed} <strong>{count(wave.failed)}</strong> · {t.rollouts.left} <strong>{count(wave.left)}</strong> / {count(wave.total)}</span>
      </div>
      <div className="bar-progress" aria-hidden>
        <span style={{ width: share(wave.done), background: 'var(--ts-good)' }} /><span style={{ width: share(wave.failed), background: 'var(--ts-failed)' }} />
      </div>
      {wave.failures.length > 0 && (
        <table className="plain" aria-label={t.rollouts.failures}>
          <thead><tr><th scope="col">{t.rollouts.agent}</th><th scope="col">{t.rollouts.location}</th><th scope="col">{t.rollouts.error}</th></tr></thead>
          <tbody>
            {wave.failures.map((failure) => (
              <tr key={failure.agent_id}><td><Link href={url.to(`/fleet/${encodeURIComponent(failure.agent_id)}`)}>{failure.agent_id}</Link></td><td>{failure.location}</td><td>{failure.error}</td></tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Steps({ rollout }: { rollout: Rollout }) {
  const mayStop = useMay('operator');
  const maySteer = useMay('administrator');
  const [asked, setAsked] = useState<Step | null>(null);
  const words: Record<Step, { title: string; text: string; deed: string; done: string }> = {
    stop: { title: t.rollouts.stop, text: t.rollouts.stopText, deed: t.rollouts.deedStop(Number(rollout.rollout_id) || rollout.revision), done: t.rollouts.stopDone },
    resume: { title: t.rollouts.resume, text: t.rollouts.resumeText, deed: t.rollouts.deedResume(Number(rollout.rollout_id) || rollout.revision), done: t.rollouts.resumeDone },
    back: { title: t.rollouts.back, text: t.rollouts.backText, deed: t.rollouts.deedBack(rollout.revision), done: t.rollouts.backDone },
  };
  const step = useDeed((which: Step, key) => send('post', '/v1/rollouts/{id}/{step}', { path: { id: rollout.rollout_id, step: which }, body: {}, key }),
                       { done: (_, which) => words[which].done, changes: ['/v1/rollouts/{id}', '/v1/rollouts'], onDone: () => setAsked(null) });
  const shown = asked ? words[asked] : null;
  return (
    <>
      {mayStop && rollout.status === 'running' && <Button color="fail" onClick={() => setAsked('stop')}>{t.rollouts.stop}</Button>}
      {maySteer && rollout.status === 'stopped' && <Button onClick={() => setAsked('resume')}>{t.rollouts.resume}</Button>}
      {maySteer && rollout.status !== 'running' && <Button variant="default" onClick={() => setAsked('back')}>{t.rollouts.back}</Button>}
      <ConfirmDeed opened={shown !== null} onClose={() => setAsked(null)} title={shown?.title ?? ''} deed={shown?.deed ?? ''} danger={asked !== 'resume'} busy={step.isPending} onDeed={() => asked && step.mutate(asked)}>{shown?.text}</ConfirmDeed>
    </>
  );
}

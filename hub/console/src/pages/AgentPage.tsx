// What ails it? One agent: figures now and over 24 hours, commands with their answers, history; both machines of a conflict.
import { Link, useParams } from 'wouter';
import { usePending } from '../api/hooks';
import type { AgentDetail } from '../api/types';
import { count, duration, gib, minutes, skew } from '../lib/format';
import { useUrl } from '../lib/useUrl';
import { wordOf } from '../lib/words';
import { t } from '../strings/en';
import { AsOf, Figure, Figures } from '../ui/Figure';
import { Page } from '../ui/Page';
import { Answered } from '../ui/states';
import { Mark } from '../ui/Status';
import { AgentStatus } from './fleet/AgentStatus';
import { Age, Time } from '../ui/Time';
import { AgentActions } from './fleet/AgentActions';
import { AgentSamples } from './fleet/AgentSamples';
import { CommandList } from './fleet/CommandList';
import { Conflict } from './fleet/Conflict';
import { isDiskLow, isSkewed, revisionText } from './fleet/judge';

const tabs = ['now', 'commands', 'history'] as const;

export default function AgentPage() {
  const { id = '' } = useParams<{ id: string }>();
  const url = useUrl();
  const tab = tabs.find((one) => one === url.query.tab) ?? 'now';
  const read = usePending<AgentDetail>('/v1/agents/{id}', { path: { id } }, { livePollS: 30 });
  const agent = read.data;
  const name = agent ? `${agent.name || agent.id}, ${agent.location_name || agent.location}` : id;
  return (
    <Page title={name} heading={<span className="row">{name}{agent && <AgentStatus agent={agent} />}</span>} actions={agent && <AgentActions agent={agent} />}>
      <Answered read={read} what={t.agent.what}>
        {(data) => (
          <>
            {data.conflict && <Conflict agent={data} />}
            <nav className="sections" aria-label={t.agent.title}>
              {tabs.map((one) => <Link key={one} href={url.href({ tab: one === 'now' ? null : one })} aria-current={tab === one ? 'page' : undefined}>{t.agent.tabs[one]}</Link>)}
            </nav>
            {tab === 'now' && (
              <>
                <Figures>
                  <Figure asOfMs={read.asOfMs} periodS={30} label={t.agent.lastSeen} value={data.last_seen ? <Age of={data.last_seen} location={data.location} /> : t.agent.never} role={wordOf('agent', data.status).role} />
                  <Figure asOfMs={read.asOfMs} periodS={30} label={t.agent.backlog} value={count(data.backlog)} unit={t.unit.documents} />
                  <Figure asOfMs={read.asOfMs} periodS={30} label={t.agent.oldest} value={minutes(data.oldest_unsent_s)} />
                  <Figure asOfMs={read.asOfMs} periodS={30} label={t.agent.drain} value={duration(data.drain_s)} />
                  <Figure asOfMs={read.asOfMs} periodS={30} label={t.agent.skew} value={skew(data.clock_skew_ms)} role={isSkewed(data.clock_skew_ms) ? 'attention' : undefined} />
                  <Figure asOfMs={read.asOfMs} periodS={30} label={t.agent.disk} value={gib(data.disk_free_bytes)} role={isDiskLow(data.disk_free_bytes) ? 'attention' : undefined} />
                </Figures>
                <AgentSamples id={id} location={data.location} />
                <section className="card">
                  <dl className="facts">
                    <dt>{t.agent.location}</dt><dd>{data.location_name ? `${data.location_name} (${data.location})` : data.location}</dd>
                    <dt>{t.agent.host}</dt><dd>{data.host || t.absent}</dd>
                    <dt>{t.agent.group}</dt><dd>{data.group || t.absent}</dd>
                    <dt>{t.agent.version}</dt><dd className="mono">{data.version || t.absent}</dd>
                    <dt>{t.agent.revision}</dt><dd>{revisionText(data.revision, data.revision_wanted)}{data.config_error && <> <Mark role="failed">{data.config_error}</Mark></>}</dd>
                    {data.till && <><dt>{t.agent.till}</dt><dd>{data.till}</dd></>}
                    <dt>{t.agent.enrolled}</dt><dd><Time at={data.enrolled_at} location={data.location} /></dd>
                    <dt>{t.agent.lastSeen}</dt><dd>{data.last_seen ? <Time at={data.last_seen} location={data.location} /> : t.agent.never}</dd>
                    <dt>{t.agent.key}</dt><dd className="mono">{data.public_key}</dd>
                  </dl>
                </section>
              </>
            )}
            {tab === 'commands' && <CommandList agent={data} />}
            {tab === 'history' && <History agent={data} />}
            <AsOf ms={read.asOfMs} />
          </>
        )}
      </Answered>
    </Page>
  );
}

function History({ agent }: { agent: AgentDetail }) {
  if (!agent.history || agent.history.length === 0) return <p className="empty">{t.agent.noHistory}</p>;
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={t.agent.history}>
      <table className="table">
        <thead><tr><th scope="col">{t.agent.at}</th><th scope="col">{t.agent.event}</th><th scope="col">{t.agent.detail}</th><th scope="col">{t.agent.who}</th></tr></thead>
        <tbody>
          {agent.history.map((entry, i) => (
            <tr key={`${entry.at} ${i}`}>
              <td className="nowrap"><Time at={entry.at} location={agent.location} /></td><td>{entry.what}</td><td>{entry.detail}</td><td>{entry.who}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

// Two machines with one identity: both are shown, since only a person can tell the copy.
import type { AgentDetail } from '../../api/types';
import { t } from '../../strings/en';
import { Mark } from '../../ui/Status';
import { Age, Time } from '../../ui/Time';

export function Conflict({ agent }: { agent: AgentDetail }) {
  const conflict = agent.conflict;
  if (!conflict) return null;
  return (
    <section className="notice failed" aria-labelledby="conflict">
      <div className="stack grow">
        <h2 id="conflict"><Mark role="failed">{t.agent.conflict}</Mark></h2>
        <p>{t.agent.conflictText} <Time at={conflict.since} location={agent.location} /></p>
        <table className="plain">
          <thead><tr><th scope="col">{t.agent.host}</th><th scope="col">{t.agent.address}</th><th scope="col">{t.agent.version}</th><th scope="col">{t.agent.boot}</th><th scope="col" className="number">{t.agent.lastSeen}</th></tr></thead>
          <tbody>
            {conflict.machines.map((machine) => (
              <tr key={machine.boot_id}>
                <td>{machine.host || t.absent}</td><td className="mono">{machine.address || t.absent}</td><td className="mono">{machine.version}</td><td className="mono">{machine.boot_id}</td><td className="number"><Age of={machine.last_seen} location={agent.location} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

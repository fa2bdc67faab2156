import { usePending } from '../../api/hooks';
import type { AgentCommand, AgentDetail, Page } from '../../api/types';
import { t } from '../../strings/en';
import { Answered, Empty } from '../../ui/states';
import { Status } from '../../ui/Status';
import { Time } from '../../ui/Time';

const COMMAND_POLL_S = 5;  // its answer comes within seconds while the agent is on the line

function resultText(result: unknown): string {
  if (result === null || result === undefined) return '';
  return typeof result === 'string' ? result : JSON.stringify(result, null, 1);
}

export function CommandList({ agent }: { agent: AgentDetail }) {
  const read = usePending<Page<AgentCommand>>('/v1/agents/{id}/commands', { path: { id: agent.id } }, { pollS: COMMAND_POLL_S, livePollS: COMMAND_POLL_S });
  return (
    <Answered read={read} what={t.agent.commands}>
      {({ items }) => items.length === 0 ? <Empty>{t.agent.noCommands}</Empty> : (
        <div className="table-frame" tabIndex={0} role="region" aria-label={t.agent.commands}>
          <table className="table">
            <thead><tr><th scope="col">{t.agent.command}</th><th scope="col">{t.statusLabel}</th><th scope="col">{t.agent.who}</th><th scope="col">{t.agent.sentAt}</th><th scope="col">{t.agent.answeredAt}</th><th scope="col">{t.agent.result}</th></tr></thead>
            <tbody>
              {items.map((command) => (
                <tr key={command.command_id}>
                  <td>{t.agent.commandWords[command.name] ?? command.name}</td><td><Status kind="command" value={command.status} /></td><td>{command.who}</td>
                  <td className="nowrap"><Time at={command.created_at} location={agent.location} short /></td><td className="nowrap"><Time at={command.answered_at} location={agent.location} short /></td>
                  <td>{resultText(command.result) && <details><summary>{t.agent.result}</summary><pre className="json">{resultText(command.result)}</pre></details>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Answered>
  );
}

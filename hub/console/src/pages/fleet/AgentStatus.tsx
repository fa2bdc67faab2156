// An agent's state. Dark outside of opening hours is nobody's trouble: the same word, idle.
import type { AgentRow } from '../../api/types';
import { wordOf } from '../../lib/words';
import { Mark, Status } from '../../ui/Status';

export function AgentStatus({ agent }: { agent: Pick<AgentRow, 'status' | 'open'> }) {
  if (agent.status === 'dark' && agent.open === false) {
    const word = wordOf('agent', 'dark');
    return <Mark role="idle" icon={word.icon}>{word.word}</Mark>;
  }
  return <Status kind="agent" value={agent.status} />;
}

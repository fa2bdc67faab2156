import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function AgentPage() {
  return <Page title={t.agent.title}>{null}</Page>;
}

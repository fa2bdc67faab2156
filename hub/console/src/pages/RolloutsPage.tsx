import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function RolloutsPage() {
  return <Page title={t.rollouts.title}>{null}</Page>;
}

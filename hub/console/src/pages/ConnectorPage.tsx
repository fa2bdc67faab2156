import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function ConnectorPage() {
  return <Page title={t.connectors.title}>{null}</Page>;
}

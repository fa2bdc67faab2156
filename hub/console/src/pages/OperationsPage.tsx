import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function OperationsPage() {
  return <Page title={t.operations.title}>{null}</Page>;
}

import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function OperationPage() {
  return <Page title={t.operations.title}>{null}</Page>;
}

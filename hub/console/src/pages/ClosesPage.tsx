import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function ClosesPage() {
  return <Page title={t.closes.title}>{null}</Page>;
}

import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function OverviewPage() {
  return <Page title={t.overview.title}>{null}</Page>;
}

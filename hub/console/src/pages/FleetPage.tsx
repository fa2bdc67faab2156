import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function FleetPage() {
  return <Page title={t.fleet.title}>{null}</Page>;
}

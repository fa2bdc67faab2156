import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function SettingsPage() {
  return <Page title={t.settings.title}>{null}</Page>;
}

import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function ClosePage() {
  return <Page title={t.closes.title}>{null}</Page>;
}

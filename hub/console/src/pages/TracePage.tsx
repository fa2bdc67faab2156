import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function TracePage() {
  return <Page title={t.trace.title}>{null}</Page>;
}

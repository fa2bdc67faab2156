import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function ExceptionsPage() {
  return <Page title={t.exceptions.title}>{null}</Page>;
}

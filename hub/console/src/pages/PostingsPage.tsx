import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function PostingsPage() {
  return <Page title={t.postings.title}>{null}</Page>;
}

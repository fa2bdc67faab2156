import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function SearchPage() {
  return <Page title={t.search.title}>{null}</Page>;
}

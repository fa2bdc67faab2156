import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function StockPage() {
  return <Page title={t.stock.title}>{null}</Page>;
}

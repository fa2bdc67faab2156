import { t } from '../strings/en';
import { Page } from '../ui/Page';

export default function ReservationsPage() {
  return <Page title={t.reservations.title}>{null}</Page>;
}

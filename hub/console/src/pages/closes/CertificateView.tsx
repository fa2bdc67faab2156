// The certificate as it was issued and signed, to be saved; and each closing and reopening of the day.
import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { Schema } from '../../api/types';
import { t } from '../../strings/en';
import { Facts } from '../../ui/Facts';
import { PlainTable } from '../../ui/PlainTable';
import { Status } from '../../ui/Status';
import { Time } from '../../ui/Time';

type Day = Schema<'Day'>;

export function CertificateView({ day }: { day: Day }) {
  const certificate = day.issued?.certificate;
  const { location, business_date: date } = day;
  const href = (number: number): string => `/v1/closes/${encodeURIComponent(location)}/${date}/certificate?number=${number}`;
  return (
    <section className="stack-s">
      <h2>{t.closes.certificate}</h2>
      {!certificate || !day.issued ? <span className="soft">{t.closes.noCertificate}</span> : (
        <>
          <Facts facts={[
            [t.closes.number, String(certificate.number)],
            [t.closes.issued, <Time key="i" at={certificate.issued_at} location={location} />],
            [t.closes.issuedBy, certificate.issued_by],
            [t.closes.complete, certificate.complete ? t.closes.isComplete : t.closes.isIncomplete],
            certificate.forced ? [t.closes.forcedBecause, certificate.reason] : null,
            certificate.supersedes !== null ? [t.closes.supersedes, String(certificate.supersedes)] : null,
            [t.closes.key, <span key="k" className="mono">{day.issued.public_key}</span>],
            [t.closes.signature, <span key="s" className="mono">{day.issued.signature}</span>],
          ]} />
          <div><Button component="a" href={href(certificate.number)} download={`close-certificate-${location}-${date}-${certificate.number}.json`} size="compact-sm" variant="default"
                       leftSection={<IconDownload size={16} aria-hidden />}>{t.closes.save}</Button></div>
        </>
      )}
      {day.history.length > 0 && (
        <>
          <h3>{t.closes.steps}</h3>
          <PlainTable label={t.closes.steps} rows={day.history} keyOf={(row, i) => `${row.at}${i}`} columns={[
            { header: t.exceptions.when, cell: (row) => <Time at={row.at} location={location} /> },
            { header: t.statusLabel, cell: (row) => <Status kind="close" value={row.state} word={row.forced ? t.closes.closedForced : undefined} /> },
            { header: t.exceptions.who, cell: (row) => row.who },
            { header: t.deed.reason, cell: (row) => row.reason },
            { header: t.closes.certificate, cell: (row) => (row.certificate ? <a href={href(row.certificate)} download>{String(row.certificate)}</a> : t.absent) },
          ]} />
        </>
      )}
    </section>
  );
}

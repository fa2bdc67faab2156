// POS, hub and ERP figure by figure, with what each is apart from the hub.
import { useGet } from '../../api/hooks';
import { isZero } from '../../lib/exact';
import { count, decimal } from '../../lib/format';
import { sideRows, type SideRow } from '../../lib/sides';
import { t } from '../../strings/en';
import { Mark } from '../../ui/Status';
import { Answered } from '../../ui/states';

function figureName(name: string): string {
  const [kind, part] = name.split(':');
  if (kind === 'tax' && part) return t.closes.taxOf(part);
  if (kind === 'tender' && part) return t.closes.tenderOf(part);
  return t.closes.figure[name] ?? name;
}

function value(row: SideRow, text: string | null): string {
  if (text === null) return t.absent;
  return row.unit === 'money' ? decimal(text, 2) : decimal(text);
}

function off(row: SideRow, text: string | null): string {
  if (text === null) return t.absent;
  if (isZero(text)) return '0';
  return `${text.startsWith('-') ? '' : '+'}${value(row, text)}`;
}

export function ThreeSides({ location, date }: { location: string; date: string }) {
  const read = useGet('/v1/reconciliation', { query: { location, business_date: date } }, { livePollS: 15 });
  return (
    <section className="stack-s">
      <h2>{t.closes.sides}</h2>
      <Answered read={read} what={t.closes.sides} rows={6}>
        {({ items }) => (items.length === 0 ? <span className="soft">{t.closes.noSides}</span> : items.map((item) => (
          <div key={item.currency} className="stack-s">
            <div className="row">
              <h3>{item.currency || t.closes.noCurrency}</h3>
              {item.sides ? (item.sides.equal ? <Mark role="good">{t.closes.equal}</Mark> : <Mark role="failed">{item.sides.pos ? t.closes.notEqual : t.closes.noPos}</Mark>)
                : item.balanced ? <Mark role="good">{t.closes.booksEqual}</Mark> : <Mark role="failed">{t.closes.notEqual}</Mark>}
              {item.waiting > 0 && <Mark role="progress">{t.closes.waiting(count(item.waiting))}</Mark>}
            </div>
            {item.sides ? (
              <div className="table-frame" tabIndex={0} role="region" aria-label={t.closes.sidesIn(item.currency)}>
                <table className="table" aria-label={t.closes.sidesIn(item.currency)}>
                  <thead><tr>
                    <th scope="col">{t.closes.figureHead}</th><th scope="col" className="number">{t.closes.pos}</th><th scope="col" className="number">{t.closes.hub}</th><th scope="col" className="number">{t.closes.erp}</th>
                    <th scope="col" className="number">{t.closes.posOff}</th><th scope="col" className="number">{t.closes.erpOff}</th><th scope="col">{t.closes.verdict}</th>
                  </tr></thead>
                  <tbody>
                    {sideRows(item.sides, item.hub && item.erp ? { hub: item.hub.units, erp: item.erp.units } : null).map((row) => (
                      <tr key={row.name} className={row.differs ? 'differs' : undefined}>
                        <th scope="row">{figureName(row.name)}{row.unit === 'money' ? <span className="soft"> {item.currency}</span> : <span className="soft"> {t.closes.unit[row.unit]}</span>}</th>
                        <td className="number">{value(row, row.pos)}</td><td className="number">{value(row, row.hub)}</td><td className="number">{value(row, row.erp)}</td>
                        <td className="number">{off(row, row.posOff)}</td><td className="number">{off(row, row.erpOff)}</td>
                        <td>{row.differs ? <Mark role="failed">{t.closes.differs}</Mark> : <Mark role="good">{t.closes.same}</Mark>}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            ) : <span className="soft">{t.closes.tooMany}</span>}
          </div>
        )))}
      </Answered>
    </section>
  );
}

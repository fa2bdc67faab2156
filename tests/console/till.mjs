// What a till says: sales of one line and the close of its day.
const VAT = 0.2;
const text = (minor) => (minor / 100).toFixed(2);

export async function say(agent, document) {
  const answer = await fetch(`${agent}/v1/documents`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(document) });
  if (answer.status !== 201) throw new Error(`the agent refused ${document.document_no}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const figures = (minor) => ({ net: text(minor), tax: text(Math.round(minor * VAT)), gross: text(minor + Math.round(minor * VAT)) });

/** `minor`: net, in pence. */
export function sale({ till, no, sku, date, minor = 1000, at = `${date}T12:00:00Z`, more = {} }) {
  const { net, tax, gross } = figures(minor);
  return {
    contract: 'sale/1', till, document_no: no, business_date: date, occurred_at: at, currency: 'GBP', prices_include_tax: false,
    lines: [{ line_no: 1, kind: 'goods', sku, description: 'Lamp', qty: '1', unit_price: net, amount: net, tax_codes: ['S'] }],
    tax_summary: [{ code: 'S', rate: '0.2', base: net, amount: tax }], tenders: [{ tender_no: 1, type: 'card', amount: gross }],
    totals: { net, tax, gross, rounding: '0.00' }, ...more,
  };
}

/** The close of a till that has sold so often for `minor` in all. */
export function close({ till, no, date, sales, minor }) {
  const { net, tax, gross } = figures(minor);
  return {
    contract: 'till-close/1', till, document_no: `Z-${no}`, z_no: no, business_date: date, occurred_at: `${date}T18:00:00Z`, counts: { sale: sales },
    totals: [{ currency: 'GBP', net, tax, gross }], tenders: [{ type: 'card', currency: 'GBP', expected: gross }],
  };
}

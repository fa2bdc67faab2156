// A sale's way and what may happen to it: found by its number, refused and corrected, many sent again at once, its day closed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, logIn, look, open, shut } from './browser.mjs';
import { Chain, until } from './chain.mjs';
import { close, sale, say } from './till.mjs';

const DATE = '2026-03-02';
const WRONG = 6;  // sales of an item that the ERP does not know

let chain;
let browser;
let door;
before(async () => {
  chain = await Chain.start({ erp: true });
  await chain.erpCall('POST', '/items', { sku: 'LAMP', blocked: false });
  await chain.call('PUT', '/v1/products', ['LAMP', 'VASE', 'MUG'].map((sku) => ({ sku, description: sku, kind: 'goods' })));
  door = await chain.addAgent('LEEDS', { name: 'Leeds', status: 'open', tills: [{ id: 'L-1' }] });
  for (const [name, role] of [['fiona', 'finance'], ['otto', 'operator']]) await chain.call('POST', '/v1/users', { name, password: PHRASE, role });
  browser = await launch();
});
after(async () => {
  await shut(browser);
  await chain?.stop();
});

const PHRASE = 'a phrase for the test';
let sold = 0;
async function sell(no, sku) {
  await say(door, sale({ till: 'L-1', no: String(no), sku, date: DATE }));
  ++sold;
}
async function as(name, path) {
  const own = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await open(own, chain, path);
  await logIn(page, name, PHRASE);
  await page.getByText(/^Live, /).waitFor();
  return page;
}
async function end(page) {
  assert.deepEqual(page.faults, []);
  await page.context().close();
}
const refused = async () => (await chain.call('GET', '/v1/postings?status=refused&limit=200')).items.length;

test('a sale is found by its number in the search box and followed to the ERP', { timeout: 240_000 }, async () => {
  const page = await as('otto', '/');
  await sell(536365, 'LAMP');
  await until('the sale at the hub', async () => (await chain.call('GET', '/v1/events')).items.length === 1);
  await page.getByRole('searchbox', { name: 'Search' }).fill('536365');
  await page.keyboard.press('Enter');
  const hits = page.getByRole('table', { name: 'Hits' });
  await hits.getByRole('row').filter({ hasText: 'Document' }).first().waitFor();
  await look(page, 'search');
  await hits.getByRole('row').filter({ hasText: 'Document' }).getByRole('link').first().click();
  const way = page.getByRole('table', { name: 'Milestones' });
  await way.getByText('Posted', { exact: true }).waitFor({ timeout: 30_000 });
  for (const word of ['Sold', 'Durable at agent', 'At hub', 'Posting queued', 'Posted']) await way.getByText(word, { exact: true }).first().waitFor();
  await look(page, 'trace');
  const [posting] = (await chain.call('GET', '/v1/postings')).items;
  await way.getByRole('row').filter({ hasText: /^Posted/ }).getByText(posting.erp_reference).waitFor();
  await way.getByRole('link', { name: 'Posting' }).last().click();
  await page.getByText(posting.erp_reference).first().waitFor();
  await look(page, 'posting');
  await end(page);
});

test('a refused posting is corrected and sent again', { timeout: 240_000 }, async () => {
  await sell(2, 'VASE');
  await until('the refusal', async () => (await refused()) === 1);
  const page = await as('fiona', '/exceptions?view=list&status=open');
  await page.getByRole('table', { name: 'exceptions' }).getByRole('row').nth(1).getByRole('link').first().click();
  await page.getByText(/VASE is not known/).first().waitFor();
  await look(page, 'exception');
  await chain.erpCall('POST', '/items', { sku: 'VASE', blocked: false });
  await page.getByRole('button', { name: 'Correct', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Correct a posting' });
  await dialog.getByText('Nothing is changed yet.').waitFor();
  const account = dialog.getByRole('textbox', { name: /^Line 1, Account/ });
  await account.fill('1999');
  await dialog.getByText('Would be sent').waitFor();
  await look(page, 'correct');
  await dialog.getByLabel('Reason').fill('Vases were paid into another account');
  await dialog.getByRole('button', { name: 'Save and retry' }).click();
  await page.getByText('The correction is saved and the posting is sent again.').waitFor();
  await until('the corrected posting at the ERP', async () => JSON.stringify(await chain.erpCall('GET', '/summary')).includes('1999'), 30_000);
  await page.getByText('Resolved', { exact: true }).first().waitFor({ timeout: 30_000 });
  await look(page, 'exception-resolved');
  await end(page);
});

test('many are sent again by their cause: undone in time, then for good', { timeout: 240_000 }, async () => {
  for (let n = 3; n < 3 + WRONG; ++n) await sell(n, 'MUG');
  await until('the refusals', async () => (await refused()) === WRONG);
  await chain.erpCall('POST', '/items', { sku: 'MUG', blocked: false });
  const page = await as('otto', '/exceptions');
  const causes = page.getByRole('table', { name: 'causes' });
  const start = async () => {
    await causes.getByRole('row').filter({ hasText: 'MUG' }).getByRole('button', { name: `Retry ${WRONG}` }).click();
    const dialog = page.getByRole('dialog', { name: 'Retry many' });
    const deed = dialog.getByRole('button', { name: `Retry ${WRONG} postings` });
    await deed.waitFor();
    await look(page, 'bulk');
    await deed.click();
  };
  await start();
  const strip = page.getByRole('region', { name: 'Operation' });
  await strip.getByText(/^Starts in /).waitFor();
  // Not looked at before it is undone: the hub waits 10 s for nobody.
  await strip.getByRole('button', { name: 'Undo' }).click();
  await strip.getByText('Undone', { exact: true }).waitFor();
  await look(page, 'bulk-undone');
  assert.equal(await refused(), WRONG);
  await strip.getByRole('button', { name: 'Put away' }).click();
  await start();
  await strip.getByText('Finished', { exact: true }).waitFor({ timeout: 40_000 });
  await strip.getByText(`${WRONG} done, 0 failed, 0 left`).waitFor();
  await until('them at the ERP', async () => (await refused()) === 0);
  await causes.getByRole('button', { name: /^Retry/ }).waitFor({ state: 'detached', timeout: 30_000 });
  await look(page, 'bulk-done');
  await end(page);
});

test('a day is closed once its till has sent its close, and the certificate is shown', { timeout: 240_000 }, async () => {
  const page = await as('fiona', `/closes?date=${DATE}`);
  const row = page.getByRole('table', { name: 'days' }).getByRole('row').filter({ hasText: 'Leeds' });
  await row.getByText('Blocked', { exact: true }).waitFor();
  await row.getByText('L-1').waitFor();
  await look(page, 'closes');
  await say(door, close({ till: 'L-1', no: '1', date: DATE, sales: sold, minor: 1000 * sold }));
  await row.getByText('Ready', { exact: true }).waitFor({ timeout: 40_000 });
  await row.getByRole('link').first().click();
  await page.getByText('Nothing stands in the way.').waitFor();
  await look(page, 'day-ready');
  await page.getByRole('button', { name: 'Close day' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Close / }).last().click();
  await page.getByText('Closed; the certificate is issued.').waitFor();
  await page.getByRole('button', { name: 'Reopen' }).waitFor();
  const { issued } = await chain.call('GET', `/v1/closes/LEEDS/${DATE}`);
  await page.getByText(issued.signature).waitFor();
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Save certificate' }).click()]);
  assert.equal(saved.suggestedFilename(), `close-certificate-LEEDS-${DATE}-1.json`);
  await look(page, 'day-closed');
  await end(page);
});

// The fleet as an operations team works with it: the first log-in, a store that is enrolled from the page, and one that goes dark and drains.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { launch, logIn, look, open, shut } from './browser.mjs';
import { bin, Chain, until } from './chain.mjs';
import { Line } from './line.mjs';
import { sale, say } from './till.mjs';

const DATE = '2026-03-02';
const SALES = 200;
const SLOW = 15_000;  // bytes/s: the backlog of about 250 kB takes some seconds to drain
const DARK_MS = 75_000;  // a store is dark after three heartbeats of 15 s; told with the next figures

let chain;
let line;
let browser;
const doors = {};
before(async () => {
  chain = await Chain.start();
  line = await Line.start(chain.sync);
  browser = await launch();
});
after(async () => {
  await shut(browser);
  line?.stop();
  await chain?.stop();
});

const context = () => browser.newContext({ viewport: { width: 1280, height: 900 } });

test('the first log-in: the administrator of init, an empty fleet that says what to do, and an agent enrolled from the page', { timeout: 240_000 }, async () => {
  await chain.call('PUT', '/v1/locations/YORK', { id: 'YORK', name: 'York', time_zone: 'Europe/London' });
  const own = await context();
  const page = await open(own, chain, '/fleet');
  await look(page, 'first-log-in');
  await logIn(page);
  await page.getByText(/^No agent is enrolled yet/).waitFor();
  await page.getByText(/^Live, /).waitFor();
  await page.getByRole('button', { name: 'Enrol' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Enrol an agent' });
  await dialog.getByLabel('Location').fill('YORK');
  await dialog.getByRole('button', { name: 'Make token' }).click();
  const code = dialog.getByRole('img', { name: 'Command as a QR code' });
  await code.waitFor();
  await until('the QR code to be drawn', () => code.evaluate((image) => image.complete && image.naturalWidth > 0), 10_000);
  await look(page, 'enrol');
  const [command, token] = await dialog.locator('code').allTextContents();
  assert.match(command, new RegExp(token));
  // The line as it is shown, to a shell; only its folder is the test's.
  const folder = '/var/lib/tillsync/agent';
  assert.ok(command.endsWith(` --data ${folder}`), command);
  const ran = spawnSync('/bin/sh', ['-c', command.replace(folder, `'${chain.folder}/YORK'`)], { encoding: 'utf8', timeout: 30_000, env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } });
  assert.equal(ran.status, 0, ran.stderr);
  doors.YORK = await chain.startAgent('YORK');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await stateOf(page, 'York', 'Online').waitFor({ timeout: 30_000 });
  await look(page, 'enrolled');
  await page.getByRole('row').filter({ hasText: 'York' }).getByRole('link').click();
  await page.getByRole('heading', { level: 1, name: /York/ }).waitFor();
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByRole('cell', { name: 'enrolled', exact: true }).waitFor();
  const { public_key: key } = (await chain.call('GET', '/v1/agents?location=YORK')).items[0];
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Change keys' }).click();
  await page.getByRole('dialog', { name: 'Change keys' }).getByRole('button', { name: 'Change keys' }).click();
  await page.getByRole('cell', { name: 'key_replaced', exact: true }).waitFor({ timeout: 60_000 });
  assert.notEqual((await chain.call('GET', '/v1/agents?location=YORK')).items[0].public_key, key);
  assert.deepEqual(page.faults, []);
  await own.close();
});

test('a store goes dark, sells on, and drains when its line is back: told without a reload', { timeout: 240_000 }, async () => {
  await chain.call('PUT', '/v1/products', [{ sku: 'LAMP', description: 'Lamp', kind: 'goods' }]);
  doors.HULL = await chain.addAgent('HULL', { hub: line.address, name: 'Hull' });
  const own = await context();
  const page = await open(own, chain, '/fleet');
  await logIn(page);
  await page.getByText(/^Live, /).waitFor();
  await stateOf(page, 'Hull', 'Online').waitFor({ timeout: 30_000 });
  await page.evaluate(() => { window.sameDocument = true; });
  line.cut();
  for (let n = 1; n <= SALES; ++n) await say(doors.HULL, sale({ till: 'HULL-1', no: String(n), sku: 'LAMP', date: DATE, more: { attributes: { note: randomBytes(600).toString('base64') } } }));
  await stateOf(page, 'Hull', 'Dark').waitFor({ timeout: DARK_MS });
  await look(page, 'dark');
  line.mend({ bytesPerSecond: SLOW });
  await stateOf(page, 'Hull', 'Draining').waitFor({ timeout: 60_000 });
  await look(page, 'draining');
  line.mend();
  await stateOf(page, 'Hull', 'Online').waitFor({ timeout: 60_000 });
  await until('every sale at the hub', async () => (await chain.call('GET', '/v1/agents?location=HULL')).items[0].backlog === 0, 30_000);
  assert.equal((await chain.call('GET', '/v1/events?location=HULL&limit=200')).items.length, SALES);
  assert.equal(await page.evaluate(() => window.sameDocument), true);
  assert.deepEqual(page.faults, []);
  await own.close();
});

test('many stores by one image: the answer file of the page enrols PCs that say where they stand, and the token is revoked in its list', { timeout: 240_000 }, async () => {
  await chain.call('PUT', '/v1/locations/BATH', { id: 'BATH', name: 'Bath', time_zone: 'Europe/London' });
  const own = await context();
  const page = await open(own, chain, '/fleet');
  await logIn(page);
  await page.getByRole('button', { name: 'Enrol' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Enrol an agent' });
  await dialog.getByText('Many stores, by a disk image').click();
  await dialog.getByLabel('PCs that may use it').fill('2');
  await look(page, 'enrol-many');
  await dialog.getByRole('button', { name: 'Make token' }).click();
  const answers = await dialog.locator('code').first().textContent();
  await look(page, 'enrol-many-made');
  assert.match(answers, /^hub = "/);
  const file = `${chain.folder}/enroll.toml`;
  writeFileSync(file, answers);
  const enrol = (till) => spawnSync(`${bin}/tillsync-agent`, ['enroll', '--answers', file, '--location', 'BATH', '--till', till, '--data', `${chain.folder}/${till}`], { encoding: 'utf8', timeout: 30_000 });
  const first = enrol('BATH-1');
  assert.equal(first.status, 0, first.stderr);
  const twin = spawnSync(`${bin}/tillsync-agent`, ['enroll', '--answers', file, '--location', 'BATH', '--till', 'BATH-1', '--data', `${chain.folder}/twin`], { encoding: 'utf8', timeout: 30_000 });
  assert.match(twin.stderr, /has an agent already/);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Tokens' }).click();
  const tokens = page.getByRole('dialog', { name: 'Enrolment tokens' });
  const row = tokens.getByRole('row').filter({ hasText: 'Known stores' });
  await row.getByText('1 of 2').waitFor();
  await look(page, 'enrolment-tokens');
  await row.getByRole('button', { name: 'Revoke the token for Known stores' }).click();
  await page.getByRole('dialog', { name: 'Revoke the token for Known stores' }).getByRole('button', { name: 'Revoke token' }).click();
  await row.getByText('revoked').waitFor();
  const late = enrol('BATH-2');
  assert.match(late.stderr, /was revoked/);
  assert.deepEqual(page.faults, []);
  await own.close();
});

const stateOf = (page, location, word) => page.getByRole('row').filter({ hasText: location }).getByText(word, { exact: true });

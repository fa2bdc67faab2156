// A configuration is made and rolled out in waves; it stops at the agents that refuse it, and the others never get it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, logIn, look, open, shut } from './browser.mjs';
import { Chain, until } from './chain.mjs';

const AGENTS = 3;

let chain;
let browser;
before(async () => {
  chain = await Chain.start();
  await chain.addAgent('YORK', { name: 'York', group: 'pilot' });
  await chain.addAgent('HULL', { name: 'Hull', group: 'rest', env: { TILLSYNC_AGENT_LOG_LEVEL: 'info' } });  // fixed on that machine: it cannot be told another
  await chain.addAgent('LEEDS', { name: 'Leeds', group: 'last' });
  browser = await launch();
});
after(async () => {
  await shut(browser);
  await chain?.stop();
});

/** 0: the agent's own defaults, told as null as long as it was never told anything. */
const revisions = async () => Object.fromEntries((await chain.call('GET', '/v1/agents')).items.map(({ location, revision }) => [location, revision ?? 0]));

test('a configuration goes out in waves, stops where an agent refuses it, and is taken back', { timeout: 180_000 }, async () => {
  const own = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await open(own, chain, '/settings/config');
  await logIn(page);
  await page.getByRole('button', { name: 'New revision' }).click();
  const making = page.getByRole('dialog', { name: 'New revision' });
  await making.getByLabel('Note').fill('Log more');
  await making.getByLabel(/^log\.level/).and(making.locator('input:not([type=hidden])')).click();
  await page.getByRole('option', { name: 'debug' }).click();
  await look(page, 'revision');
  await making.getByRole('button', { name: 'Make revision' }).click();
  await page.getByRole('cell', { name: 'log.level = debug' }).waitFor();

  await page.getByRole('button', { name: 'Roll out: 1' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start a roll-out' });
  for (const [n, group] of [[1, 'pilot'], [2, 'rest']]) {
    await dialog.getByLabel(`Wave ${n}: Agents`).and(dialog.locator('input:not([type=hidden])')).click();
    await page.getByRole('option', { name: 'Group' }).click();
    await dialog.getByLabel('Name of the group').nth(n - 1).fill(group);
  }
  await dialog.getByRole('button', { name: 'Add wave' }).click();
  await dialog.getByLabel('Number of agents').fill(String(AGENTS));
  await look(page, 'roll-out');
  await dialog.getByRole('button', { name: `Roll out revision 1 to ${AGENTS} agents` }).click();

  const status = (word) => page.getByRole('heading', { level: 1 }).getByText(word, { exact: true });
  await status('Running').waitFor();
  await look(page, 'roll-out-runs');
  await status('Stopped').waitFor({ timeout: 120_000 });
  await page.getByText(/^Stopped: /).first().waitFor();
  assert.match(await page.getByRole('table', { name: 'Failures' }).textContent(), /HULL.*log\.level/);
  assert.deepEqual(await revisions(), { YORK: 1, HULL: 0, LEEDS: 0 });
  await look(page, 'roll-out-stopped');

  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take revision 1 back' }).click();
  await page.getByText('The revision before is on its way').waitFor();
  await until('York with the revision before', async () => (await revisions()).YORK === 0);
  assert.deepEqual(page.faults, []);
  await own.close();
});

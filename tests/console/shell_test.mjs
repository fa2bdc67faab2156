// The console's frame in a real browser against a real hub: log-in, sessions, the one stream, keys, and every page in light and dark.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, launch, logIn, open, shot, shut } from './browser.mjs';
import { Chain, NAME, until } from './chain.mjs';

let chain;
let browser;
before(async () => {
  chain = await Chain.start();
  await chain.addAgent('LEEDS');
  browser = await launch();
});
after(async () => {
  await shut(browser);
  await chain?.stop();
});

const context = (options = {}) => browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
const streams = (page) => page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/v1/stream')).length);

test('a wrong password is told, a right one leads to the page that was asked for', async () => {
  const own = await context();
  const page = await open(own, chain, '/fleet?state=online&tz=utc');
  await page.getByLabel('Name').fill(NAME);
  await page.getByLabel('Password').first().fill('wrong password');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('Name or password is wrong.').waitFor();
  await logIn(page);
  await page.getByRole('heading', { level: 1, name: 'Fleet' }).waitFor();
  assert.equal(new URL(page.url()).search, '?state=online&tz=utc');
  await page.getByText('LEEDS').first().waitFor();
  assert.deepEqual(page.faults, []);
  await own.close();
});

test('the session is a cookie that no script can read, and logging out ends it in every tab', async () => {
  const own = await context();
  const page = await open(own, chain);
  await logIn(page);
  assert.equal(await page.evaluate(() => document.cookie), '');
  const other = await open(own, chain, '/fleet');
  await other.getByRole('heading', { level: 1, name: 'Fleet' }).waitFor();
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.getByRole('button', { name: 'Log in' }).waitFor();
  await other.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Settings' }).click();
  await other.getByText('Your session has ended.').waitFor();
  await own.close();
});

test('a browser holds one stream, which another tab takes over', async () => {
  const own = await context();
  const first = await open(own, chain);
  await logIn(first);
  await first.getByText(/^Live, /).waitFor();
  const second = await open(own, chain, '/fleet');
  const third = await open(own, chain, '/settings/users');
  await second.getByText(/^Live, /).waitFor();
  await third.getByText(/^Live, /).waitFor();
  assert.deepEqual([await streams(first), await streams(second), await streams(third)].filter((n) => n > 0).length <= 1, true);
  await first.close();
  await third.waitForTimeout(1000);
  await second.getByText(/^Live, /).waitFor();
  await third.getByText(/^Live, /).waitFor();
  await own.close();
});

test('a hub that goes is told, the last figures stay, and the page lives again when it is back', async () => {
  const own = await context();
  const page = await open(own, chain);
  await logIn(page);
  await page.getByText(/^Live, /).waitFor();
  await page.getByText('1/1').waitFor();
  await chain.end('hub');
  await page.getByText(/^Not live since /).waitFor();
  await page.getByText('1/1').waitFor();
  await chain.startHub();
  await page.getByText(/^Live, /).waitFor({ timeout: 60_000 });
  assert.deepEqual(page.faults, []);
  await own.close();
});

test('keys move through rows and pages, and can be switched off', async () => {
  const own = await context();
  const page = await open(own, chain, '/fleet');
  await logIn(page);
  await page.locator('tbody tr').first().waitFor();
  await page.keyboard.press('j');
  assert.equal(await page.evaluate(() => document.activeElement?.closest('tr[data-row]') !== null), true);
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('type')), 'search');
  await page.keyboard.press('Escape');
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).getByRole('button', { name: 'Switch keys off' }).click();
  await page.getByText('Keys are switched off.').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  assert.equal(await page.getByRole('dialog').count(), 0);
  await own.close();
});

test('every page in light and dark, wide and on a tablet: axe finds nothing, nothing is asked of another address', async () => {
  const agent = (await chain.call('GET', '/v1/agents')).items[0].id;
  const pages = {
    overview: '/', fleet: '/fleet', agent: `/fleet/${agent}`, 'agent-commands': `/fleet/${agent}?tab=commands`, 'agent-history': `/fleet/${agent}?tab=history`, rollouts: '/rollouts',
    exceptions: '/exceptions', trace: '/trace', stock: '/stock', reservations: '/reservations', postings: '/postings', closes: '/closes', operations: '/operations',
    users: '/settings/users', tokens: '/settings/tokens', alerts: '/settings/alerts', notification: '/settings/notification', config: '/settings/config', audit: '/settings/audit',
    search: '/search?q=LEEDS', nowhere: '/nowhere',
  };
  const wrong = [];
  for (const [size, viewport] of [['wide', { width: 1280, height: 900 }], ['tablet', { width: 820, height: 1180 }]]) {
    const own = await context({ viewport });
    const page = await open(own, chain);
    /** Pictures of what stands there in both schemes. The tablet has the same parts in other places, and dark has them in other colours: their names are looked at once. */
    const both = async (name) => {
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await shot(page, `${name}-${size}-${colorScheme}`);
        if (size === 'wide') wrong.push(...(await axe(page, colorScheme === 'dark' ? ['color-contrast'] : undefined)).map((found) => `${name} ${size} ${colorScheme}: ${found}`));
      }
      await page.emulateMedia({ colorScheme: 'light' });
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wrong.push(`${name} ${size}: wider than the window`);
    };
    await both('login');
    await logIn(page);
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(chain.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await until(`${name} to be read`, async () => (await page.locator('[aria-busy="true"]').count()) === 0);
      await both(name);
    }
    wrong.push(...page.faults.map((fault) => `${size}: ${fault}`));
    await own.close();
  }
  assert.deepEqual(wrong, []);
});

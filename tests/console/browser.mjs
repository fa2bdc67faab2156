// Debian's Chromium for tests, without anything that it would ask the world for; and what holds for every page.
import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { NAME, PASSWORD } from './chain.mjs';

const shots = process.env.TILLSYNC_SHOTS_DIR ?? new URL('../../build/console-shots', import.meta.url).pathname;

export function launch() {
  mkdirSync(shots, { recursive: true });
  return chromium.launch({
    executablePath: process.env.TILLSYNC_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A page that notes what must never be: requests to other addresses, errors in the page, breaches of the policy. */
export async function open(context, chain, path = '/') {
  const page = await context.newPage();
  page.faults = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${chain.url}/`) && !request.url().startsWith('data:')) page.faults.push(`asked another address: ${request.url()}`);
  });
  page.on('pageerror', (error) => page.faults.push(`error in the page: ${error.message}`));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) page.faults.push(message.text());
  });
  await page.goto(chain.url + path);
  return page;
}

export async function logIn(page, name = NAME, password = PASSWORD) {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').first().fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

/** What axe finds, as text; empty when nothing. `rules`: only these. */
export async function axe(page, rules) {
  const builder = new AxeBuilder({ page });
  const { violations } = await (rules ? builder.withRules(rules) : builder.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ''}`).join('; ')}`);
}

export const shot = (page, name) => page.screenshot({ path: `${shots}/${name}.png` });

/** What every page that a flow reaches must stand: pictures and axe, in light and dark. What is found is kept in page.faults. */
export async function look(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await shot(page, `flow-${name}-${colorScheme}`);
    // Dark has the same parts with the same names; only its colours are others.
    page.faults.push(...(await axe(page, colorScheme === 'dark' ? ['color-contrast'] : undefined)).map((found) => `${name} ${colorScheme}: ${found}`));
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Pages that are still open are those of tests that failed: their pictures say what stood there instead. */
export async function shut(browser) {
  const pages = browser?.contexts().flatMap((context) => context.pages()) ?? [];
  for (const [n, page] of pages.entries()) await shot(page, `failed-${process.pid}-${n + 1}`).catch(() => {});
  await browser?.close();
}

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.js';
import { type MonitorStage, openMonitorStage } from '../support/monitor-stage.js';
import { expectAccessible } from './accessible.js';
import { expectKeyboard } from './keyboard.js';
import { shoot } from './shoot.js';
import { visit } from './visit.js';

let browser: Browser;
let stage: MonitorStage;
let url: string;

beforeAll(async () => {
  [browser, stage] = await Promise.all([openBrowser(), openMonitorStage()]);
  url = (await stage.startMonitor()).url;
});
afterAll(() => Promise.all([browser?.close(), stage?.close()]));

describe('signing in, with a keyboard only', () => {
  it('leads to the page that was asked for, and out again', async () => {
    const page = await visit(browser, url);
    await page.goto('/lanes');
    await waitForFocus(page);
    await page.keyboard.type('admin');
    await page.keyboard.press('Tab');
    await page.keyboard.type(stage.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Lanes', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/lanes');

    await page.getByRole('button', { name: 'Sign out' }).press('Enter');
    await page.getByLabel('Password').waitFor();
    await page.goto('/lanes');
    expect(new URL(page.url()).pathname).toBe('/sign-in');
  });

  it('says that something was wrong, keeps the name, and asks for the password again', async () => {
    const page = await visit(browser, url);
    await page.goto('/sign-in');
    await waitForFocus(page);
    await page.keyboard.type('admin');
    await page.keyboard.press('Tab');
    await page.keyboard.type('a guess');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The name or the password is wrong.').waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('admin');
    expect(await page.getByLabel('Password').evaluate((field) => field.matches(':focus'))).toBe(true);
    await expectAccessible(page);

    await page.keyboard.type(stage.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor({ state: 'attached' });
  });

  it('shows a page that everybody can use', async () => {
    const page = await visit(browser, url);
    await page.goto('/sign-in');
    await expectAccessible(page);
    await expectKeyboard(page);
    await shoot(page, 'sign-in');
  });
});

/** The page puts it into the first field, a moment after it is there. */
const waitForFocus = (page: Page): Promise<void> => page.getByLabel('Name').and(page.locator(':focus')).waitFor();

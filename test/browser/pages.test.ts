import { ensureLane } from '@quailrunner/ledger';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account } from '../support/account.js';
import { openBrowser } from '../support/browser.js';
import { canaries, claimRuns, endRuns, type MonitorStage, openMonitorStage } from '../support/monitor-stage.js';
import { expectAccessibleDayAndNight } from './accessible.js';
import { expectNone } from './expect-none.js';
import { expectKeyboard } from './keyboard.js';
import { addPeople, openSession, type Person, password } from './people.js';
import { shoot } from './shoot.js';
import { visit } from './visit.js';

let browser: Browser;
let stage: MonitorStage;
let url: string;
const as = {} as Record<Person, BrowserContextOptions>;

beforeAll(async () => {
  [browser, stage] = await Promise.all([openBrowser(), openMonitorStage()]);
  await endRuns(stage, await claimRuns(stage.ledger, 'welcome-sms', 1_300), { completed: 7, failed: 2 });
  await addLanes({ '+15005550008': 240, [`MG${'0'.repeat(31)}4`]: 60 });
  url = (await stage.startMonitor({ adminPassword: password })).url;
  await addPeople(stage.ledger);
  for (const who of ['viewer', 'operator', 'admin'] as const) as[who] = await openSession(browser, url, who);
});
afterAll(() => Promise.all([browser?.close(), stage?.close()]));

/** Senders beside the first task's, each with so many jobs that wait. */
const addLanes = async (senders: Readonly<Record<string, number>>): Promise<void> => {
  for (const [sender, waiting] of Object.entries(senders)) {
    const laneId = await ensureLane(stage.ledger, `twilio/${account.sid}/${sender}`, { defaultRate: 10 });
    const runs = Array.from({ length: waiting }, (_, n) => ({
      runId: String(laneId * 10_000 + n),
      dispatch: 1,
      task: 'reminder',
    }));
    await stage.queue.addRuns(laneId, runs);
  }
};

interface Shown {
  readonly path: string;
  /** Of its pictures. */
  readonly name: string;
  readonly heading: string | RegExp;
  /** Who may open it; everybody if absent. */
  readonly least?: 'operator' | 'admin';
}

/** Every page that a person can open, and what tells that it is there. */
const pages: readonly Shown[] = [
  { path: '/', name: 'overview', heading: 'Tasks' },
  { path: '/lanes', name: 'lanes', heading: 'Lanes' },
  { path: '/tasks', name: 'tasks', heading: 'Tasks' },
  { path: '/tasks/welcome-sms', name: 'task', heading: 'welcome-sms' },
  { path: '/tasks/welcome-sms/plan', name: 'plan', heading: /What welcome-sms would do/, least: 'operator' },
  { path: '/tasks/new', name: 'editor', heading: /task/i, least: 'operator' },
  { path: '/tasks/welcome-sms/edit', name: 'edit', heading: /welcome-sms/, least: 'operator' },
  { path: '/runs', name: 'runs', heading: 'Runs' },
  { path: '/runs/1', name: 'run', heading: 'Run 1' },
  { path: '/retries', name: 'retries', heading: 'Retries' },
  { path: '/retries/new?task=welcome-sms&code=21211', name: 'retry', heading: /retry/i, least: 'operator' },
  { path: '/people', name: 'people', heading: 'People', least: 'admin' },
  { path: '/tokens', name: 'tokens', heading: 'Tokens', least: 'admin' },
  { path: '/audit', name: 'audit', heading: 'Audit', least: 'admin' },
  { path: '/account', name: 'account', heading: /admin|viewer/ },
  { path: '/api/docs', name: 'api', heading: 'API' },
  { path: '/nowhere', name: 'problem', heading: 'There is nothing here' },
];

describe.each(pages)('the page $path', ({ path, name, heading }) => {
  it('is for everybody: axe, keyboard, phone, night', async () => {
    const page = await visit(browser, url, as.admin);
    await page.goto(path);
    await page.getByRole('heading', { name: heading }).first().waitFor({ state: 'attached' });
    await expectForEverybody(page);
    await shoot(page, name);
  });
});

describe('a viewer', () => {
  it.each(pages.filter(({ least }) => least === undefined))(
    'sees nothing personal at $path',
    async ({ path, heading }) => {
      const page = await visit(browser, url, as.viewer);
      await page.goto(path);
      await page.getByRole('heading', { name: heading }).first().waitFor({ state: 'attached' });
      await expectNothingPersonal(page);
    },
  );

  it('finds no button at the lanes that would change them', async () => {
    const page = await visit(browser, url, as.viewer);
    await page.goto('/lanes');
    await page.getByText('Waiting').first().waitFor();
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
  });
});

describe('Bull Board', () => {
  it.each(['viewer', 'operator'] as const)('shows %s the lanes and their jobs, and nothing personal', async (who) => {
    const page = await visit(browser, url, as[who]);
    await page.goto('/queues');
    await page.getByText('1000 Jobs').waitFor();
    await expectNothingPersonal(page);
    if (who === 'viewer') await shoot(page, 'queues', { docs: 'queues.png' });
    await page.getByText('•••06', { exact: false }).first().click();
    await page.getByText('r_1_1', { exact: false }).first().waitFor();
    await expectNothingPersonal(page);
  });
});

describe('Bull Board', () => {
  it('is for everybody: axe and keyboard, with the names and colours that it lacks', async () => {
    const page = await visit(browser, url, as.operator);
    await page.goto('/queues');
    await page.getByText('1000 Jobs').waitFor();
    await expectForEverybody(page);
    await page.getByText('•••06', { exact: false }).first().click();
    await page.getByRole('button', { name: 'Retry', exact: true }).first().waitFor();
    await expectForEverybody(page);
  });
});

describe('an operator', () => {
  it('pauses a lane and lets it go on', async () => {
    const page = await visit(browser, url, as.operator);
    await page.goto('/lanes');
    const lane = page.getByRole('article').first();
    await lane.getByRole('button', { name: 'Pause' }).click();
    await lane.getByText('by operator').waitFor();
    await lane.getByRole('button', { name: 'Resume' }).click();
    await lane.getByRole('button', { name: 'Pause' }).waitFor();
  });
});

/** By day, by night, and without a mouse. */
const expectForEverybody = async (page: Page): Promise<void> => {
  await expectAccessibleDayAndNight(page);
  await expectKeyboard(page);
};

/** A task's own text is for whoever signs in; its numbers and what its rows hold are not. */
const { phone, sender, firstName, token } = canaries;

const expectNothingPersonal = async (page: Page): Promise<void> => {
  const html = await page.content();
  const seen = [phone, sender, firstName, token].filter((canary) => html.includes(canary.replace('+', '')));
  expectNone(`seen at ${page.url()}`, seen);
};

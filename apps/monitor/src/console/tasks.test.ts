import { readTask, readTasks, saveTask } from '@quailrunner/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ann, createTestDatabase } from '../../../../test/support/index.js';
import {
  canaries,
  claimRuns,
  endRuns,
  type MonitorStage,
  makeTask,
  openMonitorStage,
  postForm,
  signIn,
  signInNew,
  textOf,
} from '../../../../test/support/monitor-stage.js';

let stage: MonitorStage;
let source: Awaited<ReturnType<typeof createTestDatabase>>;
let url: string;
let admin: string;
let viewer: string;

beforeAll(async () => {
  // The source and the ledger may well be one database.
  source = await createTestDatabase();
  stage = await openMonitorStage({ databaseUrl: source.url });
  await stage.ask(`
    create table public.users (uuid int primary key, phone_number text, first_name text);
    insert into public.users values (1, '${canaries.phone}', '${canaries.firstName}'), (2, 'x', 'Bo')`);
  await endRuns(stage, await claimRuns(stage.ledger, 'welcome-sms', 30), { completed: 12, failed: 3 });
  url = (await stage.startMonitor({ sources: { default: source.url }, secrets: {} })).url;
  admin = await signIn(url, stage.password);
  viewer = await signInNew(stage, url, { name: 'vera', role: 'viewer' });
});
afterAll(async () => {
  await stage.close();
  await source.close();
});

const get = (path: string, cookie = admin, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}${path}`, { headers: { cookie, ...headers }, redirect: 'manual' });
const read = async (path: string, cookie = admin): Promise<string> => (await get(path, cookie)).text();

describe('a task’s page', () => {
  it('shows to whom, what, how it goes, and what failed with an example', async () => {
    const html = await read('/tasks/welcome-sms');
    const text = textOf(html);
    expect(text).toContain('select uuid as entity_pk, phone_number, first_name from public.users');
    expect(text).toContain(
      'POST https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000007/Messages.json',
    );
    expect(text).toContain('completed 12 queued 15 failed 3');
    expect(text).toMatch(/failed 21211 not a valid phone number 3/);
    expect(html).toContain('href="/retries/new?task=welcome-sms&amp;code=21211"');
    expect(text).toMatch(/looks every 10s.*retries 5, the first after 30s/);
  });

  it('never shows a credential, nor a number to those who only look', async () => {
    for (const path of ['/tasks', '/tasks/welcome-sms', '/tasks/welcome-sms/part', '/tasks/welcome-sms/file']) {
      expect(await read(path)).not.toContain(canaries.token);
      const seen = await read(path, viewer);
      for (const canary of [canaries.token, canaries.sender.slice(1), canaries.phone.slice(1)]) {
        expect(seen).not.toContain(canary);
      }
    }
    expect(await read('/tasks/welcome-sms')).toContain('Basic ********');
  });

  it('of nobody’s task is not there, whatever it is called', async () => {
    for (const name of ['nobody', '%3Cscript%3E', '..%2f..%2fetc', 'welcome-sms~test'])
      expect((await get(`/tasks/${name}`)).status).toBe(404);
  });

  it('shows what a revision changed', async () => {
    const changed = makeTask('revised');
    await saveTask(stage.ledger, changed, ann);
    const action = { ...changed.settings.action, body: `${changed.settings.action.body} <b>` };
    await saveTask(stage.ledger, { ...changed, settings: { ...changed.settings, action, retries: 2 } }, ann);
    const html = await read('/tasks/revised');
    expect(html).toMatch(/class="removed">− retries: 5/);
    expect(html).toMatch(/class="added">\+ retries: 2/);
    expect(html).toContain('must stay inside &lt;b&gt;');
    const headers = { ...action.headers, Authorization: 'Basic another' };
    await saveTask(
      stage.ledger,
      { ...changed, settings: { ...changed.settings, action: { ...action, headers }, retries: 2 } },
      ann,
    );
    expect(await read('/tasks/revised')).toContain('Something that is masked here has changed.');
  });

  it('is handed out as a file that says the same', async () => {
    const answer = await get('/tasks/welcome-sms/file');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="welcome-sms.sql"');
    expect(await answer.text()).toMatch(/^\/\*\nname: welcome-sms\n[\s\S]*\*\/\nselect uuid as entity_pk/);
    expect((await get('/tasks/welcome-sms/file', viewer)).status).toBe(403);
  });
});

describe('a person', () => {
  it('pauses and resumes a task, if their role allows it', async () => {
    const stateOf = async () => (await readTask(stage.ledger, 'welcome-sms'))?.state;
    expect((await postForm(`${url}/tasks/welcome-sms/pause`, viewer)).status).toBe(403);
    expect(await stateOf()).toBe('active');
    const answer = await postForm(`${url}/tasks/welcome-sms/pause`, admin);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/tasks/welcome-sms']);
    expect(await stateOf()).toBe('paused');
    expect(textOf(await read('/tasks/welcome-sms'))).toContain('welcome-sms paused');
    await postForm(`${url}/tasks/welcome-sms/resume`, admin);
    expect(await stateOf()).toBe('active');
    expect(await read('/tasks/welcome-sms', viewer)).not.toContain('<button type="submit">Pause');
  });

  it('tries it with a number of their own, and is told what is wrong with that', async () => {
    const wrong = await postForm(`${url}/tasks/welcome-sms/send-test`, admin, { to: '12' });
    expect([wrong.status, textOf(await wrong.text())]).toEqual([422, expect.stringContaining('No test was sent')]);
    const nobody = await postForm(`${url}/tasks/welcome-sms/send-test`, admin, { to: '+4915112345600', entity: 'ada' });
    expect([nobody.status, textOf(await nobody.text())]).toEqual([
      422,
      expect.stringContaining('the key of an entity'),
    ]);
    const answer = await postForm(`${url}/tasks/welcome-sms/send-test`, admin, { to: '+4915112345600', entity: '1' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/runs\/\d+$/)]);
    expect((await readTasks(stage.ledger)).map(({ name }) => name)).not.toContain('welcome-sms~test');
  });
});

describe('a plan', () => {
  it('comes into its page when it is made, and says what would be sent, with masked credentials', async () => {
    expect(await read('/tasks/revised/plan')).toContain('hx-get="/tasks/revised/plan/part"');
    const part = await (await get('/tasks/revised/plan/part', admin, { 'hx-request': 'true' })).text();
    expect(part).not.toContain('<html');
    expect(textOf(part)).toMatch(/Match 2 To send 1 Segments 1/);
    expect(textOf(part)).toMatch(/Would fail 1 /);
    expect(part).toContain('Authorization: Basic ********');
    expect(part).toContain('<div class="bubble">');
    expect(await read('/tasks/revised/plan/part')).toContain('<html');
  });

  it('is not for those who only look: it reads the source, and shows people', async () => {
    for (const path of ['/tasks/revised/plan', '/tasks/revised/plan/part'])
      expect((await get(path, viewer)).status).toBe(403);
  });

  it('that can’t be made says why, and how to mend it', async () => {
    await saveTask(
      stage.ledger,
      { ...makeTask('broken'), predicate: 'select uuid as entity_pk, phone_numbr from users' },
      ann,
    );
    const text = textOf(await read('/tasks/broken/plan/part'));
    expect(text).toContain('column "phone_numbr" does not exist');
    expect(text).toContain('predicate, line 1, column 27');
  });
});

import { readRevision, readTask, saveTask } from '@quailrunner/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ann, createTestDatabase } from '../../../../test/support/index.js';
import {
  canaries,
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
  source = await createTestDatabase();
  stage = await openMonitorStage({ databaseUrl: source.url });
  await stage.ask(`
    create table public.users (uuid int primary key, phone_number text, first_name text);
    insert into public.users values (1, '+4915112345678', 'Zoë <b>'), (2, '+4915112345679', 'Bo')`);
  url = (await stage.startMonitor({ sources: { default: source.url } })).url;
  admin = await signIn(url, stage.password);
  viewer = await signInNew(stage, url, { name: 'vera', role: 'viewer' });
});
afterAll(async () => {
  await stage.close();
  await source.close();
});

const post = async (path: string, fields: Record<string, string>, cookie = admin) => {
  const answer = await postForm(`${url}${path}`, cookie, fields);
  return { status: answer.status, location: answer.headers.get('location'), html: await answer.text() };
};
const read = async (path: string): Promise<string> =>
  (await fetch(`${url}${path}`, { headers: { cookie: admin } })).text();

const guide = {
  name: 'from-the-guide',
  predicate: 'SELECT uuid AS entity_pk, phone_number, first_name FROM public.users',
  account: `AC${'0'.repeat(32)}`,
  sender: '+15005550006',
  to: '{{.phone_number}}',
  text: 'Hello {{ first_name }} & all!',
};

const sealIn = (html: string): string => /name="seal" value="([^"]+)"/.exec(html)?.[1] ?? '';
const plan = async (fields: Record<string, string>) => (await post('/tasks/review/plan', fields)).html;

describe('while a task is written', () => {
  it('one sees the first rows, and the first message as a phone shows it', async () => {
    const { html } = await post('/tasks/look', guide);
    expect(textOf(html)).toContain('Nothing is wrong with it.');
    expect(html).toContain('<div class="bubble">Hello Zoë &lt;b&gt; &amp; all!</div>');
    expect(textOf(html)).toContain('1 segment of UCS-2, because of ë.');
    expect(textOf(html)).toMatch(/entity_pk integer.*1 \+4915112345678 Zoë/);
    expect(html).toContain('Authorization: Basic ********');
  });

  it('one is told of what only fails when the source runs it', async () => {
    const failing = {
      ...guide,
      predicate: 'select uuid as entity_pk, phone_number, first_name, 1 / (uuid - 1) from users',
    };
    const look = await post('/tasks/look', failing);
    expect([look.status, textOf(look.html)]).toEqual([200, expect.stringContaining('division by zero')]);
  });

  it.each([
    ['a column that is not there', { ...guide, text: '{{ frist_name }}' }, 'frist_name'],
    ['a table that is not there', { ...guide, predicate: 'select 1 as entity_pk from user' + 's_' }, 'users_'],
    ['a setting', { ...guide, rate: 'fast' }, '"rate" must be a rate such as 10/s'],
    ['no name', { ...guide, name: '' }, 'the setting "name" is missing'],
    ['another source', { ...guide, source: 'nowhere' }, 'nowhere'],
    ['a write', { ...guide, predicate: 'delete from public.users returning uuid as entity_pk' }, ''],
  ])('one is told of %s, and the form comes back as it was', async (_, fields, word) => {
    const look = await post('/tasks/look', fields);
    expect(textOf(look.html)).toContain('To mend');
    expect(textOf(look.html)).toContain(word);
    const review = await post('/tasks/review', fields);
    expect(review.status).toBe(422);
    expect(textOf(review.html)).toContain(word);
    expect(review.html).toContain(`value="${fields.account}"`);
    expect(await readTask(stage.ledger, guide.name)).toBeUndefined();
  });

  it('one may write the request itself, and go back where nothing is lost', async () => {
    const request = await post('/tasks/action', { ...guide, mode: 'message' });
    expect(request.html).toContain('name="mode" value="request"');
    expect(request.html).toContain('Body=Hello {{ first_name }} %26 all!');
    const raw = {
      mode: 'request',
      url: `https://api.twilio.com/2010-04-01/Accounts/${guide.account}/Messages.json`,
      headers: 'Content-Type: application/x-www-form-urlencoded\r\nAuthorization: Basic {{ secrets.twilio_basic }}',
      body: 'From=+15005550006&To={{.phone_number}}&Body=Hi',
    };
    expect((await post('/tasks/action', raw)).html).toContain('name="mode" value="message"');
    const kept = await post('/tasks/action', { ...raw, body: `${raw.body}&ValidityPeriod=60` });
    expect(textOf(kept.html)).toContain('It stays a request: the form has no field for ValidityPeriod.');
  });
});

describe('from the plan', () => {
  it('one gets back to the editor, with all that was written', async () => {
    const fields = { ...guide, rate: '7/s' };
    expect(await plan(fields)).toContain('formaction="/tasks/draft"');
    const { status, html } = await post('/tasks/draft', fields);
    expect(status).toBe(200);
    for (const value of [fields.name, fields.account, fields.rate]) expect(html).toContain(`value="${value}"`);
    expect(html).toContain(fields.predicate);
    expect(html).toContain(fields.text.replace('&', '&amp;'));
    expect(await readTask(stage.ledger, guide.name)).toBeUndefined();
  });
});

describe('a task is saved', () => {
  it('only as its plan was shown', async () => {
    const html = await plan(guide);
    expect(textOf(html)).toMatch(/Match 2 To send 2/);
    const seal = sealIn(html);
    for (const fields of [
      guide,
      { ...guide, seal: 'guessed' },
      { ...guide, seal, text: 'Another' },
      { ...guide, seal, revision: '1' },
    ])
      expect((await post('/tasks/save', fields)).status).toBe(409);
    expect(await readTask(stage.ledger, guide.name)).toBeUndefined();
    const saved = await post('/tasks/save', { ...guide, seal, state: 'paused' });
    expect([saved.status, saved.location]).toEqual([303, '/tasks/from-the-guide']);
    expect(await readTask(stage.ledger, guide.name)).toMatchObject({ revision: 1, state: 'paused' });
  });

  it('once: a second one of that name is refused with a word', async () => {
    const again = { ...guide, text: 'Again' };
    const answer = await post('/tasks/save', { ...again, seal: sealIn(await plan(again)) });
    expect([answer.status, textOf(answer.html)]).toEqual([
      409,
      expect.stringContaining('There is a task from-the-guide already, and nothing was saved'),
    ]);
  });

  it('as a new revision, unless somebody else was first', async () => {
    const form = { ...guide, revision: '1', text: 'Changed' };
    const seal = sealIn(await plan(form));
    expect((await post('/tasks/save', { ...form, seal })).status).toBe(303);
    expect(await readTask(stage.ledger, guide.name)).toMatchObject({ revision: 2, state: 'paused' });
    const late = { ...form, text: 'Too late' };
    const answer = await post('/tasks/save', { ...late, seal: sealIn(await plan(late)) });
    expect([answer.status, textOf(answer.html)]).toEqual([409, expect.stringContaining('it is at revision 2')]);
    // All that was written is still there, and is now a change of the newest.
    expect(answer.html).toContain('name="revision" value="2"');
    expect(answer.html).toContain('Too late');
  });

  it('with the credentials that the page never showed', async () => {
    await saveTask(stage.ledger, makeTask('with-credentials'), ann);
    const html = await read('/tasks/with-credentials/edit');
    expect(html).not.toContain(canaries.token);
    expect(html).toContain('Authorization: Basic ********');
    const form = {
      name: 'with-credentials',
      revision: '1',
      mode: 'request',
      predicate: 'select uuid as entity_pk, phone_number from public.users',
      url: 'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000007/Messages.json',
      headers: 'Content-Type: application/x-www-form-urlencoded\r\nAuthorization: Basic ********',
      body: 'From=+15005550006&To={{.phone_number}}&Body=Hi',
    };
    const planned = await plan(form);
    expect(planned).not.toContain(canaries.token);
    expect((await post('/tasks/save', { ...form, seal: sealIn(planned) })).status).toBe(303);
    const row = await readTask(stage.ledger, 'with-credentials');
    const { settings } = await readRevision(stage.ledger, row?.taskId ?? 0, 2);
    expect(settings.action.headers.Authorization).toBe(`Basic ${canaries.token}`);
  });

  it('not by those who only look', async () => {
    for (const path of [
      '/tasks/look',
      '/tasks/action',
      '/tasks/draft',
      '/tasks/review',
      '/tasks/review/plan',
      '/tasks/save',
    ])
      expect((await post(path, guide, viewer)).status).toBe(403);
    const answer = await fetch(`${url}/tasks/new`, { headers: { cookie: viewer } });
    expect(answer.status).toBe(403);
  });
});

import { createUser, hashPassword, type Role, readAudit, readTokens, readUsers } from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ann } from '../../../../test/support/index.js';
import {
  type MonitorStage,
  openMonitorStage,
  postForm,
  signIn,
  textOf,
} from '../../../../test/support/monitor-stage.js';

let stage: MonitorStage;
let url: string;
let admin: string;
const logged: string[] = [];
const log: Log = { emit: (event, fields) => void logged.push(JSON.stringify({ event, fields })), close: () => {} };
/** What was shown once, and must be nowhere else. */
const secrets: string[] = [];

const passwordOf = (name: string) => `the password of ${name}`;

beforeAll(async () => {
  stage = await openMonitorStage();
  const monitor = await stage.startUnprepared(log);
  url = monitor.url;
  secrets.push(monitor.firstPassword ?? '');
  for (const name of ['vera', 'olga', 'adam']) {
    const role = ({ v: 'viewer', o: 'operator', a: 'admin' } as Record<string, Role>)[name[0] ?? ''] ?? 'viewer';
    await createUser(stage.ledger, { name, role, passwordHash: await hashPassword(passwordOf(name)) }, ann);
  }
  admin = await signIn(url, passwordOf('adam'), 'adam');
});
afterAll(() => stage.close());

const read = (path: string, cookie = admin) => fetch(`${url}${path}`, { headers: { cookie }, redirect: 'manual' });
const textAt = async (path: string, cookie = admin) => textOf(await (await read(path, cookie)).text());
const post = (path: string, fields: Record<string, string> = {}, cookie = admin) =>
  postForm(`${url}${path}`, cookie, fields);

/** What the answer to a form says, and what it shows this once. */
const outcomeOf = async (answer: Response) => {
  const html = await answer.text();
  const alert = /role="alert">([^<]+)</.exec(html)?.[1];
  const secret = /shown this once:<\/p>\s*<p><code>([^<]+)</.exec(html)?.[1];
  if (secret !== undefined) secrets.push(secret);
  return { status: answer.status, to: answer.headers.get('location'), alert, secret };
};

const changes = async (subject: string) =>
  (await readAudit(stage.ledger, { limit: 100 }))
    .filter((row) => `${row.subject.kind} ${row.subject.id}` === subject)
    .map(({ act, by }) => `${act} by ${by.kind} ${by.name}`);

describe('the pages of people', () => {
  it.each(['vera', 'olga'])('are for admins only, but their own: %s', async (name) => {
    const cookie = await signIn(url, passwordOf(name), name);
    for (const path of ['/people', '/tokens', '/audit']) expect((await read(path, cookie)).status).toBe(403);
    for (const path of ['/people', '/people/adam/disable', '/people/vera/role', '/people/adam/password', '/tokens']) {
      expect([path, (await post(path, { role: 'admin', name: 'x', days: '' }, cookie)).status]).toEqual([path, 403]);
    }
    expect(await textAt('/account', cookie)).toContain('Change the password');
    expect(await textAt('/', cookie)).not.toContain('Tokens');
  });
});

describe('people', () => {
  it('are added with a password that the answer shows once, and sign in with it', async () => {
    const { status, secret = '' } = await outcomeOf(await post('/people', { name: 'max', role: 'operator' }));
    expect([status, secret]).toEqual([200, expect.stringMatching(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)]);
    expect(await signIn(url, secret, 'max')).toBeTruthy();
    expect(await textAt('/people')).toMatch(/max operator Sessions 1 Password set/);
    expect(await textAt('/people')).not.toContain(secret);
    expect(await changes('user max')).toEqual(['user.created by user adam']);
  });

  it.each([
    [{ name: 'max', role: 'viewer' }, 409, 'There is a user max already.'],
    [{ name: 'a <b>', role: 'viewer' }, 400, 'That is not a name.'],
    [{ name: 'moritz', role: 'boss' }, 400, 'That is not a role.'],
    [{ name: 'moritz' }, 400, 'That is not a role.'],
  ])('are not added from %j', async (fields, status, alert) => {
    const before = (await readUsers(stage.ledger)).length;
    const answer = await outcomeOf(await post('/people', fields as Record<string, string>));
    expect(answer).toMatchObject({ status, alert: expect.stringContaining(alert) });
    expect((await readUsers(stage.ledger)).length).toBe(before);
  });

  it('act in the role they have now, in sessions that are open', async () => {
    const cookie = await signIn(url, passwordOf('vera'), 'vera');
    expect(await outcomeOf(await post('/people/vera/role', { role: 'admin' }))).toMatchObject({
      status: 303,
      to: '/people#user-vera',
    });
    expect((await read('/people', cookie)).status).toBe(200);
    await post('/people/vera/role', { role: 'viewer' });
    expect((await read('/people', cookie)).status).toBe(403);
    expect(await changes('user vera')).toEqual([
      'user.role_set by user adam',
      'user.role_set by user adam',
      'user.created by user ann',
    ]);
  });

  it('that are disabled are out at once, at every monitor, and can’t come back until they are enabled', async () => {
    const other = await stage.startMonitor();
    const cookie = await signIn(url, passwordOf('olga'), 'olga');
    expect((await fetch(`${other.url}/account`, { headers: { cookie } })).status).toBe(200);
    await post('/people/olga/disable');
    for (const base of [url, other.url]) {
      const answer = await fetch(`${base}/account`, { headers: { cookie }, redirect: 'manual' });
      expect(answer.headers.get('location')).toBe('/sign-in?next=%2Faccount');
    }
    await expect(signIn(url, passwordOf('olga'), 'olga')).rejects.toThrow('401');
    expect(await textAt('/people')).toContain('olga operator disabled');
    await post('/people/olga/enable');
    expect((await read('/account', cookie)).status).toBe(303);
    expect(await signIn(url, passwordOf('olga'), 'olga')).toBeTruthy();
  });

  it('are given a new password, which ends their sessions', async () => {
    const cookie = await signIn(url, passwordOf('olga'), 'olga');
    const { secret = '' } = await outcomeOf(await post('/people/olga/password'));
    expect((await read('/account', cookie)).status).toBe(303);
    await expect(signIn(url, passwordOf('olga'), 'olga')).rejects.toThrow('401');
    expect(await signIn(url, secret, 'olga')).toBeTruthy();
  });

  it('include one admin at least', async () => {
    await post('/people/admin/disable');
    for (const [path, fields] of [
      ['/people/adam/disable', {}],
      ['/people/adam/role', { role: 'viewer' }],
    ] as const) {
      expect(await outcomeOf(await post(path, fields))).toMatchObject({
        status: 409,
        alert: 'adam is the last admin who can sign in. Make somebody else one first.',
      });
    }
    expect((await read('/people')).status).toBe(200);
  });

  it('that nobody knows are not changed', async () => {
    for (const act of ['disable', 'enable', 'password']) {
      expect((await outcomeOf(await post(`/people/nobody/${act}`))).status).toBe(404);
    }
  });
});

describe('tokens', () => {
  const ask = (token: string, path = '/api/v1/stats') =>
    fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` }, redirect: 'manual' });

  it('are shown once, and open the API until they are revoked', async () => {
    const made = await outcomeOf(await post('/tokens', { name: 'ci', role: 'viewer', days: '90' }));
    const token = made.secret ?? '';
    expect([made.status, token]).toEqual([200, expect.stringMatching(/^quail_/)]);
    expect((await ask(token)).status).toBe(200);
    expect((await ask(token, '/people')).status).toBe(303);
    expect((await ask(`${token}x`)).status).toBe(401);
    const text = await textAt('/tokens');
    expect(text).toMatch(
      /ci viewer Made (just now|\ds ago) by adam Last used (just now|\ds ago) Ends in (2159h|2160h)/,
    );
    expect(text).not.toContain(token);
    expect(await outcomeOf(await post('/tokens/ci/revoke'))).toMatchObject({ status: 303, to: '/tokens' });
    expect((await ask(token)).status).toBe(401);
    expect((await outcomeOf(await post('/tokens/ci/revoke'))).status).toBe(404);
    expect(await changes('token ci')).toEqual(['token.revoked by user adam', 'token.created by user adam']);
  });

  it.each([
    [{ name: 'one two', role: 'viewer', days: '' }, 400, 'That is not a name.'],
    [{ name: 'two', role: 'boss', days: '' }, 400, 'That is not a role.'],
    [{ name: 'two', role: 'viewer', days: '7' }, 400, 'Choose when the token ends.'],
    [{ name: 'taken', role: 'viewer', days: '' }, 409, 'There is a token taken already.'],
  ])('are not made from %j', async (fields, status, alert) => {
    await outcomeOf(await post('/tokens', { name: 'taken', role: 'viewer', days: '' }));
    const answer = await outcomeOf(await post('/tokens', fields));
    expect(answer).toMatchObject({ status, alert: expect.stringContaining(alert) });
    expect((await readTokens(stage.ledger)).map(({ name }) => name)).toEqual(['taken']);
  });
});

describe('the audit', () => {
  it('is read page by page, and by who did what to what', async () => {
    await stage.ask(`insert into quailrunner.audit (actor_kind, actor_name, act, subject_kind, subject_id, before, after)
      select 'cli', 'shell', 'lane.paused', 'lane', n::text, '{"state":"open"}', '{"state":"<b>"}'
      from generate_series(1, 120) n`);
    const html = await (await read('/audit')).text();
    expect(html.match(/<th scope="row">/g)).toHaveLength(50);
    expect(html).toContain('state open → &lt;b&gt;');
    expect(html).toContain('<a href="/lanes#lane-120">lane 120</a>');
    const older = /href="([^"]+)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(await textAt(older)).toMatch(/lane\.paused lane 70 shell cli state open/);
    const filtered = await textAt('/audit?by=adam&act=user.role_set&kind=user&id=vera');
    expect(filtered).toMatch(/user\.role_set user vera adam role admin → viewer/);
    expect(filtered).not.toContain('shell');
    expect(await textAt('/audit?act=no.such')).toContain('Nobody has done anything of the kind.');
    expect((await read('/audit?before=x&kind=moon')).status).toBe(200);
  });
});

describe('one’s own account', () => {
  const change = (fields: Record<string, string>, cookie: string) =>
    post('/account/password', { again: fields.wanted ?? '', ...fields }, cookie).then(outcomeOf);

  it('has its password changed with the present one, and stays signed in here only', async () => {
    const [here, elsewhere] = await Promise.all([
      signIn(url, passwordOf('vera'), 'vera'),
      signIn(url, passwordOf('vera'), 'vera'),
    ]);
    const wanted = 'another one of mine';
    secrets.push(wanted);
    const changed = await change({ present: passwordOf('vera'), wanted }, here);
    expect(changed).toMatchObject({ status: 303, to: '/account?done=password' });
    expect(await textAt('/account?done=password', here)).toContain('Your password is changed.');
    expect((await read('/account', elsewhere)).status).toBe(303);
    await expect(signIn(url, passwordOf('vera'), 'vera')).rejects.toThrow('401');
    expect(await signIn(url, wanted, 'vera')).toBeTruthy();
    expect((await changes('user vera'))[0]).toBe('user.password_set by user vera');
  });

  it('keeps its password where the form is wrong, and slows a guesser down', async () => {
    const cookie = await signIn(url, 'another one of mine', 'vera');
    const present = 'another one of mine';
    expect(await change({ present, wanted: 'short' }, cookie)).toMatchObject({
      status: 400,
      alert: expect.stringContaining('a password has at least 12 characters'),
    });
    expect(await change({ present, wanted: 'long enough for us', again: 'something else' }, cookie)).toMatchObject({
      status: 400,
      alert: 'The new password was not the same twice.',
    });
    // However long each takes to be checked: the waits that are asked for double until one is longer.
    const guesses: Awaited<ReturnType<typeof change>>[] = [];
    while (guesses.at(-1)?.status !== 429) {
      guesses.push(await change({ present: 'a guess', wanted: 'long enough for us' }, cookie));
    }
    expect(guesses.length).toBeGreaterThan(5);
    expect(guesses[0]?.alert).toBe('That is not your present password.');
    expect((await read('/account', cookie)).status).toBe(200);
  });

  it('ends all its other sessions', async () => {
    const [here, elsewhere] = await Promise.all([
      signIn(url, passwordOf('adam'), 'adam'),
      signIn(url, passwordOf('adam'), 'adam'),
    ]);
    expect((await post('/account/sessions/end', {}, here)).headers.get('location')).toBe('/account?done=sessions');
    expect((await read('/account', here)).status).toBe(200);
    expect((await read('/account', elsewhere)).status).toBe(303);
    admin = here;
  });
});

describe('what was shown once', () => {
  it('is in no log line and nowhere in the ledger', async () => {
    const names = await stage.ask(
      `select string_agg(format('select t::text as row from quailrunner.%I t', table_name), ' union all ') as all
      from information_schema.tables where table_schema = 'quailrunner'`,
    );
    const tables = JSON.stringify(await stage.ask(String(names[0]?.all)));
    expect(secrets.length).toBeGreaterThan(4);
    for (const secret of secrets) {
      expect(logged.join('\n')).not.toContain(secret);
      expect(tables).not.toContain(secret);
      expect(tables).not.toContain(Buffer.from(secret).toString('hex'));
    }
    expect(tables).toContain('user.password_set');
  });
});

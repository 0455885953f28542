import type { Log } from '@quailrunner/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MonitorStage, openMonitorStage, postForm, signIn } from '../../../../test/support/monitor-stage.js';

let stage: MonitorStage;

beforeEach(async () => {
  stage = await openMonitorStage();
});
afterEach(() => stage.close());

const post = (url: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/sign-in`, { method: 'POST', body: new URLSearchParams(form), headers, redirect: 'manual' });

const statusOf = async (url: string, cookie: string): Promise<number> =>
  (await fetch(`${url}/api/v1/stats`, { headers: { cookie } })).status;

describe('signing in', () => {
  it('opens a session in a cookie that scripts and other sites never see, and goes where one wanted to go', async () => {
    const { url } = await stage.startMonitor();
    const answer = await post(url, { name: 'admin', password: stage.password, next: '/queues' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/queues');
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(await statusOf(url, cookie.split(';')[0] ?? '')).toBe(200);
  });

  it('gives a wrong password and an unknown name the same answer', async () => {
    const { url } = await stage.startMonitor();
    const wrong = await post(url, { name: 'admin', password: 'wrong' });
    const unknown = await post(url, { name: 'nobody', password: 'wrong' });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect((await unknown.text()).replace('nobody', 'admin')).toBe(await wrong.text());
    expect([...wrong.headers.getSetCookie(), ...unknown.headers.getSetCookie()]).toEqual([]);
  });

  it('gives what was typed back as text, not as markup', async () => {
    const { url } = await stage.startMonitor();
    const answer = await post(url, { name: '"><script>alert(1)</script>', password: 'x', next: '/"><i>' });
    expect(await answer.text()).not.toMatch(/<script>|<i>/);
  });

  it('is refused to a form on another site', async () => {
    const { url } = await stage.startMonitor();
    const form = { name: 'admin', password: stage.password };
    expect((await post(url, form, { origin: 'https://evil.test' })).status).toBe(403);
    expect((await post(url, form, { origin: url })).status).toBe(303);
  });

  it('never takes over a session id that was there before', async () => {
    const { url } = await stage.startMonitor();
    const before = await signIn(url, stage.password);
    const form = { name: 'admin', password: stage.password };
    const after = (await post(url, form, { cookie: before })).headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect(after).not.toBe(before);
    expect(await statusOf(url, before)).toBe(401);
    expect(await statusOf(url, after)).toBe(200);
  });

  it('marks the cookie for TLS where people come over TLS, and only there', async () => {
    const { url } = await stage.startMonitor({ publicUrl: 'https://quail.example.com' });
    const form = { name: 'admin', password: stage.password };
    expect((await post(url, form)).headers.getSetCookie()[0]).not.toContain('Secure');
    const proxied = await post(url, form, { 'x-forwarded-proto': 'https' });
    expect(proxied.headers.getSetCookie()[0]).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
  });
});

describe('a session', () => {
  it('holds at every monitor of the installation, and after a restart', async () => {
    const [one, other] = await Promise.all([stage.startMonitor(), stage.startMonitor()]);
    const cookie = await signIn(one.url, stage.password);
    expect(await statusOf(other.url, cookie)).toBe(200);
    await one.close();
    const again = await stage.startMonitor();
    expect(await statusOf(again.url, cookie)).toBe(200);
  });

  it('ends everywhere when one signs out', async () => {
    const [one, other] = await Promise.all([stage.startMonitor(), stage.startMonitor()]);
    const cookie = await signIn(one.url, stage.password);
    const answer = await postForm(`${other.url}/sign-out`, cookie);
    expect(answer.headers.get('location')).toBe('/sign-in');
    expect(answer.headers.getSetCookie()[0]).toMatch(/^quail_session=;/);
    expect(await statusOf(one.url, cookie)).toBe(401);
  });

  it('takes a write only from a form that was given to it', async () => {
    const { url } = await stage.startMonitor();
    const [cookie, other] = await Promise.all([signIn(url, stage.password), signIn(url, stage.password)]);
    const tokenOf = async (session: string) =>
      /name="_csrf" value="([^"]+)"/.exec(await (await fetch(url, { headers: { cookie: session } })).text())?.[1] ?? '';
    for (const _csrf of ['', 'guessed', await tokenOf(other)]) {
      const body = new URLSearchParams({ _csrf });
      const answer = await fetch(`${url}/sign-out`, { method: 'POST', headers: { cookie }, body, redirect: 'manual' });
      expect(answer.status).toBe(403);
    }
    expect(await statusOf(url, cookie)).toBe(200);
  });

  it('is nothing without the signature of this installation', async () => {
    const { url } = await stage.startMonitor();
    const cookie = await signIn(url, stage.password);
    const [id] = decodeURIComponent(cookie.replace('quail_session=', '')).split('.');
    expect(await statusOf(url, `quail_session=${id}`)).toBe(401);
    expect(await statusOf(url, `quail_session=${id}.AAAA`)).toBe(401);
    const elsewhere = await stage.startMonitor({ encryptionKey: Buffer.alloc(32, 7) });
    expect(await statusOf(elsewhere.url, cookie)).toBe(401);
  });
});

describe('the first user', () => {
  it('gets a password that is told to the winner of many monitors only, and works at all of them', async () => {
    const lines: string[] = [];
    const log: Log = { emit: (event, fields) => void lines.push(JSON.stringify({ event, fields })), close: () => {} };
    const monitors = await Promise.all(Array.from({ length: 4 }, () => stage.startUnprepared(log)));
    const told = monitors.map((monitor) => monitor.firstPassword).filter((password) => password !== undefined);
    expect(told).toEqual([expect.stringMatching(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)]);
    for (const { url } of monitors) await signIn(url, told[0] ?? '');
    expect(lines.join('\n')).not.toContain(told[0]);
    expect(lines.filter((line) => line.includes('user.created')).length).toBe(1);
    expect((await stage.startMonitor()).firstPassword).toBeUndefined();
  });
});

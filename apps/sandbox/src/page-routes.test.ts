import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hello, makeSandbox, type TestSandbox, to } from '../test-support/make-sandbox.js';

let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await makeSandbox();
});
afterEach(() => sandbox.close());

const page = async (path = '/'): Promise<string> => (await fetch(`${sandbox.url}${path}`)).text();
const textsOf = (html: string): string[] =>
  [...html.matchAll(/<p dir="auto">(.*?)<\/p>/gs)].map((match) => match[1] ?? '');
const numbersOf = (html: string): string[] =>
  [...html.matchAll(/<h2>.*?href="\/\?to=([^"]*)"/gs)].map((match) => decodeURIComponent(match[1] ?? ''));

describe('the page', () => {
  it('says how to send a first message', async () => {
    expect(await page()).toContain(`${sandbox.url}/2010-04-01/Accounts/`);
  });

  it('names the address that others reach it under', async () => {
    const known = await makeSandbox({ publicBaseUrl: 'https://sandbox.example.org/' });
    expect(known.url).toBe('https://sandbox.example.org');
    await known.close();
  });

  it('shows each phone with its messages in order, phones with news first', async () => {
    await sandbox.post({ ...hello, Body: 'First' });
    await sandbox.post({ ...hello, To: '+447700900123', Body: 'Other' });
    await sandbox.post({ ...hello, Body: 'Second' });
    const html = await page();
    expect(numbersOf(html)).toEqual([to, '+447700900123']);
    expect(textsOf(html)).toEqual(['First', 'Second', 'Other']);
    expect(html).toContain('+1 500 555 0010');
  });

  it('shows text as text, whatever stands in it', async () => {
    await sandbox.post({ ...hello, From: 'A&B', Body: '<script>alert(1)</script> {{ 7 * 7 }} "\'' });
    const html = await page();
    expect(textsOf(html)).toEqual(['&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }} &quot;&#39;']);
    expect(await page('/?search=%3Cscript%3Ealert(2)&to=')).not.toContain('<script>alert');
    expect(await page('/?to=%22%3E%3Cscript%3Ealert(3)')).not.toContain('<script>alert');
  });

  it('says of a message that no phone has got it, and why', async () => {
    const quick = await makeSandbox({ times: { sentAfterMs: 0, deliveredAfterMs: 0 } });
    await quick.putFaults([{ to, delivery: 'undelivered', errorCode: 30003 }]);
    await quick.post(hello);
    const html = await (await fetch(quick.url)).text();
    expect(html).toContain('<p dir="auto" class="undelivered">Hello!</p>');
    expect(html).toContain('<span class="status undelivered">undelivered (30003)</span>');
    await quick.close();
  });

  it('shows media as a card and asks nobody for them', async () => {
    await sandbox.post({ ...hello, MediaUrl: 'https://media.example.org/pictures/parcel.jpg?size=1' });
    const html = await page();
    expect(html).toContain('<b>parcel.jpg</b><small>media.example.org</small>');
    expect(html).not.toMatch(/(?:src|href|action|data)="(?:https?:)?\/\//);
  });

  it('allows nothing from elsewhere', async () => {
    const { headers } = await fetch(sandbox.url);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('serves its own style, script and picture', async () => {
    const html = await page();
    const assets = new Set([...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]));
    expect(assets.size).toBe(3);
    for (const path of assets) expect((await fetch(`${sandbox.url}${path}`)).status).toBe(200);
  });

  it('has pages of phones, and finds a number', async () => {
    const numbers = Array.from({ length: 15 }, (_, n) => `+1500555${String(2_000 + n)}`);
    for (const number of numbers) await sandbox.post({ ...hello, To: number });
    const first = numbersOf(await page());
    const second = numbersOf(await page('/?page=2'));
    expect([...first, ...second]).toEqual(numbers.toReversed());
    expect(first).toHaveLength(12);
    expect(numbersOf(await page('/?search=555%202013'))).toEqual(['+15005552013']);
    expect(await page('/?search=999')).toContain('No phone like “999”');
    expect(await page('/?page=0&page=x')).toContain('Page 1 of 2');
  });

  it('shows a whole conversation, page by page', async () => {
    for (let n = 1; n <= 60; n++) await sandbox.post({ ...hello, Body: `No. ${n}` });
    expect(await page()).toContain('56 earlier');
    const newest = textsOf(await page(`/?to=${encodeURIComponent(to)}`));
    const oldest = textsOf(await page(`/?to=${encodeURIComponent(to)}&page=2`));
    expect([newest[0], newest.at(-1), oldest[0], oldest.at(-1)]).toEqual(['No. 11', 'No. 60', 'No. 1', 'No. 10']);
    expect(textsOf(await page('/?to=nobody'))).toEqual([]);
  });
});

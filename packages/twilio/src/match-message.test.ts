import { describe, expect, it } from 'vitest';
import { creationWindow, matchMessage, type SentMessage } from './match-message.js';
import type { ListedMessage } from './message-list.js';

const startedAt = Date.parse('2026-04-01T12:00:00Z');
const none: ReadonlySet<string> = new Set();
const sidOf = (n: number): string => `SM${String(n).padStart(32, '0')}`;

const sent: SentMessage = {
  to: '+15005550010',
  from: '+15005550006',
  body: 'Hello, Jo!',
  mediaCount: 0,
  startedAt,
  finishedAt: startedAt + 15_000,
};

const makeListed = (n: number, fields: Partial<ListedMessage> = {}): ListedMessage => ({
  sid: sidOf(n),
  status: 'queued',
  direction: 'outbound-api',
  to: '+15005550010',
  from: '+15005550006',
  body: 'Hello, Jo!',
  mediaCount: 0,
  createdAt: startedAt + 1_000,
  ...fields,
});

const foundSid = (listed: ListedMessage[], wanted: SentMessage = sent, taken = none): string | undefined => {
  const match = matchMessage(wanted, listed, taken);
  return match.kind === 'found' ? match.message.sid : undefined;
};

describe('the look-up', () => {
  it('finds the message with our text, sent to our recipient at our time', () => {
    const listed = [
      makeListed(1, { body: 'Another text' }),
      makeListed(2, { direction: 'inbound' }),
      makeListed(3, { to: '+15005550011' }),
      makeListed(4, { from: '+15005550007' }),
      makeListed(5, { createdAt: startedAt - 3_600_000 }),
      makeListed(6, { createdAt: startedAt + 3_600_000 }),
      makeListed(7),
    ];
    expect(foundSid(listed)).toBe(sidOf(7));
    expect(matchMessage(sent, listed.slice(0, 6), none)).toEqual({ kind: 'absent' });
  });

  it('bears with clocks five minutes apart', () => {
    expect(foundSid([makeListed(1, { createdAt: startedAt - 299_000 })])).toBe(sidOf(1));
    expect(foundSid([makeListed(1, { createdAt: startedAt + 314_000 })])).toBe(sidOf(1));
  });

  it('waits longer for a message whose POST ended nobody knows when', () => {
    const { finishedAt: _, ...lost } = sent;
    expect(creationWindow(lost).to).toBeGreaterThan(creationWindow({ ...lost, finishedAt: startedAt }).to);
  });

  it.each([
    ['white space at the ends', '  Hello, Jo!\n'],
    ['line ends', 'Hello,\r\nJo!'],
    ["the trial account's prefix", 'Sent from your Twilio trial account - Hello, Jo!'],
    ['an invisible character', 'Hello,\u200b Jo!'],
  ])('finds it though Twilio changed %s', (_, body) => {
    expect(foundSid([makeListed(1, { body })])).toBe(sidOf(1));
  });

  it('finds it though smart encoding made its characters plain', () => {
    const typographic = { ...sent, body: '“Jo’s” 5–6 o’clock… é' };
    expect(foundSid([makeListed(1, { body: '"Jo\'s" 5-6 o\'clock... e\u0301' })], typographic)).toBe(sidOf(1));
  });

  it('finds it whatever form the numbers were given in', () => {
    expect(foundSid([makeListed(1)], { ...sent, to: ' 1 (500) 555-0010', from: '500-555-0006' })).toBe(sidOf(1));
    expect(foundSid([makeListed(1, { to: '+1500555XXXX' })])).toBe(sidOf(1));
    expect(foundSid([makeListed(1, { from: 'quail' })], { ...sent, from: 'Quail' })).toBe(sidOf(1));
  });

  it('tells messaging services apart, before and after they chose a sender', () => {
    const service: SentMessage = {
      to: sent.to,
      messagingServiceSid: 'MG1',
      body: 'Hello, Jo!',
      mediaCount: 0,
      startedAt,
    };
    const { from: _, ...unsent } = makeListed(1, { messagingServiceSid: 'MG1' });
    expect(foundSid([unsent], service)).toBe(sidOf(1));
    expect(foundSid([makeListed(1, { messagingServiceSid: 'MG1' })], service)).toBe(sidOf(1));
    expect(foundSid([makeListed(1, { messagingServiceSid: 'MG2' })], service)).toBeUndefined();
  });

  it('never gives one message to two runs', () => {
    const listed = [makeListed(1), makeListed(2)];
    const first = foundSid(listed);
    const second = foundSid(listed, sent, new Set([first ?? '']));
    expect(new Set([first, second])).toEqual(new Set([sidOf(1), sidOf(2)]));
    expect(matchMessage(sent, listed, new Set([sidOf(1), sidOf(2)]))).toEqual({ kind: 'absent' });
  });

  it('chooses the same one each time: not failed, as many media, closest in time, lowest sid', () => {
    const failed = makeListed(1, { status: 'failed', createdAt: startedAt });
    const withMedia = makeListed(2, { mediaCount: 1, createdAt: startedAt });
    const late = makeListed(3, { createdAt: startedAt + 9_000 });
    const twin = makeListed(5, { createdAt: startedAt + 2_000 });
    const best = makeListed(4, { createdAt: startedAt + 2_000 });
    const all = [failed, withMedia, late, twin, best];
    for (const order of [all, all.toReversed()]) expect(foundSid(order)).toBe(sidOf(4));
    expect(foundSid([failed, withMedia])).toBe(sidOf(2));
    expect(foundSid([failed])).toBe(sidOf(1));
  });

  it('finds media without text', () => {
    expect(foundSid([makeListed(1, { body: '', mediaCount: 1 })], { ...sent, body: '', mediaCount: 1 })).toBe(sidOf(1));
  });

  it('does not guess where the text can not be compared', () => {
    const { body: _, ...fromContent } = sent;
    const undecidable = { kind: 'undecidable', sids: [sidOf(1)] };
    expect(matchMessage(fromContent, [makeListed(1)], none)).toEqual(undecidable);
    expect(matchMessage(sent, [makeListed(1, { body: '' })], none)).toEqual(undecidable);
    const linked = { ...sent, body: 'See https://example.com/offers/spring' };
    expect(matchMessage(linked, [makeListed(1, { body: 'See https://twil.io/a1' })], none)).toEqual(undecidable);
    expect(matchMessage(fromContent, [], none)).toEqual({ kind: 'absent' });
  });
});

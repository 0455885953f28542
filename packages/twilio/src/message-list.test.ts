import { describe, expect, it } from 'vitest';
import { listUrl, parseMessagePage } from './message-list.js';

const account = `AC${'0'.repeat(32)}`;
const base = `https://api.twilio.com/2010-04-01/Accounts/${account}`;
const sid = `SM${'0a'.repeat(16)}`;

describe('listUrl', () => {
  it.each([base, `${base}.json`, `${base}/`, `${base}/Messages.json`, `${base}/Messages`, `${base}/Messages.json?a=b`])(
    'asks for the messages to and from an address, from %s',
    (url) => {
      const listed = new URL(listUrl(url, { to: '+15005550010', from: '+15005550006' }));
      expect(listed.pathname).toBe(`/2010-04-01/Accounts/${account}/Messages.json`);
      expect(Object.fromEntries(listed.searchParams)).toEqual({
        To: '+15005550010',
        From: '+15005550006',
        PageSize: '200',
      });
      expect(listed.search).toContain('To=%2B15005550010');
    },
  );

  it('leaves From out where a messaging service chooses the sender', () => {
    expect(listUrl(base, { to: '+15005550010' })).not.toContain('From');
  });
});

describe('parseMessagePage', () => {
  const pageUrl = `${base}/Messages.json?PageSize=200`;
  const item = {
    sid,
    status: 'sent',
    direction: 'outbound-api',
    to: '+15005550010',
    from: null,
    messaging_service_sid: 'MG1',
    body: 'Hello',
    num_media: '1',
    date_created: 'Wed, 01 Apr 2026 12:00:00 +0000',
    date_sent: null,
    error_code: 30003,
    something_new: { a: 1 },
  };

  it('reads the fields we compare and bears with all others', () => {
    expect(parseMessagePage(JSON.stringify({ messages: [item], page: 0 }), pageUrl)).toEqual({
      messages: [
        {
          sid,
          status: 'sent',
          direction: 'outbound-api',
          to: '+15005550010',
          messagingServiceSid: 'MG1',
          body: 'Hello',
          mediaCount: 1,
          createdAt: Date.parse('2026-04-01T12:00:00Z'),
          errorCode: 30003,
        },
      ],
    });
  });

  it('leads to the next page, at the same origin only', () => {
    const page = (next: string) => parseMessagePage(JSON.stringify({ messages: [], next_page_uri: next }), pageUrl);
    expect(page('/2010-04-01/next?Page=1')?.nextUrl).toBe('https://api.twilio.com/2010-04-01/next?Page=1');
    expect(page('https://evil.example/')).toBeUndefined();
  });

  it.each(['', '<html>', '{}', '{"messages":null}', '{"messages":[{}]}', '{"messages":[{"sid":"x"}]}', '[]'])(
    'never takes a broken answer for an empty list: %s',
    (body) => {
      expect(parseMessagePage(body, pageUrl)).toBeUndefined();
    },
  );
});

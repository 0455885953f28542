import { parseTask } from '@quailrunner/config';
import type { TaskDefinition } from '@quailrunner/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Draft, emptyRequest, readDraft, toMessage, toRequest, toTaskText } from './draft.js';
import { draftOf, putBackCredentials } from './draft-of-task.js';

const options = { scanIntervalMs: 10_000 };
const account = `AC${'0'.repeat(32)}`;
const guide = {
  url: `https://api.twilio.com/2010-04-01/Accounts/${account}/Messages.json`,
  headers: 'Content-Type: application/x-www-form-urlencoded\nAuthorization: Basic {{ secrets.twilio_basic }}',
  body: 'From=+15005550006&To={{.phone_number}}&Body=Hello!',
};

const define = (action: object, more: object = {}): TaskDefinition =>
  parseTask({ settings: { name: 'x', action, ...more }, predicate: 'select 1 as entity_pk' }, options);

describe('the two ways to write an action', () => {
  it('say the same of the guide’s message', () => {
    const message = toMessage(guide);
    expect(message).toEqual({ account, sender: '+15005550006', to: '{{.phone_number}}', text: 'Hello!', media: '' });
    if ('obstacle' in message) throw new Error(message.obstacle);
    expect(toRequest({ mode: 'message', message, request: emptyRequest })).toEqual(guide);
  });

  it('lose nothing of any text, whatever signs are in it', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !/[{}\r]/.test(value));
    const withTags = fc.tuple(text, text).map(([one, other]) => `${one}{{ a_b }}${other}`.trim());
    fc.assert(
      fc.property(withTags, withTags, (sender, body) => {
        const message = {
          account,
          sender: `+${sender.replaceAll('\n', '')}`,
          to: '{{.to}}',
          text: body,
          media: 'https://a.example/?x=1&y=2',
        };
        const request = toRequest({ mode: 'message', message, request: emptyRequest });
        expect(toMessage(request)).toEqual(message);
      }),
    );
  });

  it.each([
    ['another address', { ...guide, url: 'https://hooks.example.com/' }, 'address'],
    ['another header', { ...guide, headers: `${guide.headers}\nX-Mine: 1` }, 'X-Mine'],
    ['a parameter without a field', { ...guide, body: `${guide.body}&ValidityPeriod=60` }, 'ValidityPeriod'],
    ['a condition', { ...guide, body: `${guide.body}{% if a %}!{% endif %}` }, 'conditions'],
    ['two recipients', { ...guide, body: `${guide.body}&To=1` }, 'To stands there twice'],
  ])('say so where the form would lose %s', (_, request, word) => {
    expect(toMessage(request)).toEqual({ obstacle: expect.stringContaining(word) });
  });
});

describe('a draft', () => {
  it('of a task is that task again', () => {
    const more = {
      every: '90s',
      rate: '30/min',
      success: ['200-204', '302'],
      onChange: 'resend',
      backoff: { first: '1s' },
    };
    for (const action of [
      {
        ...guide,
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded',
          Authorization: 'Basic {{ secrets.twilio_basic }}',
        },
      },
      { url: 'https://hooks.example.com/{{ id }}', body: '{"a": {{ a }}}' },
    ]) {
      const definition = define(action, more);
      expect(parseTask(toTaskText(draftOf(definition, 3)), options)).toEqual(definition);
    }
  });

  it('never holds a credential, and keeps it where it was left alone', () => {
    const headers = { Authorization: 'Basic c2VjcmV0', 'X-Api-Key': 'k' };
    const definition = define({ url: 'https://user:pass@hooks.example.com/', headers });
    const draft = draftOf(definition, 1);
    expect(JSON.stringify(draft)).not.toMatch(/c2VjcmV0|pass/);
    expect(putBackCredentials(parseTask(toTaskText(draft), options), definition)).toEqual(definition);
    const changed: Draft = {
      ...draft,
      request: { ...draft.request, headers: 'Authorization: Basic bmV3\nX-Api-Key: ********' },
    };
    expect(putBackCredentials(parseTask(toTaskText(changed), options), definition).settings.action.headers).toEqual({
      Authorization: 'Basic bmV3',
      'X-Api-Key': 'k',
    });
  });

  it('never lets a credential that was not shown go to another address', () => {
    const definition = define({ url: 'https://hooks.example.com/a', headers: { Authorization: 'Basic c2VjcmV0' } });
    const moved = (url: string) => {
      const draft = draftOf(definition, 1);
      return () =>
        putBackCredentials(
          parseTask(toTaskText({ ...draft, request: { ...draft.request, url } }), options),
          definition,
        );
    };
    for (const url of [
      'https://evil.example/',
      'http://hooks.example.com/a',
      'https://hooks.example.com/b',
      'https://hooks.example.com:8443/a',
      'https://hooks.example.com@evil.example/a',
      'https://evil.example\\@hooks.example.com/a',
      'https://hooks.example.com\\.evil.example/a',
    ])
      expect(moved(url)).toThrow('this credential is a mask');
    expect(moved('https://hooks.example.com/a?x=1')().settings.action.headers).toEqual({
      Authorization: 'Basic c2VjcmV0',
    });
  });

  it('is what the form sent, and nothing of what it should not have sent', () => {
    expect(readDraft({ name: ' a ', predicate: 'select 1\r\n', revision: 'x', recheck: ['1'] })).toMatchObject({
      name: 'a',
      predicate: 'select 1\n',
      source: 'default',
      mode: 'message',
      revision: 0,
      settings: { recheck: '' },
    });
  });
});

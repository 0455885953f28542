import type { TaskDefinition, TaskSettings } from '@quailrunner/domain';
import { describe, expect, it } from 'vitest';
import { renderSample } from './render-sample.js';

const columns = { phone_number: '+4915112345678', first_name: 'Canaria' };
const makeDefinition = (action: Partial<TaskSettings['action']> = {}): TaskDefinition => ({
  predicate: 'select 1',
  settings: {
    name: 'welcome',
    source: 'default',
    everyMs: 10_000,
    action: {
      url: 'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000007/Messages.json',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Authorization: 'Basic {{ secrets.twilio_basic }}',
        'X-For': '{{.first_name}}',
      },
      body: 'From=+15005550006&To={{.phone_number}}&Body=Hello {{.first_name}}!&ValidityPeriod=60',
      ...action,
    },
    retries: 5,
    backoff: { firstMs: 1, factor: 2, maxMs: 1, jitter: 0 },
    recheck: true,
    timeoutMs: 15_000,
    success: [[200, 299]],
  },
});
const webhook = (action: Partial<TaskSettings['action']>): TaskDefinition =>
  makeDefinition({ url: 'https://hooks.example.com/T1/secret-path', body: '{{.first_name}}', ...action });

describe('the sample of a run', () => {
  it('outlines a message without anything personal', () => {
    const shown = renderSample(makeDefinition(), columns);
    expect(shown).toMatchObject({
      kind: 'rendered',
      outline: {
        url: 'https://api.twilio.com/2010-04-01/Accounts/AC0000…0007/Messages.json',
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded',
          Authorization: '•••',
          'X-For': '•••',
        },
        message: {
          from: '•••06',
          to: '•••78',
          characters: 14,
          segments: 1,
          encoding: 'GSM-7',
          media: 0,
          parameters: ['ValidityPeriod'],
        },
      },
    });
    const outline = JSON.stringify('outline' in shown && shown.outline);
    for (const personal of ['49151', '1500555', 'Canaria', 'Hello']) expect(outline).not.toContain(personal);
  });

  it('tells all the rest but credentials', () => {
    const shown = renderSample(makeDefinition(), columns);
    expect(shown).toMatchObject({
      sample: {
        headers: { Authorization: 'Basic ********', 'X-For': 'Canaria' },
        phone: { from: '+15005550006', to: '+4915112345678', text: 'Hello Canaria!' },
      },
    });
  });

  it('masks credentials that stand in the action itself, wherever they stand', () => {
    const url = 'https://hooks.example.com/in?api_key=abc&page=1';
    const headers = { 'X-Auth-Key': 'abc', 'X-Api-Token': 'abc', 'Content-Type': 'text/plain' };
    expect(renderSample(webhook({ url, headers }), columns)).toMatchObject({
      sample: {
        url: 'https://hooks.example.com/in?api_key=********&page=1',
        headers: { 'X-Auth-Key': '********', 'X-Api-Token': '********' },
      },
    });
  });

  it('outlines a webhook by its host, for its path may be what only its owner knows', () => {
    const headers = { 'Content-Type': 'text/plain' };
    expect(renderSample(webhook({ headers }), columns)).toMatchObject({
      outline: { url: 'https://hooks.example.com/•••', headers, bodyBytes: 7 },
    });
  });

  it('says why a request can not be rendered, without the row', () => {
    const shown = renderSample(makeDefinition(), { ...columns, phone_number: 'Canaria' });
    expect(shown).toMatchObject({ kind: 'fault', code: 'NUMBER_INVALID' });
    expect(JSON.stringify(shown)).not.toContain('Canaria');
    const missing = makeDefinition({ body: 'To={{.phone_number | upper}}&Body={{.nothing.there}}' });
    expect(renderSample(missing, columns)).toMatchObject({ kind: 'fault' });
  });
});

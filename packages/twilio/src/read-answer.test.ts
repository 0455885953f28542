import { describe, expect, it } from 'vitest';
import { excerptAnswer } from './read-answer.js';

describe('what is kept of an answer', () => {
  it('is neither the text nor the recipient of an accepted message', () => {
    const sid = `SM${'0a'.repeat(16)}`;
    const body = JSON.stringify({ sid, body: 'Dear Jo', to: '+15005550010', status: 'queued', error_code: null });
    expect(excerptAnswer(body)).toBe(JSON.stringify({ status: 'queued', sid }));
  });

  it('is the code and the message of an error, without the number in it', () => {
    const body = JSON.stringify({ code: 21211, message: "The 'To' number +1555 is not valid.", status: 400 });
    expect(excerptAnswer(body)).toBe(`{"code":21211,"message":"The 'To' number ••• is not valid.","status":400}`);
  });

  it('is the beginning of anything else, scrubbed', () => {
    expect(excerptAnswer(`<h1>Call +15005550010</h1>${'x'.repeat(1_000)}`)).toMatch(/^<h1>Call •••.*x{200}/);
    expect(excerptAnswer('x'.repeat(1_000))).toHaveLength(300);
  });
});

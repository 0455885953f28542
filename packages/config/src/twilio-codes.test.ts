import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemsOf } from '../test/problems-of.js';
import { readConfig } from './index.js';
import { parseTwilioCodes } from './twilio-codes.js';

describe("an operator's table of codes", () => {
  it('names a group for each code, and what it means where we should say so', () => {
    const text = `# ours\n21999: recipient\n30044: { group: lane, meaning: The sender is on leave. }\n`;
    expect([...parseTwilioCodes(text, 'codes.yaml')]).toEqual([
      [21999, { group: 'recipient' }],
      [30044, { group: 'lane', meaning: 'The sender is on leave.' }],
    ]);
  });

  it('may be empty', () => {
    expect([...parseTwilioCodes('# nothing yet\n', 'codes.yaml')]).toEqual([]);
  });

  it('with mistakes has each told at its place, with the mend', () => {
    const text = `21999: recipients\nabc: lane\n21998:\n  group: lane\n  note: x\n21997: { meaning: only }\n21996: { group: lane, meaning: "" }\n`;
    expect(problemsOf(() => parseTwilioCodes(text, 'codes.yaml'))).toEqual([
      expect.stringMatching(
        /^codes\.yaml:1:1: 21999 is in no group that there is: "recipients"[\s\S]*did you mean "recipient"/,
      ),
      expect.stringMatching(/^codes\.yaml:2:1: "abc" is no code of Twilio's/),
      expect.stringMatching(/^codes\.yaml:3:1: 21998 has a "note"/),
      expect.stringMatching(
        /^codes\.yaml:6:1: 21997 is in no group that there is[\s\S]*the groups are: recipient, opt-out/,
      ),
      expect.stringMatching(/^codes\.yaml:7:1: the meaning of 21996 must have/),
    ]);
  });

  it.each(['- 21999', 'just text'])('that is no table is refused: %s', (text) => {
    expect(problemsOf(() => parseTwilioCodes(text, 'codes.yaml'))).toEqual([
      expect.stringContaining('codes.yaml: holds no table of codes'),
    ]);
  });

  it('that is not there is told by the variable that names it', () => {
    expect(problemsOf(() => readConfig({ QUAIL_TWILIO_CODES: '/nowhere/codes.yaml', LOG_LEVEL: 'loud' }))).toEqual([
      expect.stringContaining('LOG_LEVEL: must be'),
      expect.stringContaining('QUAIL_TWILIO_CODES: names /nowhere/codes.yaml, but there is no such file'),
    ]);
  });

  it('is read from the file that the variable names', async () => {
    const path = join(tmpdir(), `quailrunner-codes-${process.pid}.yaml`);
    await writeFile(path, '21999: later\n');
    expect(readConfig({ QUAIL_TWILIO_CODES: path }).twilioCodes).toEqual(new Map([[21999, { group: 'later' }]]));
  });
});

import { expect, it } from 'vitest';
import { tellSparingly } from './tell-sparingly.js';

const listen = () => {
  const told: string[] = [];
  const time = { ms: 0 };
  const sparing = tellSparingly(
    (fault) => told.push((fault as Error).message),
    () => time.ms,
  );
  return { told, time, ...sparing };
};

const away = (message: string) => Object.assign(new Error(message), { code: 'AWAY', retryable: true });

it('tells the same fault once a minute', () => {
  const { told, time, tell } = listen();
  for (time.ms = 0; time.ms < 120_000; time.ms += 1_000) tell(new Error('refused'));
  expect(told).toEqual(['refused', 'refused']);
});

it('tells another one at once, and takes an outage for the same one whatever its words', () => {
  const { told, tell } = listen();
  for (const fault of [away('refused'), away('no answer'), new Error('syntax'), new Error('no table')]) tell(fault);
  expect(told).toEqual(['refused', 'syntax', 'no table']);
});

it('tells it anew when all was well in between', () => {
  const { told, tell, forget } = listen();
  tell(away('refused'));
  forget();
  tell(away('refused'));
  expect(told).toEqual(['refused', 'refused']);
});

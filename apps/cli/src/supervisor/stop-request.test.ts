import { afterEach, expect, it } from 'vitest';
import { listenForStop, type StopRequest } from './stop-request.js';

let seconds = 0;
let request: StopRequest;

const listen = (): void => {
  seconds = 0;
  request = listenForStop(() => {
    seconds += 1;
  });
};

afterEach(() => request.forget());

it('asks for a graceful stop first, and ends at once when it is asked again', async () => {
  listen();
  expect(request.wasAsked()).toBe(false);
  process.emit('SIGINT', 'SIGINT');
  expect(await request.asked).toBe('SIGINT');
  expect({ seconds, wasAsked: request.wasAsked() }).toEqual({ seconds: 0, wasAsked: true });
  process.emit('SIGTERM', 'SIGTERM');
  expect(seconds).toBe(1);
});

it('takes the hang-ups of a closing terminal for one', () => {
  listen();
  process.emit('SIGHUP', 'SIGHUP');
  process.emit('SIGHUP', 'SIGHUP');
  expect(seconds).toBe(0);
});

import { afterEach, expect, it } from 'vitest';
import { listenForStop, type StopRequest } from './stop-request.js';

let seconds = 0;
let now = 0;
let request: StopRequest;

const listen = (): void => {
  seconds = 0;
  request = listenForStop(
    () => {
      seconds += 1;
    },
    () => now,
  );
};

afterEach(() => request.forget());

it('asks for a graceful stop first, and ends at once when it is asked again', async () => {
  listen();
  expect(request.wasAsked()).toBe(false);
  process.emit('SIGINT', 'SIGINT');
  expect(await request.asked).toBe('SIGINT');
  expect({ seconds, wasAsked: request.wasAsked() }).toEqual({ seconds: 0, wasAsked: true });
  now += 1_001;
  process.emit('SIGTERM', 'SIGTERM');
  expect(seconds).toBe(1);
});

it('takes one wish for one, though a whole group is told of it and somebody passes it on', () => {
  listen();
  process.emit('SIGTERM', 'SIGTERM');
  now += 50;
  process.emit('SIGTERM', 'SIGTERM');
  expect(seconds).toBe(0);
});

it('takes the hang-ups of a closing terminal for one', () => {
  listen();
  process.emit('SIGHUP', 'SIGHUP');
  now += 1_001;
  process.emit('SIGHUP', 'SIGHUP');
  expect(seconds).toBe(0);
});

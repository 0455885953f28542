import { describe, expect, it } from 'vitest';
import { describeFault } from './describe-fault.js';
import { openLog } from './log.js';

const collect = () => {
  const lines: string[] = [];
  return { lines, stream: { write: (line: string) => void lines.push(line) } };
};

describe('the log', () => {
  it('writes one JSON line an event, with its name, level, app and fields', () => {
    const { lines, stream } = collect();
    const log = openLog({ app: 'worker', level: 'debug', format: 'json', stream });
    log.emit('lane.fed', { laneId: 3, runs: 200 });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ app: 'worker', msg: 'lane.fed', laneId: 3, runs: 200 });
  });

  it('leaves out events below its level', () => {
    const { lines, stream } = collect();
    openLog({ app: 'worker', level: 'warn', format: 'json', stream }).emit('lane.fed', { laneId: 3, runs: 200 });
    expect(lines).toEqual([]);
  });

  it('describes a fault without the phone number and the password in its message', () => {
    const fault = Object.assign(new Error('duplicate key (phone)=(+15550100234) at postgres://me:pw@db/x'), {
      code: '23505',
    });
    expect(describeFault(fault)).toEqual({
      fault: '23505',
      message: 'duplicate key (phone)=(•••34) at postgres://•••@db/x',
    });
  });

  it('describes a refused connection to a host with several addresses', () => {
    const fault = new AggregateError([new Error('connect ECONNREFUSED ::1:5432')]);
    expect(describeFault(fault).message).toBe('connect ECONNREFUSED ::1:5432');
  });
});

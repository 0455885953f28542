/** What happens to the product's own processes. */
import { type CrashPoint, crashPoints } from '@quailrunner/domain';
import type { SeededRandom } from '../support/seeded-random.js';
import type { AppName, Member } from './crew.js';
import { type Fault, seconds } from './fault.js';

const nothing = Promise.resolve();

const onMember = (
  { app, ...fault }: Pick<Fault, 'kind' | 'weight'> & { app?: AppName },
  happen: (member: Member, ms: number) => Promise<void>,
  longestMs = 0,
): Fault => ({
  ...fault,
  to: 'processes',
  play: ({ crew }, random) => {
    const up = crew.members.filter((member) => member.isUp() && (app === undefined || member.app === app));
    const ms = random.whole(Math.min(1_000, longestMs), longestMs);
    if (up.length === 0) return undefined;
    const member = random.pick(up);
    return { what: longestMs > 0 ? `${member.name} for ${seconds(ms)}` : member.name, over: happen(member, ms) };
  },
});

const kill = (app: AppName, weight: number): Fault =>
  onMember({ kind: `${app} killed`, weight, app }, (member) => {
    member.kill();
    return nothing;
  });

/** Who comes by. */
const appAt = (point: CrashPoint): AppName => {
  if (point.startsWith('receipt.')) return 'monitor';
  return /^(?:job\.|attempt\.|sid\.|lane\.held)/.test(point) ? 'worker' : 'scheduler';
};

const latestTime = 3;

const drawCrash = (app: AppName, random: SeededRandom): string =>
  `${random.pick(crashPoints.filter((point) => appAt(point) === app))}:${random.whole(1, latestTime)}`;

/** Between two writes, where a kill from outside hardly ever hits. */
const crashAtPoint: Fault = {
  kind: 'process armed to crash between two writes',
  weight: 4,
  to: 'processes',
  play: ({ crew }, random) => {
    const up = crew.members.filter((member) => member.isUp());
    if (up.length === 0) return undefined;
    const member = random.pick(up);
    const crashAt = drawCrash(member.app, random);
    member.restartArmed(crashAt);
    return { what: `${member.name} at ${crashAt}`, over: nothing };
  },
};

export const processFaults: readonly Fault[] = [
  kill('worker', 4),
  kill('scheduler', 2),
  kill('monitor', 1),
  crashAtPoint,
  onMember({ kind: 'worker frozen', weight: 2, app: 'worker' }, (member, ms) => member.freeze(ms), 12_000),
  onMember({ kind: 'process told to stop', weight: 2 }, (member) => {
    member.stop();
    return nothing;
  }),
];

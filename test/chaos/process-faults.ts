/** What happens to the product's own processes. */
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

export const processFaults: readonly Fault[] = [
  kill('worker', 4),
  kill('scheduler', 2),
  kill('monitor', 1),
  onMember({ kind: 'worker frozen', weight: 2, app: 'worker' }, (member, ms) => member.freeze(ms), 8_000),
  onMember({ kind: 'process told to stop', weight: 2 }, (member) => {
    member.stop();
    return nothing;
  }),
];

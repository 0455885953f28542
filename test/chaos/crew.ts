/** The product's processes, each started again a moment after it has ended, whoever ended it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnQuail } from '../support/quail-process.js';
import type { SeededRandom } from '../support/seeded-random.js';

const apps = ['scheduler', 'worker', 'monitor'] as const;
export type AppName = (typeof apps)[number];

export interface Member {
  /** `worker-2`, and its log is `worker-2.log`. */
  readonly name: string;
  readonly app: AppName;
  /** It runs, and is neither frozen nor told to stop. */
  isUp(): boolean;
  kill(): void;
  /** Told to stop in order; one that takes long is its own affair. */
  stop(): void;
  /** Nothing of it moves for so long. What was killed meanwhile stays dead. */
  freeze(ms: number): Promise<void>;
  /** Killed, and its next life kills itself at this place: `<point>:<n>`. */
  restartArmed(crashAt: string): void;
  /** Ends it for good. */
  close(): Promise<void>;
}

export interface Crew {
  readonly members: readonly Member[];
  /** Ends of their own, with how often: `crashed at jobs.added`, `worker ended with 1`. */
  ends(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

export interface CrewOptions {
  readonly count: Readonly<Record<AppName, number>>;
  readonly env: Readonly<Record<string, string>>;
  readonly logDirectory: string;
  readonly random: SeededRandom;
}

export const openCrew = (options: CrewOptions): Crew => {
  const ends = new Map<string, number>();
  const onEnd = (how: string): void => void ends.set(how, (ends.get(how) ?? 0) + 1);
  const members = apps.flatMap((app) =>
    Array.from({ length: options.count[app] }, (_, n) => openMember({ app, name: `${app}-${n + 1}` }, options, onEnd)),
  );
  return {
    members,
    ends: () => Object.fromEntries(ends),
    close: async () => {
      await Promise.all(members.map((member) => member.close()));
    },
  };
};

const openMember = (
  { app, name }: { app: AppName; name: string },
  { env, logDirectory, random }: CrewOptions,
  onEnd: (how: string) => void,
): Member => {
  const closing = new AbortController();
  let child: ChildProcess | undefined;
  /** What it was told last; undefined while it is left alone. */
  let told: 'kill' | 'stop' | 'freeze' | undefined;
  let crashAt: string | undefined;

  const live = async (): Promise<void> => {
    const log = await open(join(logDirectory, `${name}.log`), 'a', 0o600);
    while (!closing.signal.aborted) {
      await liveOnce(log);
      await sleep(random.whole(100, 1_500), undefined, { signal: closing.signal }).catch(() => {});
    }
    await log.close();
  };
  const liveOnce = async (log: FileHandle): Promise<void> => {
    const armed = crashAt;
    crashAt = undefined;
    told = undefined;
    // Its end of the channel tells it when we have gone ourselves.
    child = spawnQuail([app], { ...env, ...(armed && { QUAIL_CRASH_AT: armed }) }, ['ignore', log.fd, log.fd, 'ipc']);
    const [code, signal] = await once(child, 'exit');
    child = undefined;
    const how = signal ?? code;
    if (told === 'kill' || (told === 'stop' && code === 0)) return;
    if (told === 'stop') onEnd(`${app} told to stop ended with ${how}`);
    else
      onEnd(
        armed !== undefined && signal === 'SIGKILL' ? `crashed at ${armed.split(':')[0]}` : `${app} ended with ${how}`,
      );
  };
  const kill = (): void => {
    told = 'kill';
    child?.kill('SIGKILL');
  };

  const life = live();
  return {
    name,
    app,
    isUp: () => child !== undefined && told === undefined,
    kill,
    stop: () => {
      told = 'stop';
      child?.kill('SIGTERM');
    },
    freeze: async (ms) => {
      const frozen = child;
      told = 'freeze';
      frozen?.kill('SIGSTOP');
      await sleep(ms);
      frozen?.kill('SIGCONT');
      if (child === frozen && told === 'freeze') told = undefined;
    },
    restartArmed: (at) => {
      crashAt = at;
      kill();
    },
    close: async () => {
      closing.abort();
      kill();
      await life;
    },
  };
};

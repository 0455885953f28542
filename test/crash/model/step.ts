import type { World } from './world.js';

/** Something that one process does without looking up: nothing comes between its parts but what runs beside it. */
export interface Step {
  readonly name: string;
  /** Whether there is anything to do. */
  can(world: World): boolean;
  /** What was done, in words. Chooses before its first wait, so that two steps at once choose different things. */
  run(world: World): Promise<string>;
}

/** One after the other, with nothing between them: what mostly happens. */
export const inTurn = (...steps: readonly [Step, ...Step[]]): Step => ({
  name: steps.map(({ name }) => name).join(', '),
  can: (world) => steps[0].can(world),
  run: async (world) => {
    const said: string[] = [];
    for (const step of steps) if (step.can(world)) said.push(await step.run(world));
    return said.join('\n');
  },
});

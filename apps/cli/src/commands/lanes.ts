/** `quail lanes`: the lanes, their rates and what waits in them; pause, resume, and how fast they may go. */
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { parseLaneId, parseLaneIds, parseRateOrDefault } from './arguments.js';

export const addLanesCommand = (program: Command, context: CliContext): void => {
  const lanes = program.command('lanes').description('what shares a rate: a sender at Twilio, or a host');
  lanes
    .command('list')
    .description('show lanes with their state, rate and backlog')
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: true }) => (await import('./lane-list.js')).listLanes(json === true, context));
  lanes
    .command('pause')
    .description('send nothing more in these lanes until they are resumed')
    .argument('<lanes...>', 'numbers of lanes', parseLaneIds)
    .action(async (ids: number[]) => (await import('./lane-list.js')).setLanes(ids, 'paused', context));
  lanes
    .command('resume')
    .description('let these lanes send again')
    .argument('<lanes...>', 'numbers of lanes', parseLaneIds)
    .action(async (ids: number[]) => (await import('./lane-list.js')).setLanes(ids, 'open', context));
  lanes
    .command('rate')
    .description("set how fast a lane sends, over what its tasks ask for; 'default' takes that back")
    .argument('<lane>', 'number of the lane', parseLaneId)
    .argument('<rate>', "such as 10/s, 60/min or 1000/h, or 'default'", parseRateOrDefault)
    .action(async (id: number, rate: number | 'default') =>
      (await import('./lane-rate.js')).rateLane(id, rate === 'default' ? undefined : rate, context),
    );
};

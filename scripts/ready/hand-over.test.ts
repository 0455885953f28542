import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

/** Hands over as ready.mjs does, but with nothing to install or build. */
const script = `
  const { handOver } = await import('./scripts/ready/hand-over.mjs');
  await handOver(process.cwd(), ['node', '-e', process.argv[1]]);`;

const argsFor = (program: string): string[] => ['--input-type=module', '-e', script, program];

describe('handing over', () => {
  it('gives back the exit code of the command', () => {
    expect(spawnSync(process.execPath, argsFor('process.exit(7)'), { cwd: root }).status).toBe(7);
  });

  it('passes a signal on, and waits for the command to end by itself', async () => {
    const program = `
      process.on('SIGTERM', () => { console.log('drained'); process.exit(3); });
      console.log('up');
      setInterval(() => {}, 1_000);`;
    const child = spawn(process.execPath, argsFor(program), { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    const said: string[] = [];
    createInterface(child.stdout).on('line', (line) => {
      said.push(line);
      if (line === 'up') child.kill('SIGTERM');
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ said, code }).toEqual({ said: ['up', 'drained'], code: 3 });
  });
});

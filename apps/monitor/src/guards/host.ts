/**
 * Answers only under names that are ours. Without this, a page on somebody else's site could point its own name at our
 * address (DNS rebinding) and talk to us from inside the browser of a person who can reach us.
 *
 * Such an attack needs a name that its author controls in public DNS. So an address, a name without a dot, and the names
 * reserved for local networks are taken as they are; any other name must be the one of PUBLIC_URL or MONITOR_HOST.
 */
import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from '../problem.js';

/** RFC 6761 (localhost), RFC 6762 (local), RFC 8375 (home.arpa); ICANN reserved `internal` in 2024. */
const localNames = /(?:^|\.)(?:localhost|local|internal|home\.arpa)$/;

export const isOurHost = (host: string | undefined, ours: readonly string[]): boolean => {
  const name = hostNameOf(host);
  if (name === undefined) return false;
  return isAddress(name) || !name.includes('.') || localNames.test(name) || ours.includes(name);
};

export const addHostGuard = (app: FastifyInstance, ours: readonly string[]): void => {
  app.addHook('onRequest', async (request, reply) => {
    if (isOurHost(request.headers.host, ours)) return;
    return sendProblem(request, reply, {
      status: 421,
      title: 'This is not a name of ours',
      detail: 'To reach the monitor under this name, start it with the name in PUBLIC_URL.',
    });
  });
};

/** Without the port, lower case. */
const hostNameOf = (host: string | undefined): string | undefined =>
  host && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined;

const isAddress = (name: string): boolean => isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;

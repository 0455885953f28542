/** Finds a port for the monitor: the one asked for, or the usual one or the next that is free. */
import { createServer } from 'node:net';
import { QuailError } from '@quailrunner/domain';

export interface PortWish {
  readonly host: string;
  readonly port: number;
  /** A person named this very port, so no other will do. */
  readonly isExplicit: boolean;
}

const tries = 50;

export const findPort = async ({ host, port, isExplicit }: PortWish): Promise<number> => {
  const last = isExplicit ? port : Math.min(65_535, port + tries);
  for (let candidate = port; candidate <= last; candidate += 1) {
    if (await isFree(host, candidate)) return candidate;
  }
  throw taken({ host, port }, 'stop what uses it, or name another one: --port, or MONITOR_PORT');
};

const taken = ({ host, port }: Pick<PortWish, 'host' | 'port'>, mend: string): QuailError =>
  Object.assign(new QuailError('PORT_TAKEN', `port ${port} of ${host} is taken`), { mend });

/** What a failed `listen` means when the port was taken; `undefined` for any other failure. */
export const portTaken = (
  error: unknown,
  { host, port, mend }: { host: string; port: number; mend: string },
): QuailError | undefined =>
  (error as { code?: unknown } | null)?.code === 'EADDRINUSE' ? taken({ host, port }, mend) : undefined;

/** A host that can't be listened on at all is a mistake of another kind, and says so itself. */
const isFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen(port, host, () => server.close(() => resolve(true)));
  });

/**
 * The end of patience. A server that hangs (takes connections and never answers) looks like one that works on a long
 * statement. A process that is to end asks it once more: while it answers, statements are waited for; when it doesn't,
 * they are broken off, and so is what is asked after them until it answers again.
 */
import { Socket } from 'node:net';
import pg from 'pg';

export interface BreakOff {
  /** Every connection's socket comes from here. */
  readonly makeSocket: () => Socket;
  /** From now on, as long as `isBusy`, the server must answer within a second. */
  watch(isBusy: () => boolean): void;
  readonly close: () => void;
}

const lookEveryMs = 100;
const answerWithinMs = 1_000;

export const openBreakOff = (databaseUrl: string): BreakOff => {
  const sockets = new Set<Socket>();
  let timer: NodeJS.Timeout | undefined;
  let isAsking = false;
  let isSilent = false;

  const ask = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    isSilent = !(await answers(databaseUrl));
    isAsking = false;
  };
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy(new Error(`terminated: no answer within ${answerWithinMs} ms`));
  };
  const look = (isBusy: () => boolean): void => {
    if (!isBusy()) return;
    void ask();
    if (isSilent) breakAll();
  };

  return {
    makeSocket: () => {
      const socket = new Socket();
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
    watch: (isBusy) => {
      timer ??= setInterval(look, lookEveryMs, isBusy);
    },
    close: () => {
      clearInterval(timer);
      if (isSilent) breakAll();
    },
  };
};

/** On a connection of its own: one that hangs alone is for the time-outs of its statement. */
const answers = async (connectionString: string): Promise<boolean> => {
  const socket = new Socket();
  const client = new pg.Client({ connectionString, application_name: 'quailrunner', stream: () => socket });
  client.on('error', () => {});
  const limit = setTimeout(() => socket.destroy(), answerWithinMs);
  try {
    await client.connect();
    await client.query('select');
    return true;
  } catch (error) {
    // A server that refuses us (too many connections, say) is not silent.
    return (error as { severity?: unknown }).severity !== undefined;
  } finally {
    clearTimeout(limit);
    socket.destroy();
  }
};

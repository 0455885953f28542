/** The one logger: events of the catalogue, as JSON lines for machines or as short lines for people. */
import { type DestinationStream, destination, pino } from 'pino';
import pretty from 'pino-pretty';
import { type EventFields, type EventName, eventLevels, type Level } from './events.js';

export interface Log {
  emit<Name extends EventName>(event: Name, fields: EventFields[Name]): void;
  /** Writes what is still buffered. */
  close(): void;
}

export interface LogOptions {
  readonly app: string;
  readonly level: Level;
  readonly format: 'json' | 'pretty';
  /** Where lines go; standard error unless a test listens, so that standard output stays the command's own. */
  readonly stream?: DestinationStream;
}

export const openLog = ({ app, level, format, stream }: LogOptions): Log => {
  const out = stream ?? (format === 'pretty' ? prettyStream() : destination({ dest: 2, sync: true }));
  const logger = pino({ level, base: { app, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, out);
  return {
    emit: (event, fields) => logger[eventLevels[event]](fields as object, event),
    close: () => logger.flush(),
  };
};

const prettyStream = (): DestinationStream =>
  pretty({ destination: 2, sync: true, ignore: 'pid', translateTime: 'SYS:HH:MM:ss', singleLine: true });

/** For callers that have nothing to say, such as a command that prints its own result. */
export const silentLog: Log = { emit: () => {}, close: () => {} };

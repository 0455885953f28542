/** A Redis that can be started. */
export interface RedisProgram {
  readonly file: string;
  /** What it needs beside PATH: where its libraries are. */
  readonly env: Readonly<Record<string, string>>;
}

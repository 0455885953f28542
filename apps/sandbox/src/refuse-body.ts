import type { FastifyReply } from 'fastify';
import type { z } from 'zod';

/** Names every mistake with its place: `rules.0.times`. */
export const refuseBody = (reply: FastifyReply, error: string, { issues }: z.ZodError): FastifyReply =>
  reply.code(400).send({ error, problems: issues.map(({ path, message }) => ({ path: path.join('.'), message })) });

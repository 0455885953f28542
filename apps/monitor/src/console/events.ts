/**
 * `/events`: a tick every two seconds, by which open pages ask again for what changes on them. Only that: what they may see
 * is decided when they ask.
 */
import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from '../problem.js';

const everyMs = 2_000;
/** Then the browser comes again by itself, and with it the question whether its session still holds. */
const lastsMs = 5 * 60_000;
const mostStreams = 500;

export const addEvents = (site: FastifyInstance): void => {
  const streams = new Set<PassThrough>();
  // A server that closes waits for the requests in progress: these would never end by themselves.
  site.addHook('preClose', async () => {
    for (const stream of streams) stream.end();
  });

  site.get('/events', { handlerTimeout: lastsMs + 60_000 }, async (request, reply) => {
    if (streams.size >= mostStreams) {
      reply.header('retry-after', '30');
      return sendProblem(request, reply, { status: 503, title: 'Too many pages are open' });
    }
    const stream = new PassThrough();
    const timer = setInterval(() => stream.write('event: tick\ndata:\n\n'), everyMs);
    const end = setTimeout(() => stream.end(), lastsMs);
    streams.add(stream);
    stream.on('close', () => {
      clearInterval(timer);
      clearTimeout(end);
      streams.delete(stream);
    });
    stream.write('retry: 2000\n\n');
    reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no');
    return reply.type('text/event-stream').send(stream);
  });
};

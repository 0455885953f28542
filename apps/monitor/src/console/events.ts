/**
 * `/events`: a tick every two seconds, by which open pages ask again for what changes on them. Only that: what they may see
 * is decided when they ask.
 */
import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from '../problem.js';
import { principalOf } from '../sign-in/gate.js';

const everyMs = 2_000;
/** Then the browser comes again by itself, and with it the question whether its session still holds. */
const lastsMs = 5 * 60_000;
const mostStreams = 500;
/** Pages that one person has open. */
const mostOfOne = 30;

export const addEvents = (site: FastifyInstance): void => {
  const streams = new Set<PassThrough>();
  const streamsOf = new Map<string, number>();
  // A server that closes waits for the requests in progress: these would never end by themselves.
  site.addHook('preClose', async () => {
    for (const stream of streams) stream.end();
  });

  // A HEAD would be answered at once, and its stream go on.
  const options = { handlerTimeout: lastsMs + 60_000, exposeHeadRoute: false };
  site.get('/events', options, async (request, reply) => {
    const { name } = principalOf(request);
    const own = streamsOf.get(name) ?? 0;
    if (streams.size >= mostStreams || own >= mostOfOne) {
      reply.header('retry-after', '30');
      return sendProblem(request, reply, { status: 503, title: 'Too many pages are open' });
    }
    const stream = new PassThrough();
    const timer = setInterval(() => stream.write('event: tick\ndata:\n\n'), everyMs);
    const end = setTimeout(() => stream.end(), lastsMs);
    streams.add(stream);
    streamsOf.set(name, own + 1);
    request.raw.once('close', () => stream.destroy());
    stream.on('close', () => {
      clearInterval(timer);
      clearTimeout(end);
      streams.delete(stream);
      const left = (streamsOf.get(name) ?? 1) - 1;
      if (left > 0) streamsOf.set(name, left);
      else streamsOf.delete(name);
    });
    stream.write('retry: 2000\n\n');
    reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no');
    return reply.type('text/event-stream').send(stream);
  });
};

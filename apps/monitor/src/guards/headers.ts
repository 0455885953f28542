/** What browsers may do with our pages: load from us, post to us, and nothing else. No request leaves the machine. */
import type { FastifyHelmetOptions } from '@fastify/helmet';

type Directives = Record<string, string[]>;

const nothingFromElsewhere: Directives = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'connect-src': ["'self'"],
  'form-action': ["'self'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** Bull Board styles its elements inline and sets a base address. Its web fonts come from elsewhere: they stay away. */
const boardDirectives: Directives = {
  ...nothingFromElsewhere,
  'style-src': ["'self'", "'unsafe-inline'"],
  'base-uri': ["'self'"],
};

/** `secure`: people reach us over TLS. */
export const securityHeaders = (secure: boolean): FastifyHelmetOptions => ({
  contentSecurityPolicy: { useDefaults: false, directives: nothingFromElsewhere },
  strictTransportSecurity: secure,
  referrerPolicy: { policy: 'same-origin' },
  xFrameOptions: { action: 'deny' },
});

export const boardPolicy = { contentSecurityPolicy: { useDefaults: false, directives: boardDirectives } };

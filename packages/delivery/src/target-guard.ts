/**
 * The target guard: an action reaches public addresses, and of the private ones only those that the operator listed. What
 * is checked is what is connected to: IP literals before, and names within the connection's own look-up, so that no second
 * answer of the DNS can slip in between.
 */
import { type LookupAddress, lookup as resolve } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { QuailError } from '@quailrunner/domain';
import { isListed, privateKindOf, toBlockList } from './private-addresses.js';

export interface TargetGuard {
  /** Throws TARGET_NOT_ALLOWED when `hostname` (as URL.hostname gives it) is an address that must not be reached. */
  checkLiteral(hostname: string): void;
  /** For `net.connect`: gives only addresses that may be reached, and fails with TARGET_NOT_ALLOWED when none is left. */
  readonly lookup: LookupFunction;
}

/** `allowPrivateTargets` holds CIDRs. */
export const guardTargets = (allowPrivateTargets: readonly string[]): TargetGuard => {
  const allowed = toBlockList(allowPrivateTargets);
  const refusedKind = (address: string): string | undefined =>
    isListed(allowed, address) ? undefined : privateKindOf(address);
  return {
    checkLiteral: (hostname) => {
      const address = hostname.replace(/^\[(.*)\]$/, '$1');
      const kind = isIP(address) === 0 ? undefined : refusedKind(address);
      if (kind !== undefined) throw notAllowed(hostname, kind);
    },
    lookup: (hostname, options, callback) => {
      resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, '');
        const reachable = addresses.filter(({ address }) => refusedKind(address) === undefined);
        const [first] = reachable;
        if (first === undefined) return callback(notAllowed(hostname, kindsOf(addresses, refusedKind)), '');
        if (options.all) return callback(null, reachable);
        return callback(null, first.address, first.family);
      });
    },
  };
};

const kindsOf = (addresses: readonly LookupAddress[], kindOf: (address: string) => string | undefined): string =>
  [...new Set(addresses.map(({ address }) => kindOf(address)))].join(' or ');

const notAllowed = (hostname: string, kind: string): QuailError =>
  new QuailError(
    'TARGET_NOT_ALLOWED',
    `${hostname} has a ${kind} address, and QUAIL_ALLOW_PRIVATE_TARGETS does not list it`,
  );

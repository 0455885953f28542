/**
 * Which addresses are not on the public internet: IANA's registries of special-purpose addresses (RFC 6890 and its
 * successors, read 2026-04) and multicast. Cloud metadata services live in the link-local range.
 */
import { BlockList, isIP } from 'node:net';

const ranges: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10'],
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
  'carrier-grade NAT': ['100.64.0.0/10'],
  multicast: ['224.0.0.0/4', 'ff00::/8'],
  reserved: [
    ...['0.0.0.0/8', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15', '198.51.100.0/24'],
    ...['203.0.113.0/24', '240.0.0.0/4', '::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32'],
    ...['2002::/16', '3fff::/20', '5f00::/16'],
  ],
};

/** Addresses that stand for an IPv4 address in networks without IPv4 (RFC 6052). */
const nat64 = '64:ff9b::/96';

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Rules for IPv4 hold for IPv4-mapped addresses (`::ffff:127.0.0.1`) too. Throws on anything that is not a CIDR. */
export const toBlockList = (cidrs: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', prefix = ''] = cidr.split('/');
    list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return list;
};

const lists = Object.entries(ranges).map(([kind, cidrs]) => ({ kind, list: toBlockList(cidrs) }));
const nat64List = toBlockList([nat64]);

/** `loopback`, `private`, `link-local`, …; `undefined` for a public address. */
export const privateKindOf = (address: string): string | undefined => {
  const plain = withoutZone(address);
  if (nat64List.check(plain, familyOf(plain))) return privateKindOf(embeddedIpv4(plain));
  return lists.find(({ list }) => list.check(plain, familyOf(plain)))?.kind;
};

export const isListed = (list: BlockList, address: string): boolean => {
  const plain = withoutZone(address);
  return list.check(plain, familyOf(plain));
};

/** `fe80::1%eth0` → `fe80::1`: a BlockList finds no address with a zone. */
const withoutZone = (address: string): string => address.replace(/%.*$/, '');

/** The last 32 bits, from the form that the URL standard gives an IPv6 address. */
const embeddedIpv4 = (address: string): string => {
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':').slice(-2);
  const [high = 0, low = 0] = groups.map((group) => Number.parseInt(group || '0', 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
};

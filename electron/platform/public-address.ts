/** Which addresses belong to the public internet: a request to any other would reach into the network of the hub. */
import { BlockList, isIP } from 'node:net';

/** Everything of IPv4 that is not globally reachable (IANA's registry), multicast and the reserved end. */
const PRIVATE_4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Of IPv6 only this is global unicast; inside it stand tunnels and examples, behind which there may be anything. */
const GLOBAL_6: readonly [string, number] = ['2000::', 3];
const PRIVATE_6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const blocked = new BlockList();
for (const [net, bits] of PRIVATE_4) blocked.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of PRIVATE_6) blocked.addSubnet(net, bits, 'ipv6');
const global6 = new BlockList();
global6.addSubnet(...GLOBAL_6, 'ipv6');

/** `address` is an IP address without brackets; anything else is not public. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !blocked.check(address, 'ipv4');
  // An IPv4 address in the clothes of an IPv6 one is outside of 2000::/3.
  if (family === 6) return !address.includes('%') && global6.check(address, 'ipv6') && !blocked.check(address, 'ipv6');
  return false;
}

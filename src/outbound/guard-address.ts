import { lookup as resolveName } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { outboundFault } from "./outbound.errors.ts";

/** Whether calls may reach an address inside the operator's own network. Public addresses are not asked about. */
export type TargetRule = (target: { host: string; port: number; address: string }) => boolean;

const RESERVED_4 = ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"];
/** Inside 2000::/3, the only range that is public at all: protocol assignments with Teredo, documentation, 6to4. */
const RESERVED_6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

const reserved4 = blockListOf(RESERVED_4, "ipv4");
const reserved6 = blockListOf(RESERVED_6, "ipv6");
const global6 = blockListOf(["2000::/3"], "ipv6");

function blockListOf(ranges: readonly string[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [net = "", bits = ""] = range.split("/");
    list.addSubnet(net, Number(bits), family);
  }
  return list;
}

/** Source: IANA special-purpose address registries (RFC 6890). An IPv4 address written as IPv6 counts as not public. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !reserved4.check(address, "ipv4");
  return family === 6 && global6.check(address, "ipv6") && !reserved6.check(address, "ipv6");
}

/**
 * A rule from the operator's list: `host`, `host:port`, `*.domain`, an address, or a range such as `10.1.0.0/16`.
 * Names are compared with what the document says, ranges with the address it resolves to.
 */
export function createTargetRule(allowed: readonly string[]): TargetRule {
  const ranges = new BlockList();
  const names: string[] = [];
  for (const entry of allowed.map((text) => text.trim().toLowerCase()).filter((text) => text !== "")) {
    const [net = "", bits] = entry.split("/");
    const family = isIP(net) === 6 ? "ipv6" : "ipv4";
    if (isIP(net) !== 0 && bits !== undefined) ranges.addSubnet(net, Number(bits), family);
    else if (isIP(net) !== 0) ranges.addAddress(net, family);
    else names.push(entry);
  }
  return ({ host, port, address }) => ranges.check(address, isIP(address) === 6 ? "ipv6" : "ipv4") || names.some((name) => isNamed(name, host.toLowerCase(), port));
}

function isNamed(name: string, host: string, port: number): boolean {
  if (name.startsWith("*.")) return host.endsWith(name.slice(1));
  return name === host || name === `${host}:${port}`;
}

/** Throws `outbound.authorization` (403) when the target lies inside the operator's network and is not on the list. */
export function guardAddress(rule: TargetRule, target: { host: string; port: number; address: string }): void {
  if (isPublicAddress(target.address) || rule(target)) return;
  throw outboundFault("authorization", { detail: `${target.host} lies inside a private network, and is called only when the operator lists it in BATON_OUTBOUND_ALLOW.` });
}

/**
 * Name resolution for one connection: what was checked is what is connected to, so a name that changes its address between
 * the two gains nothing. One refused address refuses the name.
 */
export function guardedLookup(rule: TargetRule, port: number): LookupFunction {
  return (host, options, callback) => {
    resolveName(host, { all: true, verbatim: true }, (failed, found) => {
      const refused = failed ?? refusalOf(rule, { host, port }, found.map((each) => each.address));
      const fitting = options.family === 4 || options.family === 6 ? found?.filter((each) => each.family === options.family) : found;
      const first = fitting?.[0];
      if (refused !== null) callback(refused, [], 0);
      else if (first === undefined) callback(new Error(`${host} has no address`), [], 0);
      else if (options.all === true) callback(null, fitting);
      else callback(null, first.address, first.family);
    });
  };
}

function refusalOf(rule: TargetRule, target: { host: string; port: number }, addresses: readonly string[]): Error | null {
  try {
    for (const address of addresses) guardAddress(rule, { ...target, address });
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

import { outboundFault } from "./outbound.errors.ts";

type Operator = { first: string; separator: string; isNamed: boolean; ifEmpty: string; keepsReserved: boolean };

const SIMPLE: Operator = { first: "", separator: ",", isNamed: false, ifEmpty: "", keepsReserved: false };
const OPERATORS: Record<string, Operator> = {
  "+": { ...SIMPLE, keepsReserved: true }, "#": { ...SIMPLE, first: "#", keepsReserved: true }, ".": { ...SIMPLE, first: ".", separator: "." }, "/": { ...SIMPLE, first: "/", separator: "/" },
  ";": { ...SIMPLE, first: ";", separator: ";", isNamed: true }, "?": { ...SIMPLE, first: "?", separator: "&", isNamed: true, ifEmpty: "=" }, "&": { ...SIMPLE, first: "&", separator: "&", isNamed: true, ifEmpty: "=" },
};

/**
 * Expands a URI template from data. A missing value leaves out its part of a query (`{?page}`); anywhere else it is an
 * error, since the address would mean something else. `.` and `..` as a value are refused for the same reason.
 *
 * Throws: `outbound.configuration`. Source: RFC 6570, level 4.
 */
export function expandUriTemplate(template: string, data: unknown): string {
  return template.replace(/\{([^{}]*)\}/g, (_, body: string) => expandPart(body, data));
}

/** Whether a path has a part that means another place, `.` or `..`, however it is written. */
export function hasDotSegment(path: string): boolean {
  return (path.split("?", 1)[0] ?? "").split("/").some((part) => /^(\.|%2e){1,2}$/i.test(part));
}

function expandPart(body: string, data: unknown): string {
  const operator = OPERATORS[body.charAt(0)];
  const rule = operator ?? SIMPLE;
  const parts: string[] = [];
  for (const spec of (operator === undefined ? body : body.slice(1)).split(",")) {
    const read = /^([\w.%-]+)(?:(\*)|:(\d{1,4}))?$/.exec(spec.trim());
    const name = read?.[1];
    if (name === undefined) throw outboundFault("configuration", { detail: `"{${body}}" is not a URI template of RFC 6570.` });
    const value = valueAt(data, name);
    if (value === undefined || value === null) {
      if (!rule.isNamed) throw outboundFault("configuration", { detail: `The address needs "${name}", which is not given.` });
      continue;
    }
    parts.push(...expandValue(rule, name, value, { isExploded: read?.[2] !== undefined, prefix: read?.[3] === undefined ? null : Number(read[3]) }));
  }
  return parts.length === 0 ? "" : rule.first + parts.join(rule.separator);
}

function valueAt(data: unknown, name: string): unknown {
  const own = (holder: unknown, key: string): unknown => (typeof holder === "object" && holder !== null && Object.hasOwn(holder, key) ? Reflect.get(holder, key) : undefined);
  return own(data, name) ?? name.split(".").reduce(own, data);
}

function expandValue(rule: Operator, name: string, value: unknown, modifier: { isExploded: boolean; prefix: number | null }): string[] {
  const named = (text: string, key = name) => (rule.isNamed ? key + (text === "" ? rule.ifEmpty : `=${text}`) : text);
  if (Array.isArray(value)) {
    const items = value.map((item) => encode(rule, scalar(name, item)));
    if (items.length === 0) return [];
    return modifier.isExploded ? items.map((item) => named(item)) : [named(items.join(","))];
  }
  if (typeof value === "object" && value !== null) {
    const pairs = Object.entries(value).map(([key, item]) => [encode(rule, key), encode(rule, scalar(name, item))] as const);
    if (pairs.length === 0) return [];
    return modifier.isExploded ? pairs.map(([key, item]) => (rule.isNamed ? named(item, key) : `${key}=${item}`)) : [named(pairs.flat().join(","))];
  }
  const text = scalar(name, value);
  const cut = modifier.prefix === null ? text : [...text].slice(0, modifier.prefix).join("");
  if (!rule.isNamed && (cut === "." || cut === "..")) throw outboundFault("configuration", { detail: `"${name}" is "${cut}", which would change the path of the endpoint.` });
  return [named(encode(rule, cut))];
}

function scalar(name: string, value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  throw outboundFault("configuration", { detail: `"${name}" cannot stand in an address: it is neither text nor a number.` });
}

function encode(rule: Operator, text: string): string {
  const strict = (part: string) => encodeURIComponent(part.toWellFormed()).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  if (!rule.keepsReserved) return strict(text);
  return text.replace(/%[0-9a-f]{2}|[^%:/?#[\]@!$&'()*+,;=]+|%/gi, (part) => (/^%[0-9a-f]{2}$/i.test(part) ? part : strict(part)));
}

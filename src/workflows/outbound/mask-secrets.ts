import { isRecord } from "../../lib/is-record.ts";
import { isSecretName } from "../document/secret-names.ts";

/** What stands in the place of a secret. */
export const MASK = "***";

const SHORTEST = 4;
/** A shorter piece of base64 could be anything. */
const SHORTEST_BASE64 = 6;

/** Replaces every text of the secrets, also as it stands in an address, in JSON, or anywhere in base64 (`user:password` is one text there). */
export function createMask(secrets: unknown): (text: string) => string {
  const forms = new Set(textsOf(secrets).flatMap(formsOf));
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}

/** Every text in the value that is long enough to be hidden. */
export function textsOf(value: unknown): string[] {
  if (typeof value === "string") return value.length >= SHORTEST ? [value] : [];
  if (typeof value === "number") return textsOf(String(value));
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function formsOf(text: string): string[] {
  const escaped = JSON.stringify(text).slice(1, -1);
  const encoded = [0, 1, 2].map((offset) => base64Core(text, offset)).filter((core) => core.length >= SHORTEST_BASE64);
  return [text, escaped, encodeURIComponent(text.toWellFormed()), new URLSearchParams([["", text]]).toString().slice(1), Buffer.from(text).toString("base64"), ...encoded, ...encoded.map((core) => core.replaceAll("+", "-").replaceAll("/", "_"))];
}

/** The part of a base64 text that is the same whatever stands around it, when it begins at this offset of three bytes. */
function base64Core(text: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  return bytes.toString("base64").slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
}

const SIGN_IN = new Set(["password", "token", "secret", "assertion", "bearer"]);

/**
 * What a call signs in with, wherever the document took it from: passwords, tokens and keys under `authentication`, in headers,
 * and in the environment of a program. Names of people and addresses are none.
 */
export function credentialsIn(given: unknown, authentications: unknown): string[] {
  return [...underAuthentication(authentications), ...inCall(given)];
}

function inCall(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(inCall);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, each]) => {
    if (name === "authentication") return underAuthentication(each);
    if ((name === "headers" || name === "environment") && isRecord(each)) return Object.entries(each).flatMap(([key, text]) => (isSecretName(key) || key.toLowerCase() === "cookie" ? withoutScheme(text) : []));
    return inCall(each);
  });
}

function underAuthentication(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(underAuthentication);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, each]) => (SIGN_IN.has(name) && typeof each === "string" ? textsOf(each) : underAuthentication(each)));
}

function withoutScheme(value: unknown): string[] {
  return textsOf(value).flatMap((text) => textsOf([text, text.replace(/^[A-Za-z]+ +/, "")]));
}

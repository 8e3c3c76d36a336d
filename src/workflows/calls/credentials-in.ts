import { isRecord } from "../../lib/is-record.ts";
import { textsOf } from "../../lib/mask-texts.ts";
import { isSecretName } from "../document/secret-names.ts";

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

import { createHmac, hash, randomBytes, timingSafeEqual } from "node:crypto";
import type { ContactActor } from "./actor.ts";
import { tokenExpired, tokenInvalid } from "./identity.errors.ts";

/** A random secret for sessions and keys: 256 bits. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

export function hashSecret(secret: string): string {
  return hash("sha256", secret, "base64url");
}

export function isSameText(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** `prefix.tenant.id.secret`: the tenant is in the token, so that even the look-up runs under row-level security. */
export function writeStoredToken(prefix: "bs" | "bk", tenantId: string, id: string, secret: string): string {
  return `${prefix}.${tenantId}.${id}.${secret}`;
}

export function readStoredToken(prefix: "bs" | "bk", token: string): { tenantId: string; id: string; secret: string } | null {
  const [given, tenantId, id, secret, ...rest] = token.split(".");
  if (given !== prefix || rest.length > 0 || !tenantId || !id || !secret) return null;
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(tenantId) || !/^[a-z]+_[0-9a-z]{1,40}$/.test(id)) return null;
  return { tenantId, id, secret };
}

type VisitorClaims = { contact: string; conversation: string; expires: number; vouched: boolean };

function sign(secret: string, text: string): string {
  return createHmac("sha256", secret).update(text).digest("base64url");
}

/** A visitor's token: signed, not stored; it opens one conversation of one contact until it expires. */
export function writeVisitorToken(secret: string, actor: Omit<ContactActor, "kind">): string {
  const claims: VisitorClaims = { contact: actor.contactId, conversation: actor.conversationId, expires: actor.expiresAtMs, vouched: actor.isVouched };
  const head = `bv.${actor.tenantId}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return `${head}.${sign(secret, head)}`;
}

/** The tenant a visitor token claims to be of, unproven; null when it is not one. */
export function tenantOfVisitorToken(token: string): string | null {
  const [prefix, tenantId] = token.split(".", 2);
  return prefix === "bv" && tenantId !== undefined && /^[a-z0-9][a-z0-9_-]{0,62}$/.test(tenantId) ? tenantId : null;
}

/** Throws `identity.token_invalid` or `identity.token_expired`. */
export function readVisitorToken(secret: string, token: string, nowMs: number): ContactActor {
  const parts = token.split(".");
  const [prefix, tenantId, payload, signature] = parts;
  if (parts.length !== 4 || prefix !== "bv" || !tenantId || !payload || !signature) throw tokenInvalid();
  if (!isSameText(sign(secret, `bv.${tenantId}.${payload}`), signature)) throw tokenInvalid();
  const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  if (!isClaims(claims)) throw tokenInvalid();
  if (claims.expires <= nowMs) throw tokenExpired();
  return { kind: "contact", tenantId, contactId: claims.contact, conversationId: claims.conversation, expiresAtMs: claims.expires, isVouched: claims.vouched };
}

function isClaims(value: unknown): value is VisitorClaims {
  return typeof value === "object" && value !== null && "contact" in value && typeof value.contact === "string" && "conversation" in value && typeof value.conversation === "string" && "expires" in value && typeof value.expires === "number" && "vouched" in value && typeof value.vouched === "boolean";
}

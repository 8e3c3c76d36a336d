import { createHash, randomBytes } from "node:crypto";

const ALGORITHMS: Record<string, string> = { MD5: "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" };

/**
 * The `Authorization` header that answers a `WWW-Authenticate: Digest` challenge; null when the challenge is none, or asks for what
 * is not known. Source: RFC 7616 (qop `auth`, or none as in RFC 2069; `-sess` too).
 */
export function answerDigest(challenge: string, request: { username: string; password: string; method: string; uri: string }): string | null {
  const start = /(?:^|,\s*)Digest\s+/i.exec(challenge);
  if (start === null) return null;
  const fields = readFields(challenge.slice(start.index + start[0].length));
  const named = fields["algorithm"] ?? "MD5";
  const isSession = /-sess$/i.test(named);
  const algorithm = ALGORITHMS[named.replace(/-sess$/i, "").toUpperCase()];
  const realm = fields["realm"];
  const nonce = fields["nonce"];
  const offered = fields["qop"]?.split(",").map((part) => part.trim().toLowerCase());
  if (algorithm === undefined || realm === undefined || nonce === undefined || (offered !== undefined && !offered.includes("auth"))) return null;
  const hash = (text: string) => createHash(algorithm).update(text).digest("hex");
  const cnonce = randomBytes(12).toString("hex");
  const count = "00000001";
  const user = hash(`${request.username}:${realm}:${request.password}`);
  const first = isSession ? hash(`${user}:${nonce}:${cnonce}`) : user;
  const second = hash(`${request.method}:${request.uri}`);
  const response = offered === undefined ? hash(`${first}:${nonce}:${second}`) : hash(`${first}:${nonce}:${count}:${cnonce}:auth:${second}`);
  const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;
  const parts = [`username=${quoted(request.username)}`, `realm=${quoted(realm)}`, `nonce=${quoted(nonce)}`, `uri=${quoted(request.uri)}`, `response="${response}"`, `algorithm=${named}`];
  if (offered !== undefined) parts.push("qop=auth", `nc=${count}`);
  if (offered !== undefined || isSession) parts.push(`cnonce="${cnonce}"`);
  if (fields["opaque"] !== undefined) parts.push(`opaque=${quoted(fields["opaque"])}`);
  return `Digest ${parts.join(", ")}`;
}

function readFields(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [, name = "", quoted, plain] of text.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) fields[name.toLowerCase()] ??= quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "";
  return fields;
}

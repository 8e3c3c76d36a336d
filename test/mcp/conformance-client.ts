import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { createProcessTokens } from "../../src/credentials/shared-tokens.ts";
import { AppError } from "../../src/lib/app-error.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createLog } from "../../src/lib/log.ts";
import { createAuthentication } from "../../src/outbound/authentication.ts";
import { createTargetRule } from "../../src/outbound/guard-address.ts";
import { connectToMcp } from "../../src/outbound/mcp-connection.ts";
import { signInToMcp } from "../../src/outbound/mcp-login.ts";
import type { McpChallenge } from "../../src/outbound/mcp-sign-in.ts";
import { createOutbound } from "../../src/outbound/outbound.ts";
import { declaredServer } from "../../src/tools/adapters/mcp/mcp-target.ts";
import { mcpSource } from "../../src/tools/adapters/mcp.ts";
import { pinTools } from "../../src/tools/declared/mcp-pin.ts";
import type { ToolSourceDeps } from "../../src/tools/declared/tool-source.ts";

/**
 * What the conformance suite starts as the client under test: imports the server's tools, opens the declaration of them as a
 * workspace does, and calls each tool once. Where a person has to sign in it is that person.
 */
const SIGN_INS = 3;
const ARGUMENTS: Record<string, Record<string, unknown>> = { add_numbers: { a: 5, b: 3 } };

const url = process.argv.at(-1) ?? "";
const scenario = process.env["MCP_CONFORMANCE_SCENARIO"] ?? "";
const given = z.looseObject({ client_id: z.string(), client_secret: z.string(), private_key_pem: z.string(), signing_algorithm: z.string() }).partial().parse(JSON.parse(process.env["MCP_CONFORMANCE_CONTEXT"] ?? "{}"));
const secrets: Record<string, string | undefined> = { client_secret: given.client_secret, private_key: given.private_key_pem };

function access(): Record<string, unknown> {
  if (!scenario.startsWith("auth/")) return {};
  if (scenario === "auth/client-credentials-jwt") return { client: { id: given.client_id, privateKey: "${secret:private_key}", algorithm: given.signing_algorithm } };
  if (scenario === "auth/client-credentials-basic") return { client: { id: given.client_id, secret: "${secret:client_secret}" } };
  if (scenario === "auth/pre-registration") return { signIn: { client: { id: given.client_id, secret: "${secret:client_secret}" } } };
  return { signIn: scenario === "auth/basic-cimd" ? { clientMetadataUrl: "https://conformance-test.local/client-metadata.json" } : {} };
}

const outbound = createOutbound({ isAllowed: createTargetRule(["localhost"]) });
const shared = createProcessTokens({ clock: systemClock });
const kept = new Map<string, string>();
const signIns = { outbound, shared, clock: systemClock, store: { read: (_: string, name: string) => Promise.resolve(kept.get(name) ?? null), write: (_: string, name: string, text: string) => Promise.resolve(void kept.set(name, text)) } };
const deps: ToolSourceDeps = {
  outbound, authentication: createAuthentication({ outbound, shared, clock: systemClock }), clock: systemClock, log: createLog({ level: "error", isPretty: true }), fileFolders: [], mcp: { signIns, mayStart: () => false },
  secrets: { read: (_, name) => Promise.resolve(secrets[name] ?? "") },
};
const server = { kind: "mcp", url, ...access() };
const limits = { signal: new AbortController().signal, timeoutMs: 20_000 };

/** Tries again after each sign-in that was asked for. */
async function signedIn<T>(work: () => Promise<T>): Promise<T> {
  for (let times = 0; ; times += 1) {
    try {
      return await work();
    } catch (error) {
      const challenge = challengeOf(error);
      if (challenge === null || times === SIGN_INS) throw error;
      const { account } = declaredServer(mcpSource.declaration.parse({ ...server, tools: [{ name: "any", tool: "any", risk: "read" }] }), { name: "conformance", tenantId: "test" }, deps);
      if (account === null) throw error;
      await signInToMcp(signIns, account, challenge, { redirectUrl: "http://127.0.0.1:33418/callback", authorize: giveConsent });
    }
  }
}

function challengeOf(error: unknown): McpChallenge | null {
  const cause = error instanceof AppError && error.code !== "outbound.sign_in_needed" ? error.cause : error;
  if (!(cause instanceof AppError) || cause.code !== "outbound.sign_in_needed") return null;
  return z.object({ scope: z.string().nullable(), resourceMetadataUrl: z.string().nullable() }).nullable().parse(cause.details["challenge"] ?? null) ?? { scope: null, resourceMetadataUrl: null };
}

async function giveConsent(link: URL, state: string): Promise<string> {
  const answer = await fetch(link, { redirect: "manual" });
  const back = new URL(answer.headers.get("location") ?? "");
  if (back.searchParams.get("state") !== state) throw new Error("another state came back");
  return back.searchParams.get("code") ?? "";
}

await using cleanup = new AsyncDisposableStack();
const pin = await signedIn(async () => {
  const { target } = declaredServer(mcpSource.declaration.parse({ ...server, tools: [{ name: "any", tool: "any", risk: "read" }] }), { name: "conformance", tenantId: "test" }, deps);
  await using connection = await connectToMcp(await target(), { client: { name: "baton", version: "1.0.0" }, maxBytes: 1_000_000, resumes: 2 }, limits);
  return pinTools(connection.server, await connection.listTools(limits));
});
if (pin.tools.length > 0) {
  const folder = await mkdtemp(join(tmpdir(), "baton-conformance-"));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "tools"));
  await writeFile(join(folder, "tools", "conformance.mcp.json"), JSON.stringify(pin));
  const declared = mcpSource.declaration.parse({ ...server, tools: pin.tools.map(({ name }) => ({ name: name.replaceAll("-", "_"), tool: name, risk: "read" })) });
  const opened = cleanup.use(await mcpSource.open(declared, { file: "tools/conformance.yaml", folder, tenantId: "test", at: () => "tools/conformance.yaml" }, deps));
  for (const { tool } of opened.tools) {
    const context = { tenantId: "test", contact: { contactId: "c", email: "e", externalId: null }, idempotencyKey: "call_1", sql: { query: () => Promise.resolve([]), transaction: () => Promise.reject(new Error("no database")) }, signal: AbortSignal.timeout(20_000) };
    await signedIn(() => tool.run(ARGUMENTS[tool.name] ?? {}, context));
  }
}
outbound.close();

import { createSecretReader } from "../../credentials/secret-reader.ts";
import { createProcessTokens, createSharedTokens } from "../../credentials/shared-tokens.ts";
import { AppError } from "../../lib/app-error.ts";
import { isRecord } from "../../lib/is-record.ts";
import { systemClock } from "../../lib/clock.ts";
import { splitList } from "../../lib/split-list.ts";
import { createTargetRule } from "../../outbound/guard-address.ts";
import { connectToMcp } from "../../outbound/mcp-connection.ts";
import { signInToMcp, type McpSigner } from "../../outbound/mcp-login.ts";
import type { McpChallenge, McpSignInDeps } from "../../outbound/mcp-sign-in.ts";
import { createOutbound } from "../../outbound/outbound.ts";
import type { Database } from "../../storage/database.ts";
import { mcpSource } from "../../tools/adapters/mcp.ts";
import { mcpDeclaration, type McpDeclaration } from "../../tools/adapters/mcp/mcp-declaration.ts";
import { declaredServer } from "../../tools/adapters/mcp/mcp-target.ts";
import { pinTools, type McpPin } from "../../tools/declared/mcp-pin.ts";
import { declarationInvalid } from "../../tools/tools.errors.ts";
import { openKeys } from "../open-keys.ts";
import { oneText } from "../open-workspace.ts";
import type { Config } from "../settings.ts";
import { mcpSignInStore } from "./sign-in-store.ts";

export type ServerDeclaration = Omit<McpDeclaration, "tools">;

/** A server that is looked at by a person's command, before or beside its tools. */
export type ReachedServer = AsyncDisposable & {
  /** Throws `outbound.sign_in_needed`, and what the connection throws. */
  read(): Promise<McpPin>;
  signIn(challenge: McpChallenge, signer: McpSigner): Promise<void>;
};

const LIMITS = { timeoutMs: 30_000, maxBytes: 8_000_000 };
const ANY_TOOL = { name: "any", tool: "any", risk: "read" };

/** How a server is reached, out of its declaration, whose tools may still want a risk. Throws `tools.declaration_invalid`. */
export function readServer(file: string, data: unknown): ServerDeclaration {
  const read = mcpDeclaration.safeParse(isRecord(data) ? { ...data, tools: [ANY_TOOL] } : data);
  if (read.success && read.data.kind === mcpSource.kind) return read.data;
  throw declarationInvalid({ message: `${file} does not say how an MCP server is reached: ${(read.error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ")}` });
}

/** Whether reaching it takes anything that is stored: a secret, or a sign-in. */
export function needsStore(declared: ServerDeclaration): boolean {
  return declared.signIn !== undefined || declared.client !== undefined || JSON.stringify([declared.headers, declared.environment]).includes("${secret:");
}

/** `database`: Baton's own, where something stored is needed. Nothing is called yet. */
export function reachServer(config: Config, declared: ServerDeclaration, { name, tenantId, database }: { name: string; tenantId: string; database: Database | null }): ReachedServer {
  const clock = systemClock;
  const outbound = createOutbound({ isAllowed: createTargetRule(splitList(config.outboundAllow)) });
  const stored = database === null ? null : { database, keys: openKeys(config), clock };
  const signIns: McpSignInDeps = stored === null
    ? { outbound, clock, shared: createProcessTokens({ clock }), store: { read: () => Promise.resolve(null), write: () => Promise.reject(new Error("there is no store")) } }
    : { outbound, clock, shared: createSharedTokens(stored), store: mcpSignInStore(stored) };
  const mayStart = (command: string) => splitList(config.mcpCommands).includes(command);
  const { target, account, mask } = declaredServer(declared, { name, tenantId }, { outbound, secrets: oneText(createSecretReader(stored, process.env)), mcp: { signIns, mayStart } });
  return {
    async read() {
      const limits = { signal: AbortSignal.timeout(LIMITS.timeoutMs), timeoutMs: LIMITS.timeoutMs };
      try {
        await using connection = await connectToMcp(await target(), { client: { name: "baton", version: "1.0.0" }, maxBytes: LIMITS.maxBytes, resumes: 0 }, limits);
        return pinTools(connection.server, await connection.listTools(limits));
      } catch (error) {
        if (error instanceof AppError) throw error;
        throw new Error(mask(`The MCP server cannot be read: ${error instanceof Error ? error.message : String(error)}`), { cause: error });
      }
    },
    async signIn(challenge, signer) {
      if (account === null) throw declarationInvalid({ message: `"${name}" says nothing of a sign-in: add "signIn: {}" to its declaration.` });
      await signInToMcp(signIns, account, challenge, signer);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(outbound.close()),
  };
}

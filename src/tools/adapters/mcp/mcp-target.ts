import type { McpTarget } from "../../../outbound/mcp-connection.ts";
import { withHeaders } from "../../../outbound/mcp-body.ts";
import { withSignIn, type McpAccount, type McpGrant } from "../../../outbound/mcp-sign-in.ts";
import { createMask } from "../../../lib/mask-texts.ts";
import { fillText, secretsIn } from "../../declared/fill-request.ts";
import type { ToolSourceDeps } from "../../declared/tool-source.ts";
import { systemFault } from "../../tools.errors.ts";
import type { McpDeclaration } from "./mcp-declaration.ts";

/** How a declared server is reached; `mask` hides every secret that was read for it so far. */
export type DeclaredServer = { target(): Promise<McpTarget>; account: McpAccount | null; mask(text: string): string };

type TargetDeps = Pick<ToolSourceDeps, "secrets" | "outbound" | "mcp">;

/**
 * Secrets are read when they are needed: those of headers and sign-ins for each request, a program's when it is started.
 *
 * `target` throws `tools.system_fault` for a program that the operator has not listed, `tools.secret_missing`.
 */
export function declaredServer(declared: Omit<McpDeclaration, "tools" | "kind">, { name, tenantId }: { name: string; tenantId: string }, deps: TargetDeps): DeclaredServer {
  const known = new Map<string, string>();
  const read = async (secret: string) => {
    const value = await deps.secrets.read(tenantId, secret);
    known.set(secret, value);
    return value;
  };
  const fill = async (templates: Readonly<Record<string, string>>) => {
    const values = new Map<string, string>();
    for (const secret of secretsIn(templates)) values.set(secret, await read(secret));
    return Object.fromEntries(Object.entries(templates).map(([member, text]) => [member, fillText(text, { value: () => undefined, secret: (secret) => values.get(secret) ?? "" })]));
  };
  const account = accountOf(declared, { name, tenantId }, read);
  const mask = (text: string) => createMask([...known.values()])(text);
  const { url, command } = declared;
  if (url === undefined) {
    const program = command ?? "";
    return {
      account, mask,
      async target() {
        if (!deps.mcp.mayStart(program)) throw systemFault({ message: `"${program}" is not started: the operator has to list it in BATON_MCP_COMMANDS.` });
        return { kind: "stdio", command: program, arguments: declared.arguments, environment: await fill(declared.environment) };
      },
    };
  }
  const plain = withHeaders((target, init) => deps.outbound.fetch(target, init), () => fill(declared.headers));
  return { account, mask, target: () => Promise.resolve({ kind: "http", url: new URL(url), fetch: account === null ? plain : withSignIn(deps.mcp.signIns, account, plain) }) };
}

function accountOf({ url, signIn, client }: Pick<McpDeclaration, "url" | "signIn" | "client">, { name, tenantId }: { name: string; tenantId: string }, read: (name: string) => Promise<string>): McpAccount | null {
  if (url === undefined || (signIn === undefined && client === undefined)) return null;
  const grant = async (): Promise<McpGrant> => {
    if (client === undefined) {
      const own = signIn?.client;
      return { kind: "person", client: own === undefined ? null : { id: own.id, secret: own.secret === undefined ? null : await read(own.secret) }, clientMetadataUrl: signIn?.clientMetadataUrl ?? null, scopes: signIn?.scopes ?? [] };
    }
    const proof = client.privateKey === undefined ? { secret: await read(client.secret ?? "") } : { privateKey: await read(client.privateKey), algorithm: client.algorithm };
    return { kind: "client", id: client.id, proof, scopes: client.scopes };
  };
  return { tenantId, name, url: new URL(url), grant };
}

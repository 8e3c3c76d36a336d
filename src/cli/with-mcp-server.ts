import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { needsStore, reachServer, type ReachedServer, type ServerDeclaration } from "../app/mcp/reach-server.ts";
import type { Config } from "../app/settings.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import { AppError } from "../lib/app-error.ts";
import type { McpChallenge } from "../outbound/mcp-sign-in.ts";
import { batonFile } from "../workspace/workspace-file.ts";
import { workspaceInvalid } from "../workspace/workspace.errors.ts";
import { parseYaml } from "../workflows/document/parse-yaml.ts";
import { awaitRedirect } from "./await-redirect.ts";
import { openStoreDatabase } from "./open-store.ts";

const challenge = z.object({ scope: z.string().nullable(), resourceMetadataUrl: z.string().nullable() }).nullable();

/** `mayAsk`: a person sits at the terminal and can sign in. `scopes`: signs in anew, for these. `port` of the way back, 0: any. */
export type WithServer = { name: string; port: number; mayAsk: boolean; scopes: string | null };

/**
 * Does something with a declared server; a sign-in that turns out to be needed, or was asked for, is made first. Baton's database is opened
 * only when something stored is needed, and of the workspace only its name is read: its tools may not be complete yet.
 */
export async function withServer<T>(config: Config, declared: ServerDeclaration, { name, port, mayAsk, scopes }: WithServer, work: (server: ReachedServer) => Promise<T>): Promise<T> {
  await using cleanup = new AsyncDisposableStack();
  const tenant = await readTenant(config.workspace);
  const store = needsStore(declared) ? cleanup.use(await openStoreDatabase(config)) : null;
  if (store !== null) await ensureTenant(store.database, tenant.id, tenant.name);
  const server = cleanup.use(reachServer(config, declared, { name, tenantId: tenant.id, database: store?.database ?? null }));
  let asked: McpChallenge | null = scopes === null ? null : { scope: scopes, resourceMetadataUrl: null };
  for (let isAgain = false; ; isAgain = true) {
    if (asked !== null) {
      await using signer = await awaitRedirect(port, (link) => void process.stderr.write(`Open this page and sign in:\n\n  ${link.href}\n\nThen this command goes on. It waits for five minutes.\n`));
      await server.signIn(asked, signer);
    }
    try {
      return await work(server);
    } catch (error) {
      if (isAgain || !mayAsk || !(error instanceof AppError) || error.code !== "outbound.sign_in_needed") throw error;
      asked = challenge.parse(error.details["challenge"] ?? null) ?? { scope: null, resourceMetadataUrl: null };
    }
  }
}

async function readTenant(workspace: string): Promise<{ id: string; name: string }> {
  const file = join(resolve(workspace), "baton.yaml");
  const yaml = parseYaml(await readFile(file, "utf8"));
  const read = batonFile.safeParse(yaml.kind === "read" ? yaml.data : null);
  if (!read.success) throw workspaceInvalid({ message: `${file} is not valid; see \`baton check\`.` });
  return read.data.tenant;
}

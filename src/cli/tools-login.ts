import { parseArgs } from "node:util";
import { readConfig } from "../app/config.ts";
import { declaredMcpServer } from "./tools-import-mcp.ts";
import { toStdout } from "./to-stdout.ts";
import { withServer } from "./with-mcp-server.ts";

/**
 * `tools login NAME [--scope "a b"] [--port N]`: signs in to an MCP server whose declaration has `signIn`. What comes of it is stored
 * sealed, for every process. `--port`: where the authority wants one way back, and no other.
 */
export async function loginCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: { scope: { type: "string" }, port: { type: "string", default: "0" } }, allowPositionals: true });
  const [name] = positionals;
  const config = readConfig(process.env);
  const declared = name === undefined || positionals.length > 1 ? null : await declaredMcpServer(config, name);
  if (name === undefined || declared === null) {
    process.stderr.write(name === undefined ? "Name the server: baton tools login tracker\n" : `There is no tools/${name}.yaml in ${config.workspace}.\n`);
    return 2;
  }
  const { tools } = await withServer(config, declared, { name, port: Number(values.port), mayAsk: true, scopes: values.scope ?? null }, (server) => server.read());
  write(`You are signed in to ${name}: it shows ${tools.length} tools.\n`);
  return 0;
}

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readConfig } from "../app/config.ts";
import type { Config } from "../app/settings.ts";
import { readServer, type ServerDeclaration } from "../app/mcp/reach-server.ts";
import { comparePins, mcpPin, pinFileOf, type McpPin } from "../tools/declared/mcp-pin.ts";
import { parseYaml } from "../workflows/document/parse-yaml.ts";
import { newMcpDeclaration, type ServerSource } from "./mcp-declaration-text.ts";
import { withServer } from "./with-mcp-server.ts";
import { toStdout } from "./to-stdout.ts";
import { advise } from "./advise.ts";
import { noFile, short } from "./tool-files.ts";

const OPTIONS = {
  name: { type: "string" }, into: { type: "string" }, only: { type: "string" }, "sign-in": { type: "boolean", default: false }, header: { type: "string", multiple: true },
  port: { type: "string", default: "0" }, check: { type: "boolean", default: false },
} as const;

/**
 * `tools import mcp URL --name x [--only a,b] [--sign-in] [--header "Name: ${secret:name}"] [--into tools/] [--check]`, for a
 * program `tools import mcp --name x -- COMMAND …`, and once more for a declaration that is there: `tools import mcp --name x`.
 *
 * Writes `x.yaml`, when there is none, and beside it `x.mcp.json`: what the server tells of its tools now. What has changed since it
 * was pinned is told; `--check` writes nothing. Returns 0; 1 with `--check` when something has changed; 2 when something is missing.
 */
export async function importMcpCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const config = readConfig(process.env);
  const { name } = values;
  if (name === undefined || !/^[a-z][a-z0-9_-]{0,40}$/.test(name)) return advise("Name the server: baton tools import mcp https://mcp.example.com/mcp --name tracker");
  const file = join(resolve(values.into ?? join(config.workspace, "tools")), `${name}.yaml`);
  const text = await readFile(file, "utf8").catch(noFile);
  const source = positionals.length === 0 ? null : sourceOf(positionals, values);
  if (source === null && text === null) return advise(`There is no ${short(file)} yet. Say where the server is: its address, or -- and the program that starts it.`);
  if (source !== null && text !== null) return advise(`${short(file)} is there already. Look at its server again by: baton tools import mcp --name ${name}`);
  const declared = readServer(short(file), source === null ? dataOf(text ?? "") : { kind: "mcp", ...source, signIn: "url" in source && source.signIn ? {} : undefined });
  const pin = await withServer(config, declared, { name, port: Number(values.port), mayAsk: true, scopes: null }, (server) => server.read());
  const tools = values.only === undefined ? pin.tools.map((tool) => tool.name) : values.only.split(",").map((each) => each.trim());
  const unknown = tools.find((each) => !pin.tools.some((tool) => tool.name === each));
  if (unknown !== undefined) return advise(`The server has no tool "${unknown}": it has ${pin.tools.map((tool) => tool.name).join(", ")}.`);
  if (pin.tools.length === 0) return advise("The server has no tools.");
  return writePin({ file, name, pin, isCheck: values.check, text: source === null ? null : newMcpDeclaration(source, pin, tools) }, write);
}

async function writePin({ file, name, pin, isCheck, text }: { file: string; name: string; pin: McpPin; isCheck: boolean; text: string | null }, write: (text: string) => void): Promise<number> {
  const pinFile = pinFileOf(file);
  const before = await readPin(pinFile);
  const changes = before === null ? [] : comparePins(before, pin);
  for (const line of changes) write(`${line}\n`);
  if (isCheck) {
    if (before !== null && changes.length === 0) write(`${short(pinFile)}: nothing has changed.\n`);
    return before === null || changes.length > 0 ? 1 : 0;
  }
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(pinFile, `${JSON.stringify(pin, null, 1)}\n`);
  if (text !== null) await writeFile(file, text);
  if (text === null) write(`${short(pinFile)} is written anew${before === null ? "" : `: ${changes.length === 0 ? "nothing" : changes.length} changed`}. Read what the server says now (git diff), then: baton check\n`);
  else write(`${short(file)} and ${short(pinFile)} are written: ${pin.tools.length} tools.\n  1. Read what the server tells of them in ${short(pinFile)}.\n  2. Say a risk for each in ${short(file)}, and bind what belongs to the contact: bind: { email: contact.email }.\n  3. Allow the tools in policies/, then: baton check\nWhen the server changes a tool, it is refused until you look again: baton tools import mcp --name ${name}\n`);
  return 0;
}

function sourceOf(positionals: readonly string[], { "sign-in": signIn, header = [] }: { "sign-in": boolean; header?: readonly string[] }): ServerSource {
  const [first = "", ...rest] = positionals;
  if (!/^https?:\/\//i.test(first)) return { command: first, arguments: rest };
  const headers = header.map((line): [string, string] => [line.split(":")[0]?.trim() ?? "", line.slice(line.indexOf(":") + 1).trim()]);
  return { url: first, signIn, headers: Object.fromEntries(headers) };
}

function dataOf(text: string): unknown {
  const read = parseYaml(text);
  return read.kind === "read" ? read.data : null;
}

/** Null: none, or one that is written anew. */
async function readPin(file: string): Promise<McpPin | null> {
  try {
    return mcpPin.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return null;
  }
}


/** The declaration of a server by its name. Throws `tools.declaration_invalid`. */
export async function declaredMcpServer(config: Pick<Config, "workspace">, name: string): Promise<ServerDeclaration | null> {
  const file = join(resolve(config.workspace), "tools", `${name}.yaml`);
  const text = await readFile(file, "utf8").catch(noFile);
  return text === null ? null : readServer(short(file), dataOf(text));
}

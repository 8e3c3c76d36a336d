import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDatabase } from "./start-test-app.ts";

export type CliFolder = AsyncDisposable & { folder: string; databaseUrl: string };

const FILES = {
  "baton.yaml": "tenant: { id: cli, name: Cli }\n",
  "intents.yaml": "intents:\n  - { name: a, description: a, examples: [a], action: { reply: a } }\n",
};

/** A workspace of the tenant "cli" and an empty database, which commands find by the process's settings until it is closed. `files`: beside or instead of its usual ones. */
export async function openCliFolder(files: Readonly<Record<string, string>> = {}): Promise<CliFolder> {
  const environment = { ...process.env };
  const folder = await mkdtemp(join(tmpdir(), "baton-cli-"));
  for (const [name, text] of Object.entries({ ...FILES, ...files })) await writeFile(join(folder, name), text);
  const { owner } = await makeDatabase();
  Object.assign(process.env, { DATABASE_URL: owner, BATON_WORKSPACE: folder, BATON_DATA: folder, BATON_ROLE: "all" });
  return {
    folder, databaseUrl: owner,
    async [Symbol.asyncDispose]() {
      process.env = environment;
      await rm(folder, { recursive: true });
    },
  };
}

/** What a command writes, and its exit code. */
export async function runCommand(command: (args: readonly string[], write: (text: string) => void) => Promise<number>, ...args: string[]): Promise<{ code: number; written: string }> {
  let written = "";
  const code = await command(args, (text) => void (written += text));
  return { code, written };
}

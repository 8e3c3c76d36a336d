import { ask } from "./ask.ts";
import { autonomyCommand } from "./autonomy.ts";
import { check } from "./check.ts";
import { doctor } from "./run-doctor.ts";
import { createKeyCommand } from "./key-create.ts";
import { verify } from "./ledger-verify.ts";
import { link } from "./link.ts";
import { migrateCommand } from "./migrate.ts";
import { listSecretsCommand, removeSecretCommand, rotateKeysCommand, setSecretCommand } from "./secrets.ts";
import { startCommand } from "./start.ts";
import { diffCommand } from "./diff.ts";
import { policyCheckCommand } from "./policy-check.ts";
import { policyDiffCommand } from "./policy-diff.ts";
import { policyQueryCommand } from "./policy-query.ts";
import { policyTestCommand } from "./policy-test.ts";
import { publishCommand } from "./publish.ts";
import { rollbackCommand } from "./rollback.ts";
import { test } from "./test.ts";
import { importOpenApiCommand } from "./tools-import.ts";
import { importMcpCommand } from "./tools-import-mcp.ts";
import { loginCommand } from "./tools-login.ts";
import { versionsCommand } from "./versions.ts";

/** `run` returns the exit code. */
export type Command = { name: string; usage: string; about: string; run(args: readonly string[]): Promise<number> };

export const COMMANDS: readonly Command[] = [
  { name: "start", usage: "start", about: "Start Baton (the same as npm start)", run: startCommand },
  { name: "ask", usage: 'ask "…" [--as mail@example.com]', about: "Put a question to the running Baton, as a visitor or as a verified customer", run: ask },
  { name: "link", usage: "link mail@example.com", about: "Print a chat link that signs this customer in", run: link },
  { name: "check", usage: "check [folder] [--format text|sarif|json] [--data-flow]", about: "Say what is wrong with the workflows of a workspace, with file, line and advice", run: check },
  { name: "test", usage: "test [folder] [--threshold 90] [--only name] [--format text|json]", about: "Run the tests of a workspace's workflows, with scripted answers and in virtual time", run: test },
  { name: "publish", usage: "publish [folder] [--note TEXT] [--remove]", about: "Make the workspace's workflows the active ones", run: (args) => publishCommand(args) },
  { name: "versions", usage: "versions [NAME]", about: "What was published", run: (args) => versionsCommand(args) },
  { name: "diff", usage: "diff A B", about: "What changed between two publishes or versions", run: (args) => diffCommand(args) },
  { name: "rollback", usage: "rollback [NUMBER]", about: "Make an earlier publish active again", run: (args) => rollbackCommand(args) },
  { name: "policy check", usage: "policy check [folder]", about: "Say what is wrong with the policies: schema, names, unused and contradictory ones", run: (args) => policyCheckCommand(args) },
  { name: "policy query", usage: "policy query [folder] --action A [--resource R] [--where …]", about: "Say who may do something, and by which policies", run: (args) => policyQueryCommand(args) },
  { name: "policy test", usage: "policy test [folder]", about: "Run the tests of the policies (policies/*.test.yaml)", run: (args) => policyTestCommand(args) },
  { name: "policy diff", usage: "policy diff OLD NEW [--requests FILE.json]", about: "Compare two versions of the policies over the requests that were seen", run: (args) => policyDiffCommand(args) },
  { name: "autonomy", usage: "autonomy show|set|kill …", about: "Show and change how far the assistant may go; close a rung or the whole ladder", run: (args) => autonomyCommand(args) },
  { name: "tools import openapi", usage: "tools import openapi URL|FILE [--operations a,b] [--check]", about: "Make tools out of operations of an OpenAPI document; without a choice, list them", run: (args) => importOpenApiCommand(args) },
  { name: "tools import mcp", usage: "tools import mcp URL --name NAME [--sign-in] [--check]", about: "Pin the tools of an MCP server, at an address or (-- COMMAND …) a program; once more by --name alone", run: (args) => importMcpCommand(args) },
  { name: "tools login", usage: "tools login NAME [--scope \"a b\"]", about: "Sign in to an MCP server, in a browser on this machine", run: (args) => loginCommand(args) },
  { name: "doctor", usage: "doctor", about: "Say what is wrong with this setup and how to mend it", run: doctor },
  { name: "migrate", usage: "migrate", about: "Bring the database up to date without starting", run: migrateCommand },
  { name: "ledger verify", usage: "ledger verify", about: "Recompute the ledger's hash chain", run: verify },
  { name: "secrets set", usage: "secrets set NAME", about: "Store a secret that tools and workflows use, sealed; its value is read from standard input", run: setSecretCommand },
  { name: "secrets list", usage: "secrets list", about: "Which secrets are stored, by name", run: () => listSecretsCommand() },
  { name: "secrets remove", usage: "secrets remove NAME", about: "Forget a secret", run: removeSecretCommand },
  { name: "keys rotate", usage: "keys rotate [--rewrap]", about: "Make a new master key and put every stored secret under it", run: rotateKeysCommand },
  { name: "key create", usage: "key create NAME", about: "Make an API key; it is shown once", run: createKeyCommand },
];

import { ask } from "./ask.ts";
import { autonomyCommand } from "./autonomy.ts";
import { check } from "./check.ts";
import type { Command } from "./command.ts";
import { doctor } from "./run-doctor.ts";
import { costReconcileCommand } from "./cost-reconcile.ts";
import { costReleaseCommand } from "./cost-release.ts";
import { costReportCommand } from "./cost-report.ts";
import { createKeyCommand } from "./key-create.ts";
import { LEDGER_COMMANDS } from "./ledger-commands.ts";
import { KNOWLEDGE_COMMANDS } from "./knowledge-commands.ts";
import { intentsCommand } from "./intents.ts";
import { exportIntentsCommand } from "./intents-export.ts";
import { link } from "./link.ts";
import { migrateCommand } from "./migrate.ts";
import { listSecretsCommand, removeSecretCommand, rotateKeysCommand, setSecretCommand } from "./secrets.ts";
import { startCommand } from "./start.ts";
import { diffCommand } from "./diff.ts";
import { policyCheckCommand } from "./policy-check.ts";
import { DIFF_HELP, policyDiffCommand } from "./policy-diff.ts";
import { QUERY_HELP, policyQueryCommand } from "./policy-query.ts";
import { policyTestCommand } from "./policy-test.ts";
import { publishCommand } from "./publish.ts";
import { ROUTES_COMMANDS } from "./routes-commands.ts";
import { rollbackCommand } from "./rollback.ts";
import { test } from "./test.ts";
import { importOpenApiCommand } from "./tools-import.ts";
import { importMcpCommand } from "./tools-import-mcp.ts";
import { loginCommand } from "./tools-login.ts";
import { versionsCommand } from "./versions.ts";

export const COMMANDS: readonly Command[] = [
  {
    name: "start", usage: "start", about: "Start Baton (the same as npm start)", run: startCommand,
    takes: [],
    examples: ["baton start"],
  },
  {
    name: "ask", usage: 'ask "…" [--as mail@example.com] [--url URL]', about: "Put a question to the running Baton, as a visitor or as a verified customer", run: (args) => ask(args),
    takes: [
      ["\"…\"", "The question, as a customer would write it"],
      ["--as", "Who asks: the mail address of a customer who has signed in; without it a visitor"],
      ["--url", "Where Baton runs; without it the one on this data folder"],
    ],
    examples: ["baton ask \"where is order 1043?\" --as emma.larsson@example.com"],
  },
  {
    name: "link", usage: "link mail@example.com", about: "Print a chat link that signs this customer in", run: link,
    takes: [
      ["mail@example.com", "Whom the link signs in, for a day"],
    ],
    examples: ["baton link emma.larsson@example.com"],
  },
  {
    name: "check", usage: "check [folder] [--format text|sarif|json] [--data-flow]", about: "Say what is wrong with a workspace (workflows, tools, policies, agents, intents, articles), with file, line and advice", run: check,
    takes: [
      ["folder", "A workspace; without it that of the settings (BATON_WORKSPACE)"],
      ["--format", "text (for people), sarif (for code hosts and editors) or json"],
      ["--data-flow", "Say as well what personal data can reach which system"],
    ],
    examples: ["baton check examples/shop", "baton check examples/shop --format sarif > check.sarif"],
  },
  {
    name: "test", usage: "test [folder] [--threshold 90] [--only name] [--format text|json]", about: "Run the tests of a workspace's workflows, with scripted answers and in virtual time", run: test,
    takes: [
      ["folder", "A workspace; without it that of the settings (BATON_WORKSPACE)"],
      ["--threshold", "Percent of branches that the tests must take; without it what baton.yaml says, else 100"],
      ["--only", "A part of the name of a workflow or a test"],
      ["--format", "text or json"],
    ],
    examples: ["baton test examples/shop --only refund"],
  },
  {
    name: "publish", usage: "publish [folder] [--note TEXT] [--remove] [--bump patch|minor]", about: "Make the workspace's workflows the active ones", run: (args) => publishCommand(args),
    takes: [
      ["folder", "A workspace; without it that of the settings (BATON_WORKSPACE)"],
      ["--note", "Why, for whoever reads the list of publishes"],
      ["--remove", "Active workflows that are not in the folder may go"],
      ["--bump", "Raise the version of what has changed, in its file: patch (a mended fault) or minor (something new)"],
    ],
    examples: ["baton publish examples/shop --note \"Refunds up to €200\" --bump minor"],
  },
  {
    name: "versions", usage: "versions [NAME]", about: "What was published", run: (args) => versionsCommand(args),
    takes: [
      ["NAME", "A workflow, to list its versions; without it what was published, newest first"],
    ],
    examples: ["baton versions refund"],
  },
  {
    name: "diff", usage: "diff A B", about: "What changed between two publishes or versions", run: (args) => diffCommand(args),
    takes: [
      ["A", "The older one: the number of a publish, or the beginning of a version's hash"],
      ["B", "The newer one, of the same kind"],
    ],
    examples: ["baton diff 3 4                 all that changed from publish 3 to publish 4", "baton diff 1a2b3c4d 5e6f7a8b   one version of a workflow and another; hashes are in `baton versions NAME`"],
  },
  {
    name: "rollback", usage: "rollback [NUMBER] [--knowledge]", about: "Make an earlier publish active again", run: (args) => rollbackCommand(args),
    takes: [
      ["NUMBER", "The publish to make active again; without it the one before the active one"],
      ["--knowledge", "Serve the documents again that were served when it was published"],
    ],
    examples: ["baton rollback 3", "baton rollback 3 --knowledge"],
  },
  {
    name: "policy check", usage: "policy check [folder]", about: "Say what is wrong with the policies: schema, names, unused and contradictory ones", run: (args) => policyCheckCommand(args),
    takes: [
      ["folder", "A workspace; without it that of the settings (BATON_WORKSPACE)"],
    ],
    examples: ["baton policy check examples/shop"],
  },
  {
    name: "policy query", usage: "policy query [folder] --action A [--resource R] [--where …] [--cases 5] [--json]", about: "Say who may do something, in which cases, and by which policies", run: (args) => policyQueryCommand(args),
    takes: [
      ["folder", "A workspace; without it that of the settings (BATON_WORKSPACE)"],
      ["--action", "What is done, by its name in the schema: useTool, readAudience, approve, …"],
      ["--resource", "With what: a tool, an audience; without it everything"],
      ["--where", "A condition on the cases"],
      ["--cases", "How many cases of each kind are shown (5)"],
      ["--json", "For machines: the cases with all that is known in them"],
    ],
    examples: ["baton policy query examples/shop --action useTool --resource refund_order --where 'amount > 100'"], details: QUERY_HELP,
  },
  {
    name: "policy test", usage: "policy test [folder]", about: "Run the tests of the policies (policies/*.test.yaml)", run: (args) => policyTestCommand(args),
    takes: [
      ["folder", "A workspace; without it that of the settings (BATON_WORKSPACE)"],
    ],
    examples: ["baton policy test examples/shop"],
  },
  {
    name: "policy diff", usage: "policy diff OLD NEW [--workspace folder] [--requests FILE.json]", about: "Compare two versions of the policies over the requests that were seen", run: (args) => policyDiffCommand(args),
    takes: [
      ["OLD", "The older version: a folder or a git revision"],
      ["NEW", "The newer version, likewise"],
      ["--workspace", "The workspace that revisions are of; without it that of the settings (BATON_WORKSPACE)"],
      ["--requests", "A file of requests; without it those that this Baton has decided"],
    ],
    examples: ["baton policy diff HEAD~1 examples/shop --workspace examples/shop"], details: DIFF_HELP,
  },
  {
    name: "autonomy", usage: "autonomy show|set RULE LEVEL|kill RUNG|all [--undo] [--reason TEXT] [--workspace folder]", about: "Show and change how far the assistant may go; close a rung or the whole ladder", run: (args) => autonomyCommand(args),
    takes: [
      ["show", "What is set, and what was measured"],
      ["set RULE LEVEL", "Put a rule of baton.yaml at a level: off, suggest, draft, act_with_approval, act"],
      ["kill RUNG|all", "Close a rung and those above it: suggest, draft, act_with_approval, act"],
      ["--undo", "With kill: open it again"],
      ["--reason", "Why; it stands in the ledger"],
      ["--workspace", "The workspace; show takes it as its last word, too; without it that of the settings (BATON_WORKSPACE)"],
    ],
    examples: ["baton autonomy show examples/shop", "baton autonomy kill act --reason \"Wrong refunds since noon\""],
  },
  ...KNOWLEDGE_COMMANDS,
  ...ROUTES_COMMANDS,
  {
    name: "intents", usage: "intents [folder]", about: "Say how well the examples tell the intents apart, which are confused, and what people have corrected", run: (args) => intentsCommand(args),
    takes: [
      ["folder", "A workspace; without it that of the settings (BATON_WORKSPACE)"],
    ],
    examples: ["baton intents examples/shop"],
  },
  {
    name: "intents export", usage: "intents export [folder] [--dry-run]", about: "Write what people have corrected in the console into intents.yaml", run: (args) => exportIntentsCommand(args),
    takes: [
      ["folder", "A workspace; without it that of the settings (BATON_WORKSPACE)"],
      ["--dry-run", "Say what would be written, and write nothing"],
    ],
    examples: ["baton intents export --dry-run"],
  },
  {
    name: "tools import openapi", usage: "tools import openapi URL|FILE [--operations a,b] [--check]", about: "Make tools out of operations of an OpenAPI document; without a choice, list them", run: (args) => importOpenApiCommand(args),
    takes: [
      ["URL|FILE", "The document, in OpenAPI 3.0 or 3.1"],
      ["--operations", "Which to take, by their ids; or --tag x, or --all-read"],
      ["--name", "The name of the file in tools/"],
      ["--into", "Another folder than the workspace's tools/"],
      ["--server", "The address of the system, where the document names none"],
      ["--check", "Write nothing; exit code 1 when something has changed"],
    ],
    examples: ["baton tools import openapi https://api.example.com/openapi.json --operations getOrder,refundOrder --name shop"],
  },
  {
    name: "tools import mcp", usage: "tools import mcp URL --name NAME [--sign-in] [--check]", about: "Pin the tools of an MCP server, at an address or (-- COMMAND …) a program; once more by --name alone", run: (args) => importMcpCommand(args),
    takes: [
      ["URL", "Where the server is; for a program: -- COMMAND … at the end"],
      ["--name", "The name of the file in tools/"],
      ["--only", "Which tools to take"],
      ["--header", "A header of every request: \"Name: ${secret:name}\""],
      ["--sign-in", "Sign in with a browser first"],
      ["--into", "Another folder than the workspace's tools/"],
      ["--check", "Write nothing; exit code 1 when something has changed"],
    ],
    examples: ["baton tools import mcp https://mcp.example.com/mcp --name tracker", "baton tools import mcp --name files -- /usr/local/bin/files-server --read-only"],
  },
  {
    name: "tools login", usage: "tools login NAME [--scope \"a b\"]", about: "Sign in to an MCP server, in a browser on this machine", run: (args) => loginCommand(args),
    takes: [
      ["NAME", "The server, by the name of its file in tools/"],
      ["--scope", "What to ask the right for"],
      ["--port", "The port of this machine to which the sign-in comes back"],
    ],
    examples: ["baton tools login tracker"],
  },
  {
    name: "doctor", usage: "doctor", about: "Say what is wrong with this setup and how to mend it", run: doctor,
    takes: [],
    examples: ["baton doctor"],
  },
  {
    name: "migrate", usage: "migrate", about: "Bring the database up to date without starting", run: migrateCommand,
    takes: [],
    examples: ["baton migrate"],
  },
  ...LEDGER_COMMANDS,
  {
    name: "secrets set", usage: "secrets set NAME", about: "Store a secret that tools and workflows use, sealed; its value is read from standard input", run: setSecretCommand,
    takes: [
      ["NAME", "How tools and workflows name it; the value comes on standard input"],
    ],
    examples: ["printf %s \"$TOKEN\" | baton secrets set shop_token"],
  },
  {
    name: "secrets list", usage: "secrets list", about: "Which secrets are stored, by name", run: () => listSecretsCommand(),
    takes: [],
    examples: ["baton secrets list"],
  },
  {
    name: "secrets remove", usage: "secrets remove NAME", about: "Forget a secret", run: removeSecretCommand,
    takes: [
      ["NAME", "The secret to forget"],
    ],
    examples: ["baton secrets remove shop_token"],
  },
  {
    name: "keys rotate", usage: "keys rotate [--rewrap]", about: "Make a new master key and put every stored secret under it", run: rotateKeysCommand,
    takes: [
      ["--rewrap", "Make no new key: put every secret under the current one"],
    ],
    examples: ["baton keys rotate"],
  },
  {
    name: "cost report", usage: "cost report [--by model] [--from DATE] [--to DATE] [--compare] [--json | --csv]", about: "What the AI models cost, by user, conversation, case, resolution, workflow, stage or model", run: (args) => costReportCommand(args),
    takes: [
      ["--by", "user, contact, conversation, case, resolution, workflow, stage, model, purpose, route, key or day; without it model"],
      ["--from, --to", "Days as 2026-11-01, both with, in UTC; without them the last 30 days"],
      ["--compare", "Set beside the same time just before"],
      ["--before-from, --before-to", "Set beside this time instead"],
      ["--limit", "How many lines; without it 50"],
      ["--json, --csv", "For other programs"],
      ["--workspace", "The workspace; without it that of the settings (BATON_WORKSPACE)"],
    ],
    examples: ["baton cost report --by conversation --from 2026-11-01 --to 2026-11-30", "baton cost report --by resolution --compare"],
  },
  {
    name: "cost release", usage: "cost release [--budget NAME] [--spent USD] [--yes]", about: "Show what processes held of budgets that ended without reporting, and give it back", run: (args) => costReleaseCommand(args),
    takes: [
      ["--budget", "Only this one; without it all"],
      ["--spent", "How much of it was spent after all, by the provider's bill; without it nothing"],
      ["--yes", "Release it; without it only shown"],
      ["--workspace", "The workspace; without it that of the settings (BATON_WORKSPACE)"],
    ],
    examples: ["baton cost release", "baton cost release --spent 0.12 --yes"],
  },
  {
    name: "cost reconcile", usage: "cost reconcile bill.csv [--tolerance 1] [--time-zone UTC] [--json]", about: "Compare a provider's bill with our record, by model and day, and say why they differ", run: (args) => costReconcileCommand(args),
    takes: [
      ["bill.csv", "The export of OpenAI's or Anthropic's console, usage or cost; any other by its columns"],
      ["--tolerance", "How many percent may differ before the exit code is 1; without it 1"],
      ["--time-zone", "Whose days the bill has; without it UTC"],
      ["--provider", "Compare with the calls of this provider only; known from the two exports"],
      ["--date, --model, --cost, --input-tokens, --output-tokens, --calls", "The columns of another provider's file; --cents: its cost is in cents"],
      ["--json", "For other programs"],
      ["--workspace", "The workspace; without it that of the settings (BATON_WORKSPACE)"],
    ],
    examples: ["baton cost reconcile anthropic-cost-november.csv", "baton cost reconcile bill.csv --date Day --model SKU --cost Amount --tolerance 0.5"],
  },
  {
    name: "key create", usage: "key create NAME [--scope gateway] [--scope vouch]", about: "Make an API key; it is shown once", run: createKeyCommand,
    takes: [
      ["NAME", "What it is for, as it will stand in the ledger"],
      ["--scope", "What it is restricted to: gateway (`/v1`), vouch (may say there that a request holds nothing personal); without it everything a key may do"],
    ],
    examples: ["baton key create reporting", "baton key create shop-app --scope gateway"],
  },
];

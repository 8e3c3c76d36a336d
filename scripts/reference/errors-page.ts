import { globSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { AppError } from "../../src/lib/app-error.ts";
import { fault, type FaultKind } from "../../src/workflows/run/faults.ts";
import { cell } from "./schema-rows.ts";

/** Where errors of workflows are declared: each `<part>.errors.ts` under these, with what to say about it, in the page's order. */
const FOLDERS = ["src/workflows/**/*.errors.ts", "src/tools/tools.errors.ts", "src/tools/approvals/*.errors.ts", "src/outbound/*.errors.ts"];
const PARTS: Readonly<Record<string, { title: string; about: string }>> = {
  functions: { title: "Of functions", about: "A run meets them where it calls a [function](functions.md); `catch` can deal with them." },
  tools: { title: "Of tools", about: "" },
  approvals: { title: "Of approvals", about: "Answers to who decides, and of a call whose approval is not for it." },
  expression: { title: "Of expressions", about: "" },
  outbound: { title: "Of calls to the outside", about: "" },
  document: { title: "Of documents", about: "Answers to who checks or publishes." },
  run: { title: "Of runs", about: "Answers to who looks at a run or steers it." },
  versions: { title: "Of versions", about: "Answers to who publishes or rolls back." },
  events: { title: "Of events", about: "Answers to who posts an event." },
};

/** The standard's own kinds, in words. */
const STANDARD: Readonly<Record<FaultKind, string>> = {
  configuration: "the document names something that is not there: a workflow, a retry policy, an authentication",
  validation: "an input, an output or an argument does not fit its schema",
  expression: "an expression could not be evaluated",
  authentication: "another system did not accept who we are",
  authorization: "another system, or this installation, does not allow the call",
  timeout: "the time of a task or of the run is over",
  communication: "another system answered with an error (its status), or not at all (500)",
  runtime: "anything else; `detail` says what",
};

const HEAD = `# Errors of workflows

Made by \`node scripts/reference/errors-page.ts\` from where each error is declared. In a workflow an error has \`type\`, \`status\`, \`title\`, \`detail\` and \`instance\` (the task). Over HTTP the same code stands in a problem document (RFC 9457).

\`\`\`yaml
catch:
  errors: { with: { type: 'https://baton.dev/errors/workflows.tool_denied' } }
\`\`\`

An error that is tried again by itself is one that passes: the same request may be sent again.

## Of the standard
The type is \`https://serverlessworkflow.io/spec/1.0.0/errors/<kind>\`.

| Kind | Status | When |
|---|---|---|
`;

/** docs/reference/workflow-errors.md. Throws when a part declares errors and is not named here. */
export async function errorsPage(): Promise<string> {
  const files = new Map(FOLDERS.flatMap((pattern) => globSync(pattern)).map((file) => [basename(file, ".errors.ts"), file]));
  const unnamed = [...files.keys()].filter((part) => PARTS[part] === undefined);
  if (unnamed.length > 0) throw new Error(`scripts/reference/errors-page.ts does not say what the errors of ${unnamed.join(", ")} are`);
  const standard = Object.entries(STANDARD).map(([kind, when]) => `| \`${kind}\` | ${statusOf(kind)} | ${when} |`);
  const parts: string[] = [];
  for (const [part, { title, about }] of Object.entries(PARTS)) {
    const file = files.get(part);
    if (file === undefined) continue;
    const declared: unknown = await import(join(process.cwd(), file));
    parts.push([`## ${title}`, ...(about === "" ? [] : [about]), "", "| Code | Status | Tried again | Message |", "|---|---|---|---|", ...rowsOf(declared), ""].join("\n"));
  }
  return `${HEAD}${standard.join("\n")}\n\n${parts.join("\n")}`;
}

function statusOf(kind: string): number {
  const known = Object.keys(STANDARD).find((each): each is FaultKind => each === kind);
  return known === undefined ? 500 : fault(known, { detail: "" }).status;
}

/** What a module declares by `defineError`; helpers that take something are left out. */
function rowsOf(module: unknown): string[] {
  const made: AppError[] = [];
  for (const declared of typeof module === "object" && module !== null ? Object.values(module) : []) {
    const error: unknown = typeof declared === "function" && declared.length === 0 ? declared() : null;
    if (error instanceof AppError) made.push(error);
  }
  return made.toSorted((one, other) => one.code.localeCompare(other.code)).map((error) => `| \`${error.code}\` | ${error.status} | ${error.isRetryable ? "yes" : "no"} | ${cell(error.message)} |`);
}

if (import.meta.main) writeFileSync("docs/reference/workflow-errors.md", await errorsPage());

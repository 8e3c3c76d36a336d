import { writeFileSync } from "node:fs";
import { FUNCTION_DECLARATIONS } from "../../src/app/workflow-functions/declarations.ts";
import type { FunctionDeclaration } from "../../src/workflows/functions/define-function.ts";
import { FUNCTION_NOTES, type FunctionNote } from "./function-notes.ts";
import { cell, schemaRows } from "./schema-rows.ts";

const HEAD = `# Functions of workflows

What \`call\` can name besides \`http\`, \`openapi\` and \`mcp\`: \`input\` goes into \`with\`, \`output\` is the task's output. Made by \`node scripts/reference/functions-page.ts\` from the functions' own schemas, which \`baton check\` and the running workflow use as well.

Every function fails with the standard's \`validation\` error when its input does not fit. What is wrong at run time is caught as \`https://baton.dev/errors/<code>\`; all codes: [errors](workflow-errors.md).
`;

/** docs/reference/functions.md. Throws when a function has no note. */
export function functionsPage(): string {
  return [HEAD, ...FUNCTION_DECLARATIONS.map((declared) => section(declared, noteOf(declared.name)))].join("\n");
}

export function noteOf(name: string): FunctionNote {
  const note = FUNCTION_NOTES[name];
  if (note === undefined) throw new Error(`the function "${name}" has no note in scripts/reference/function-notes.ts`);
  return note;
}

function section(declared: FunctionDeclaration, note: FunctionNote): string {
  const inputs = schemaRows(declared.input, "input").map((row) => `| \`${row.name}\` | ${cell(row.type)} | ${row.isRequired ? "must be given" : row.fallback === null ? "" : `\`${cell(row.fallback)}\``} | ${cell(row.doc)} |`);
  const outputs = schemaRows(declared.output, "output").map((row) => `| \`${row.name}\` | ${cell(row.type)} | ${cell(row.doc)} |`);
  const errors = note.errors.map(([error, when]) => `- \`${error().code}\` (${error().status}): ${when}`);
  return [
    `## ${declared.name}`, "", `${declared.summary} ${traitsOf(declared)}`.trim(), "",
    "| Input | What it is | Default | |", "|---|---|---|---|", ...inputs, "",
    ...(outputs.length === 0 ? [`Output: ${note.output ?? "nothing of use."}`] : ["| Output | What it is | |", "|---|---|---|", ...outputs]), "",
    ...(errors.length === 0 ? ["No errors of its own."] : ["Errors:", "", ...errors]), "",
    "```yaml", note.example, "```", "",
  ].join("\n");
}

function traitsOf({ traits }: FunctionDeclaration): string {
  return [traits.waits ? "Waits, for days if need be." : "", traits.effects ? "Changes something outside." : "", traits.needsConversation ? "Needs a run that belongs to a conversation." : ""].filter((part) => part !== "").join(" ");
}

if (import.meta.main) writeFileSync("docs/reference/functions.md", functionsPage());

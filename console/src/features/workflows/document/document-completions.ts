import { snippetCompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { completeDocument, taskTemplate } from "./complete-document.ts";
import type { FunctionWords } from "./function-words.ts";

/** The editor's completions, from the text before the cursor. */
export function documentCompletions(context: CompletionContext, functions: readonly FunctionWords[]): CompletionResult | null {
  const { state, pos } = context;
  const line = state.doc.lineAt(pos);
  const found = completeDocument(state.sliceDoc(0, pos), state.doc.toString(), functions);
  if (found === null) return null;
  const from = line.from + found.from;
  // An empty line stays quiet until it is asked for; after "- " and "key: " the list opens by itself.
  if (!context.explicit && from === pos && found.kind === "key") return null;
  const options = found.words.map(({ label, info }): Completion => {
    if (found.kind === "task") return snippetCompletion(taskTemplate(label, functions), { label, detail: info, type: "class" });
    return { label, detail: info, type: found.kind === "key" ? "property" : "constant", apply: found.kind === "key" ? `${label}: ` : label };
  });
  return { from, options, validFor: /^[\w./-]*$/ };
}

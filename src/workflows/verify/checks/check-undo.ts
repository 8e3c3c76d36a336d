import { type Checking, toolOf } from "../findings.ts";
import { tasksOf } from "../task-tree.ts";

/** With two effects or more, a run that fails or is cancelled between them has something to take back. */
export function checkUndo({ source, environment, report }: Checking): void {
  const effects = [...tasksOf(source.definition)].flatMap(({ named }) => {
    const tool = toolOf(named);
    const known = tool === null ? undefined : environment.tools.get(tool);
    return tool === null || known === undefined || known.risk === "read" || named.task.kind !== "call" ? [] : [{ pointer: named.pointer, tool, hasUndo: named.task.with["undo"] !== undefined }];
  });
  // After the last effect nothing of this saga can fail any more.
  for (const { pointer, tool, hasUndo } of effects.slice(0, -1)) {
    if (hasUndo) continue;
    report({ rule: "undo-missing", severity: "warning", pointer: `${pointer}/with`, message: `When a later step fails or the run is cancelled, the effect of "${tool}" stays: it names no undo.`, advice: "Add `undo: { tool: ..., take: { ... } }` to this call, or make it the last effect." });
  }
}

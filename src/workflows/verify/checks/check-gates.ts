import type { NamedTask, TaskList } from "../../document/definition.ts";
import { type CheckEnvironment, workflowKey } from "../environment.ts";
import { type Checking, toolOf } from "../findings.ts";
import { listsIn } from "../task-tree.ts";
import { type Route, thensOf, walkList } from "../walk-list.ts";

/**
 * How far an approval has come on every path to a place: `none`, `asked` (an `approve` has run, its answer was not looked
 * at), `given` (the answer decided the path).
 */
type Gate = "none" | "asked" | "given";

type Ungated = { task: NamedTask; tool: string; gate: Gate; /** Workflows on the way, outermost first. */ via: readonly string[] };

type Tracing = { environment: CheckEnvironment; functions: Readonly<Record<string, NamedTask>>; via: readonly string[]; found: (ungated: Ungated) => void; /** What is known of sub-workflows, by name and gate. */ known: Map<string, { exit: Gate; ungated: readonly Ungated[] }> };

const ORDER: readonly Gate[] = ["none", "asked", "given"];

/** Every path to a tool of risk `money` or `irreversible` passes an approval or a policy gate, through sub-workflows too. */
export function checkGates({ source, environment, report }: Checking): void {
  const found = ({ task, tool, gate, via }: Ungated): void => {
    const risk = environment.tools.get(tool)?.risk ?? "";
    const way = via.length === 0 ? "" : `, run by way of ${via.join(" → ")},`;
    const why = gate === "asked" ? "is reached after an `approve` whose answer no path looks at" : "can be reached without an approval or a policy gate";
    report({ rule: "ungated-risk", severity: "error", pointer: task.pointer, message: `The call of "${tool}" (risk: ${risk})${way} ${why}.`, advice: "Put an `approve` before it and hand its `approvalId` to the call as `approval`, or write a policy for this tool." });
  };
  const { use, do: tasks } = source.definition;
  traceList(tasks, "none", { environment, functions: use.functions, via: [], found, known: new Map() });
}

/** The gate at every way out of the list. */
function traceList(list: TaskList, entry: Gate, tracing: Tracing): Gate {
  const walked = walkList<Gate>(list, entry, { step: (named, gate) => routes(named, gate, tracing), join: weaker, reenter: (gate) => gate });
  return walked.exits.length === 0 ? "given" : walked.exits.reduce(weaker);
}

function weaker(left: Gate, right: Gate): Gate {
  return ORDER.indexOf(left) < ORDER.indexOf(right) ? left : right;
}

function routes(named: NamedTask, entry: Gate, tracing: Tracing): Route<Gate>[] {
  const { task } = named;
  const isJudged = entry === "asked" && looksAtAnswer(named);
  const inside = traceTask(named, isJudged ? "given" : entry, tracing);
  // A skipped task is passed with what was known before it, and always goes on to the next one.
  const skipped: Route<Gate>[] = task.if === null ? [] : [{ to: "continue", state: isJudged ? inside : entry }];
  return [...thensOf(task).map((to) => ({ to, state: inside })), ...skipped];
}

/** A condition that names the approval's answer. */
function looksAtAnswer({ task }: NamedTask): boolean {
  const conditions = [task.if, ...(task.kind === "switch" ? task.cases.map(({ when }) => when) : [])];
  return conditions.some((condition) => condition !== null && /approv|refus|status/i.test(condition));
}

function traceTask(named: NamedTask, gate: Gate, tracing: Tracing): Gate {
  const { task } = named;
  if (task.kind === "call") return traceCall(named, gate, tracing);
  if (task.kind === "run" && task.run.kind === "workflow") return traceSubWorkflow(named, workflowKey(task.run), gate, tracing);
  if (task.kind === "for" || task.kind === "listen") {
    // The body may not run at all.
    for (const { list } of listsIn(named)) traceList(list, gate, tracing);
    return gate;
  }
  if (task.kind === "try") {
    const tried = traceList(task.try, gate, tracing);
    const caught = task.catch.do === null ? gate : traceList(task.catch.do, gate, tracing);
    return weaker(tried, caught);
  }
  if (task.kind === "fork") {
    const ends = task.branches.map((branch) => traceTask(branch, gate, tracing));
    return task.isCompeting ? ends.reduce(weaker, "given") : ends.reduce((left, right) => (weaker(left, right) === left ? right : left), gate);
  }
  return task.kind === "do" ? traceList(task.do, gate, tracing) : gate;
}

function traceCall(named: NamedTask, gate: Gate, tracing: Tracing): Gate {
  const { task } = named;
  if (task.kind !== "call") return gate;
  if (task.call === "approve") return gate === "given" ? "given" : "asked";
  const reusable = tracing.functions[task.call];
  if (reusable !== undefined && reusable.task !== task) return traceTask(reusable, gate, { ...tracing, functions: {} });
  const tool = toolOf(named);
  const known = tool === null ? undefined : tracing.environment.tools.get(tool);
  if (tool === null || known === undefined || (known.risk !== "money" && known.risk !== "irreversible")) return gate;
  // With `approval` the call itself refuses unless that very call was approved.
  if (gate !== "given" && !known.gated && task.with["approval"] === undefined) tracing.found({ task: named, tool, gate, via: [] });
  return gate;
}

/** Each sub-workflow is followed once for each gate it is entered with, however many tasks run it. */
function traceSubWorkflow(named: NamedTask, key: string, gate: Gate, tracing: Tracing): Gate {
  const sub = tracing.environment.workflows.get(key);
  if (sub === undefined || tracing.via.includes(key)) return gate;
  const place = `${key} ${gate}`;
  let known = tracing.known.get(place);
  if (known === undefined) {
    const ungated: Ungated[] = [];
    const exit = traceList(sub.definition.do, gate, { ...tracing, functions: sub.definition.use.functions, via: [...tracing.via, key], found: (each) => void ungated.push(each) });
    known = { exit, ungated };
    tracing.known.set(place, known);
  }
  for (const each of known.ungated) tracing.found({ ...each, task: named, via: [key, ...each.via] });
  return known.exit;
}

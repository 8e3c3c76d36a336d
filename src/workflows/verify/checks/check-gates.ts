import { ownValue } from "../../../lib/own-value.ts";
import type { NamedTask, Reusable, TaskList, WorkflowSource } from "../../document/definition.ts";
import { objectAt } from "../../document/raw-value.ts";
import { approvalAnswer, casesWithAnswer } from "../approval-answer.ts";
import { type CheckEnvironment, workflowKey } from "../environment.ts";
import { type Checking, isComputed, toolOf } from "../findings.ts";
import { listsIn } from "../task-tree.ts";
import { type Route, thensOf, walkList } from "../walk-list.ts";

/**
 * How far an approval has come on every path to a place: `none`, `asked` (an `approve` has run, its answer was not looked
 * at), `given` (the answer decided the path).
 */
type Gate = "none" | "asked" | "given";

/** `how`: what the task does with the tool, such as `call of`. */
type Ungated = { task: NamedTask; tool: string; how: string; gate: Gate; /** Workflows on the way, outermost first. */ via: readonly string[] };

/** `lists`: where a list leads from each gate, so that none is followed twice; of one document. */
type Tracing = {
  environment: CheckEnvironment; use: Reusable; via: readonly string[]; isExtension: boolean; found: (ungated: Ungated) => void;
  lists: Map<TaskList, Map<string, Gate>>;
  /** What is known of functions of the document: null, it is being found out. */
  functions: Map<string, Gate | null>;
  /** What is known of sub-workflows, by name and gate. */
  known: Map<string, { exit: Gate; ungated: readonly Ungated[] }>;
};

const ORDER: readonly Gate[] = ["none", "asked", "given"];
const HOW = { call: "call of", undo: "undoing by", agent: "AI agent's use of", computed: "call by a computed name, which may be" } as const;

/** Every path to a tool of risk `money` or `irreversible` passes an approval or a policy gate, through sub-workflows too. */
export function checkGates({ source, environment, report }: Checking): void {
  const found = ({ task, tool, how, gate, via }: Ungated): void => {
    const risk = environment.tools.get(tool)?.risk ?? "";
    const way = via.length === 0 ? "" : `, run by way of ${via.join(" → ")},`;
    const why = gate === "asked" ? "is reached after an `approve` whose answer no path looks at" : "can be reached without an approval or a policy gate";
    report({ rule: "ungated-risk", severity: "error", pointer: task.pointer, message: `The ${how} "${tool}" (risk: ${risk})${way} ${why}.`, advice: "Put an `approve` before it and hand its `approvalId` to the call as `approval`, or write a policy for this tool." });
  };
  traceList(source.definition.do, "none", { environment, ...inDocument(source), via: [], found, known: new Map() });
}

function inDocument({ definition }: WorkflowSource): Pick<Tracing, "use" | "isExtension" | "lists" | "functions"> {
  return { use: definition.use, isExtension: false, lists: new Map(), functions: new Map() };
}

/** The gate at every way out of the list. What jumps back bring is followed until it weakens nothing more. */
function traceList(list: TaskList, entry: Gate, tracing: Tracing): Gate {
  const how = `${entry} ${tracing.isExtension}`;
  const known = tracing.lists.get(list)?.get(how);
  if (known !== undefined) return known;
  const brought = new Map<NamedTask, Gate>();
  for (;;) {
    const stepped = new Map<NamedTask, Gate>();
    const step = (named: NamedTask, gate: Gate) => {
      const weakest = weaker(gate, brought.get(named) ?? "given");
      stepped.set(named, weakest);
      return routes(named, weakest, tracing);
    };
    const walked = walkList<Gate>(list, entry, { step, join: weaker, reenter: (gate) => gate });
    const weakened = walked.late.filter(({ task, state }) => isWeaker(state, stepped.get(task) ?? "given"));
    for (const { task, state } of weakened) brought.set(task, weaker(state, brought.get(task) ?? "given"));
    if (weakened.length > 0) continue;
    const exit = walked.exits.reduce(weaker, "given");
    tracing.lists.set(list, (tracing.lists.get(list) ?? new Map<string, Gate>()).set(how, exit));
    return exit;
  }
}

function isWeaker(left: Gate, right: Gate): boolean {
  return ORDER.indexOf(left) < ORDER.indexOf(right);
}

function weaker(left: Gate, right: Gate): Gate {
  return isWeaker(left, right) ? left : right;
}

function routes(named: NamedTask, entry: Gate, tracing: Tracing): Route<Gate>[] {
  const { inside, skipped } = pass(named, entry, tracing);
  const ways = named.task.kind === "switch" ? casesWithAnswer(named.task).map(({ then, isApproved }) => ({ to: then, state: inside === "asked" && isApproved ? "given" as const : inside })) : thensOf(named.task).map((to) => ({ to, state: inside }));
  // A skipped task always goes on to the next one.
  return skipped === null ? ways : [...ways, { to: "continue", state: skipped }];
}

/** The gate after a task that ran, and after one that its `if` skipped. */
function pass(named: NamedTask, entry: Gate, tracing: Tracing): { inside: Gate; skipped: Gate | null } {
  const { if: condition } = named.task;
  const answer = entry === "asked" ? approvalAnswer(condition) : null;
  return { inside: traceExtended(named, answer === "approved" ? "given" : entry, tracing), skipped: condition === null ? null : answer === "not approved" ? "given" : entry };
}

/** The same for a task that stands alone: a branch, a function. */
function leave(named: NamedTask, entry: Gate, tracing: Tracing): Gate {
  const { inside, skipped } = pass(named, entry, tracing);
  return skipped === null ? inside : weaker(inside, skipped);
}

/** With what `use.extensions` puts before and after tasks of this kind; one that has a condition may not run. */
function traceExtended(named: NamedTask, entry: Gate, tracing: Tracing): Gate {
  const around = tracing.isExtension ? [] : tracing.use.extensions.filter(({ extend }) => extend === "all" || extend === named.task.kind);
  const through = (lists: readonly { list: TaskList; isSure: boolean }[], gate: Gate): Gate => lists.reduce<Gate>((before, { list, isSure }) => {
    const after = traceList(list, before, { ...tracing, isExtension: true });
    return isSure ? after : weaker(before, after);
  }, gate);
  const before = through(around.map((each) => ({ list: each.before, isSure: each.when === null })), entry);
  return through(around.map((each) => ({ list: each.after, isSure: each.when === null })), traceTask(named, before, tracing));
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
    const ends = task.branches.map((branch) => leave(branch, gate, tracing));
    return task.isCompeting ? ends.reduce(weaker, "given") : ends.reduce((left, right) => (isWeaker(left, right) ? right : left), gate);
  }
  return task.kind === "do" ? traceList(task.do, gate, tracing) : gate;
}

function traceCall(named: NamedTask, gate: Gate, tracing: Tracing): Gate {
  const { task } = named;
  if (task.kind !== "call") return gate;
  const reusable = ownValue(tracing.use.functions, task.call);
  if (reusable !== undefined) return traceFunction(reusable, gate, tracing);
  if (task.call === "approve") return gate === "given" ? "given" : "asked";
  if (gate === "given") return gate;
  const risky = toolsOf(named, tracing.environment).filter(({ tool }) => {
    const known = tracing.environment.tools.get(tool);
    return known !== undefined && (known.risk === "money" || known.risk === "irreversible") && !known.gated;
  });
  // Of all that a computed name may be, one is enough to say.
  for (const { tool, how } of risky.filter((each, place) => each.how !== HOW.computed || risky.findIndex(({ how: other }) => other === HOW.computed) === place)) tracing.found({ task: named, tool, how, gate, via: [] });
  return gate;
}

/** The tools that a call may come to. With `approval` the call itself refuses unless that very call was approved; what takes it back is not asked about. */
function toolsOf(named: NamedTask, environment: CheckEnvironment): { tool: string; how: string }[] {
  const { task } = named;
  if (task.kind !== "call" || (task.call !== "tool" && task.call !== "agent")) return [];
  const all = (how: string) => [...environment.tools.keys()].map((tool) => ({ tool, how }));
  if (task.call === "agent") {
    const tools = task.with["tools"];
    if (isComputed(tools) || (Array.isArray(tools) && tools.some(isComputed))) return all(HOW.computed);
    return Array.isArray(tools) ? tools.map((tool) => ({ tool: String(tool), how: HOW.agent })) : [];
  }
  const back = objectAt(task.with, "undo")["tool"];
  const undo = isComputed(back) ? all(HOW.computed) : typeof back === "string" ? [{ tool: back, how: HOW.undo }] : [];
  if (task.with["approval"] !== undefined) return undo;
  const tool = toolOf(named);
  return tool === null ? [...all(HOW.computed), ...undo] : [{ tool, how: HOW.call }, ...undo];
}

/** Functions may call each other, and each may be called often: each is followed once for each gate. */
function traceFunction(named: NamedTask, gate: Gate, tracing: Tracing): Gate {
  const place = `${named.pointer} ${gate} ${tracing.isExtension}`;
  const known = tracing.functions.get(place);
  if (known !== undefined) return known ?? gate;
  tracing.functions.set(place, null);
  const exit = leave(named, gate, tracing);
  tracing.functions.set(place, exit);
  return exit;
}

/** Each sub-workflow is followed once for each gate it is entered with, however many tasks run it. */
function traceSubWorkflow(named: NamedTask, key: string, gate: Gate, tracing: Tracing): Gate {
  const sub = tracing.environment.workflows.get(key);
  if (sub === undefined || tracing.via.includes(key)) return gate;
  const place = `${key} ${gate}`;
  let known = tracing.known.get(place);
  if (known === undefined) {
    const ungated: Ungated[] = [];
    const exit = traceList(sub.definition.do, gate, { ...tracing, ...inDocument(sub), via: [...tracing.via, key], found: (each) => void ungated.push(each) });
    known = { exit, ungated };
    tracing.known.set(place, known);
  }
  for (const each of known.ungated) tracing.found({ ...each, task: named, via: [key, ...each.via] });
  return known.exit;
}

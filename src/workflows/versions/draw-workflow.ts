import type { GraphEdge, GraphNode, WorkflowGraph } from "../../shapes/workflow.ts";
import type { EventConsumption, NamedTask, Task, TaskList, WorkflowSource } from "../document/definition.ts";
import { filtersOf } from "../events/starts/start-on-event.ts";

type Drawing = { source: WorkflowSource; nodes: GraphNode[]; edges: GraphEdge[] };

/** The workflow as nodes and edges. A task that holds others is their `parent`; edges between lists begin at it. Pure. */
export function drawWorkflow(source: WorkflowSource): WorkflowGraph {
  const drawing: Drawing = { source, nodes: [mark("start")], edges: [] };
  const first = source.definition.do[0];
  join(drawing, "start", first === undefined ? "end" : idOf(first), null, null);
  drawList(drawing, source.definition.do, null);
  drawing.nodes.push(mark("end"));
  return { nodes: drawing.nodes, edges: drawing.edges };
}

function mark(kind: "start" | "end"): GraphNode {
  return { id: kind, kind, pointer: "", name: kind, label: null, parent: null, place: null };
}

function idOf(task: NamedTask): string {
  return task.pointer;
}

/** Draws a list of tasks; `parent` null is the workflow's own list, whose end is the end. */
function drawList(drawing: Drawing, list: TaskList, parent: string | null): void {
  for (const [place, named] of list.entries()) {
    drawTask(drawing, named, parent);
    const next = list[place + 1];
    const onwards = next === undefined ? (parent === null ? "end" : null) : idOf(next);
    const { task } = named;
    const goTo = (then: string) => (then === "continue" ? onwards : then === "end" ? "end" : then === "exit" ? (parent === null ? "end" : null) : (list.find((each) => each.name === then)?.pointer ?? null));
    if (task.kind === "switch") {
      for (const each of task.cases) join(drawing, idOf(named), goTo(each.then), each.name, each.when);
      if (task.cases.every((each) => each.when !== null)) join(drawing, idOf(named), goTo(task.then), null, null);
    } else if (task.kind !== "raise") join(drawing, idOf(named), goTo(task.then), null, null);
  }
}

function drawTask(drawing: Drawing, named: NamedTask, parent: string | null): void {
  const { line, column } = drawing.source.placeOf(named.pointer);
  drawing.nodes.push({ id: idOf(named), kind: named.task.kind, pointer: named.pointer, name: named.name, label: labelOf(named.task), parent, place: { line, column } });
  for (const { branch, list } of partsOf(named.task)) {
    const first = list[0];
    if (first === undefined) continue;
    join(drawing, idOf(named), idOf(first), branch, null);
    drawList(drawing, list, named.pointer);
  }
}

/** The lists inside a task. A fork's branches stand beside each other, each a list of its own. */
function partsOf(task: Task): { branch: string; list: TaskList }[] {
  if (task.kind === "do") return [{ branch: "do", list: task.do }];
  if (task.kind === "for") return [{ branch: "each", list: task.do }];
  if (task.kind === "fork") return task.branches.map((branch) => ({ branch: branch.name, list: [branch] }));
  if (task.kind === "try") return [{ branch: "try", list: task.try }, { branch: "catch", list: task.catch.do ?? [] }];
  if (task.kind === "listen") return [{ branch: "each", list: task.foreach?.do ?? [] }];
  return [];
}

function labelOf(task: Task): string | null {
  if (task.kind === "call") {
    const tool = task.with["tool"];
    return (task.call === "tool" || task.call === "approve") && typeof tool === "string" && !tool.startsWith("${") ? `${task.call}: ${tool}` : task.call;
  }
  if (task.kind === "for") return `${task.each} in ${task.in}`;
  if (task.kind === "fork") return task.isCompeting ? "the first one wins" : "all at once";
  if (task.kind === "wait") return "ms" in task.wait ? `${task.wait.ms} ms` : task.wait.expression;
  if (task.kind === "run") return task.run.kind === "workflow" ? task.run.name : task.run.kind;
  if (task.kind === "emit") return typeof task.event["type"] === "string" ? task.event["type"] : null;
  if (task.kind === "listen") return typesOf(task.to).join(", ") || "any event";
  if (task.kind === "raise") return "reference" in task.error ? task.error.reference : task.error.type;
  return null;
}

function typesOf(consumption: EventConsumption): string[] {
  return filtersOf(consumption).map((filter) => filter.with["type"]).filter((type) => typeof type === "string");
}

function join(drawing: Drawing, from: string, to: string | null, branch: string | null, label: string | null): void {
  if (to === null) return;
  drawing.edges.push({ id: `${from}>${branch ?? ""}>${to}#${drawing.edges.length}`, from, to, branch, label });
}

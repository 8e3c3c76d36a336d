import assert from "node:assert/strict";
import { test } from "node:test";
import type { GraphEdge, GraphNode, WorkflowGraph } from "../../../../../src/shapes/workflow.ts";
import { layoutGraph, type PlacedGraph } from "./layout-graph.ts";
import { sayTask } from "./task-words.ts";

const node = (id: string, kind: GraphNode["kind"], parent: string | null = null): GraphNode => ({ id, kind, pointer: kind === "start" || kind === "end" ? "" : id, name: id, label: null, parent, place: null });
const edge = (from: string, to: string, branch: string | null = null): GraphEdge => ({ id: `${from}>${branch ?? ""}>${to}`, from, to, branch, label: null });

const LOOP: WorkflowGraph = {
  nodes: [node("start", "start"), node("ask", "call"), node("size", "switch"), node("all", "for"), node("one", "call", "all"), node("two", "switch", "all"), node("end", "end")],
  edges: [edge("start", "ask"), edge("ask", "size"), edge("size", "ask", "again"), edge("size", "all", "done"), edge("all", "one", "each"), edge("one", "two"), edge("two", "end", "stop"), edge("all", "end")],
};

const boxOf = (placed: PlacedGraph, id: string) => placed.boxes.find((box) => box.id === id) ?? assert.fail(`no box ${id}`);

test("boxes of the same level never overlap, and a task stands inside the box that holds it", () => {
  const placed = layoutGraph(LOOP);
  for (const left of placed.boxes) {
    for (const right of placed.boxes) {
      if (left.id >= right.id || left.holder !== right.holder) continue;
      const isApart = left.x + left.width <= right.x || right.x + right.width <= left.x || left.y + left.height <= right.y || right.y + right.height <= left.y;
      assert.ok(isApart, `${left.id} lies on ${right.id}`);
    }
  }
  const holder = boxOf(placed, "all");
  for (const inner of placed.boxes.filter((box) => box.holder === "all")) {
    assert.ok(inner.x >= 0 && inner.y >= 0 && inner.x + inner.width <= holder.width && inner.y + inner.height <= holder.height, inner.id);
  }
});

test("the ways lead down, a loop's way back leads up, and everything lies on the canvas", () => {
  const placed = layoutGraph(LOOP);
  assert.ok(boxOf(placed, "start").y < boxOf(placed, "ask").y && boxOf(placed, "ask").y < boxOf(placed, "size").y && boxOf(placed, "all").y < boxOf(placed, "end").y);
  const back = placed.edges.find((each) => each.from === "size" && each.to === "ask");
  assert.ok((back?.points.at(0)?.y ?? 0) > (back?.points.at(-1)?.y ?? 0));
  for (const { points } of placed.edges) for (const { x, y } of points) assert.ok(x >= 0 && y >= 0 && x <= placed.width && y <= placed.height);
});

test("a list inside a task has a head; a way out of its box is drawn without points", () => {
  const placed = layoutGraph(LOOP);
  assert.deepEqual(placed.boxes.filter((box) => box.kind === "entry").map((box) => [box.holder, box.id]), [["all", "all>each>one"]]);
  assert.deepEqual(placed.edges.find((each) => each.from === "two")?.points, []);
  assert.equal(placed.edges.length, LOOP.edges.length);
});

test("tasks are said in plain words", () => {
  assert.deepEqual(sayTask({ kind: "call", label: "ask" }), { kind: "Ask the customer", detail: null, family: "talk" });
  assert.deepEqual(sayTask({ kind: "call", label: "tool: pay_back" }), { kind: "Call a tool", detail: "pay_back", family: "act" });
  assert.equal(sayTask({ kind: "wait", label: "172800000 ms" }).detail, "2 d");
  assert.equal(sayTask({ kind: "for", label: "order in ${ context.orders }" }).detail, "order in context.orders");
});

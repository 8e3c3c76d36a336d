import { Graph, layout } from "@dagrejs/dagre";
import type { GraphEdge, GraphNode, WorkflowGraph } from "../../../../../src/shapes/workflow.ts";
import { sayBranch } from "./task-words.ts";

export type Point = { x: number; y: number };
/** A box on the canvas. `x` and `y` count from the top left of the box that holds it (`holder`), or of the canvas. */
export type PlacedBox = Point & { id: string; width: number; height: number; holder: string | null };
export type PlacedTask = PlacedBox & { kind: "task" | "holder"; node: GraphNode };
/** The head of a list inside a task: "each order in orders", "if it fails", a branch of a fork. */
export type PlacedEntry = PlacedBox & { kind: "entry"; edge: GraphEdge };
/** `points` and `labelAt` count from the top left of the canvas. `points` is empty for a way that leaves its box. */
export type PlacedEdge = { edge: GraphEdge; from: string; to: string; points: Point[]; labelAt: Point | null };
export type PlacedGraph = { boxes: (PlacedTask | PlacedEntry)[]; edges: PlacedEdge[]; width: number; height: number };

const TASK = { width: 236, height: 78 };
const MARK = { width: 92, height: 34 };
const ENTRY_HEIGHT = 26;
const PADDING = 18;
const HEADER = 74;
const LETTER = 6.4;
const LABEL_LIMIT = 26;
/** For "1,200×, 340 won" beside the words of an entry. */
const COUNT_ROOM = 44;

type Level = { boxes: (PlacedTask | PlacedEntry)[]; edges: PlacedEdge[]; width: number; height: number };
type Context = { graph: WorkflowGraph; holderOf: ReadonlyMap<string, string | null> };

/**
 * Lays a workflow out from top to bottom. A task that holds others becomes a box around them, laid out by itself, so a
 * loop or a fork reads as one thing from outside. Pure; the same graph always gives the same picture.
 *
 * Units: pixels at zoom 1.
 */
export function layoutGraph(graph: WorkflowGraph): PlacedGraph {
  const holderOf = new Map(graph.nodes.map((node) => [node.id, node.parent]));
  return layoutLevel({ graph, holderOf }, null);
}

function layoutLevel(context: Context, holder: string | null): Level {
  const sheet = new Graph<object, { width: number; height: number; x?: number; y?: number }, { width: number; height: number; labelpos?: "c"; points?: Point[]; x?: number; y?: number }>({ multigraph: true });
  sheet.setGraph({ rankdir: "TB", rankalign: "top", nodesep: 44, ranksep: 46, edgesep: 22, marginx: 0, marginy: 0 });
  sheet.setDefaultEdgeLabel(() => ({ width: 0, height: 0 }));
  const own = context.graph.nodes.filter((node) => node.parent === holder);
  const inside = new Map(own.filter((node) => context.graph.nodes.some((each) => each.parent === node.id)).map((node) => [node.id, layoutLevel(context, node.id)]));
  for (const node of own) sheet.setNode(node.id, sizeOf(node, inside.get(node.id)));
  const entries = holder === null ? [] : context.graph.edges.filter((edge) => edge.from === holder && context.holderOf.get(edge.to) === holder);
  for (const edge of entries) {
    sheet.setNode(edge.id, { width: widthOf(sayEntry(edge)) + COUNT_ROOM, height: ENTRY_HEIGHT });
    sheet.setEdge(edge.id, edge.to, { width: 0, height: 0 }, edge.id);
  }
  const ways = context.graph.edges.flatMap((edge) => wayAt(context, edge, holder));
  for (const way of ways) sheet.setEdge(way.from, way.to, labelSize(way), way.edge.id);
  layout(sheet);
  return collect(context, { sheet, own, inside, entries, ways, holder });
}

type Way = { edge: GraphEdge; from: string; to: string; isDirect: boolean };

/** An edge as this level sees it: between the boxes of this level that hold its ends. */
function wayAt(context: Context, edge: GraphEdge, holder: string | null): Way[] {
  const from = boxAt(context, edge.from, holder);
  const to = boxAt(context, edge.to, holder);
  return from === null || to === null || from === to ? [] : [{ edge, from, to, isDirect: from === edge.from && to === edge.to }];
}

function boxAt(context: Context, id: string, holder: string | null): string | null {
  for (let box: string | null | undefined = id; box !== null && box !== undefined; box = context.holderOf.get(box)) {
    if (context.holderOf.get(box) === holder) return box;
  }
  return null;
}

type Sheet = { sheet: InstanceType<typeof Graph>; own: readonly GraphNode[]; inside: ReadonlyMap<string, Level>; entries: readonly GraphEdge[]; ways: readonly Way[]; holder: string | null };

function collect(context: Context, { sheet, own, inside, entries, ways, holder }: Sheet): Level {
  const frame = frameOf(sheet);
  const shift = holder === null ? { x: 0, y: 0 } : { x: PADDING, y: HEADER };
  const place = (id: string): PlacedBox => {
    const { x, y, width, height } = boxOf(sheet.node(id));
    return { id, x: x - width / 2 - frame.x + shift.x, y: y - height / 2 - frame.y + shift.y, width, height, holder };
  };
  const level: Level = { boxes: [], edges: [], width: frame.width, height: frame.height };
  for (const edge of entries) {
    level.boxes.push({ ...place(edge.id), kind: "entry", edge });
    level.edges.push({ edge, from: edge.id, to: edge.to, ...pathOf(sheet, { from: edge.id, to: edge.to, id: edge.id }, frame, shift), labelAt: null });
  }
  for (const node of own) {
    const box = place(node.id);
    const held = inside.get(node.id);
    level.boxes.push({ ...box, kind: held === undefined ? "task" : "holder", node });
    for (const inner of held?.boxes ?? []) level.boxes.push(inner);
    for (const edge of held?.edges ?? []) level.edges.push(moved(edge, box));
  }
  for (const { edge, from, to, isDirect } of ways) {
    if (isDirect) level.edges.push({ edge, from, to, ...pathOf(sheet, { from, to, id: edge.id }, frame, shift) });
    // A way out of a box: drawn from task to task; its place in the layout kept the room.
    else if (context.holderOf.get(edge.to) === holder) level.edges.push({ edge, from: edge.from, to: edge.to, points: [], labelAt: null });
  }
  return level;
}

function sizeOf(node: GraphNode, held: Level | undefined): { width: number; height: number } {
  if (held !== undefined) return { width: Math.max(TASK.width, held.width) + 2 * PADDING, height: held.height + HEADER + PADDING };
  return node.kind === "start" || node.kind === "end" ? { ...MARK } : { ...TASK };
}

function labelSize({ edge, isDirect }: Way): { width: number; height: number; labelpos: "c" } {
  return edge.branch === null || !isDirect ? { width: 0, height: 0, labelpos: "c" } : { width: widthOf(sayBranch(edge.branch)) + 26, height: 24, labelpos: "c" };
}

function widthOf(text: string): number {
  return Math.ceil(Math.min(text.length, LABEL_LIMIT) * LETTER) + 44;
}

/** The head of a list, in words. */
export function sayEntry(edge: GraphEdge): string {
  return sayBranch(edge.branch ?? "do");
}

/** What the layout drew over: ways that go back may leave the boxes' own frame. */
function frameOf(sheet: InstanceType<typeof Graph>): { x: number; y: number; width: number; height: number } {
  const xs: number[] = [];
  const ys: number[] = [];
  for (const id of sheet.nodes()) {
    const { x, y, width, height } = boxOf(sheet.node(id));
    xs.push(x - width / 2, x + width / 2);
    ys.push(y - height / 2, y + height / 2);
  }
  for (const edge of sheet.edges()) {
    for (const { x, y } of pointsOf(sheet.edge(edge))) {
      xs.push(x);
      ys.push(y);
    }
  }
  const [left, top] = [Math.min(0, ...xs), Math.min(0, ...ys)];
  return { x: left, y: top, width: Math.max(0, ...xs) - left, height: Math.max(0, ...ys) - top };
}

function pathOf(sheet: InstanceType<typeof Graph>, way: { from: string; to: string; id: string }, frame: Point, shift: Point): { points: Point[]; labelAt: Point | null } {
  const move = ({ x, y }: Point): Point => ({ x: x - frame.x + shift.x, y: y - frame.y + shift.y });
  const label: unknown = sheet.edge(way.from, way.to, way.id);
  const at = numbers(label);
  return { points: squared(pointsOf(label), boxOf(sheet.node(way.from)), boxOf(sheet.node(way.to))).map(move), labelAt: at === null ? null : move(at) };
}

type Box = Point & { width: number; height: number };

/** A way down leaves at the middle of the bottom, enters at the middle of the top and turns at right angles; one that leads back stays as it is. */
function squared(points: readonly Point[], from: Box, to: Box): Point[] {
  const [start, end] = [{ x: from.x, y: from.y + from.height / 2 }, { x: to.x, y: to.y - to.height / 2 }];
  if (start.y >= end.y) return [...points];
  const path: Point[] = [start];
  for (const point of [...points.slice(1, -1), end]) {
    const last = path.at(-1) ?? start;
    if (Math.abs(last.x - point.x) > 1) path.push({ x: last.x, y: (last.y + point.y) / 2 }, { x: point.x, y: (last.y + point.y) / 2 });
    path.push(point);
  }
  return path;
}

function moved(placed: PlacedEdge, by: Point): PlacedEdge {
  const move = ({ x, y }: Point): Point => ({ x: x + by.x, y: y + by.y });
  return { ...placed, points: placed.points.map(move), labelAt: placed.labelAt === null ? null : move(placed.labelAt) };
}

/** The layout writes its places into the labels it was given; these read them back. */
function boxOf(label: unknown): Box {
  const read = (key: string): number => Number(typeof label === "object" && label !== null ? Reflect.get(label, key) : 0);
  return { x: read("x"), y: read("y"), width: read("width"), height: read("height") };
}

function numbers(label: unknown): Point | null {
  const { x, y } = boxOf(label);
  return Number.isFinite(x) && Number.isFinite(y) ? { x, y } : null;
}

function pointsOf(label: unknown): Point[] {
  const points: unknown = typeof label === "object" && label !== null ? Reflect.get(label, "points") : null;
  return Array.isArray(points) ? points.map((point) => numbers(point)).filter((point) => point !== null) : [];
}

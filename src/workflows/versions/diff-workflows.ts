import { parse } from "yaml";
import { joinPointer } from "../document/json-pointer.ts";
import { isRecord } from "../../lib/is-record.ts";

/** One difference; `pointer` stands in the newer document, for what was removed in the older one. `text` is in plain words. */
export type WorkflowChange = { kind: "added" | "removed" | "changed" | "moved"; pointer: string; text: string; before: unknown; after: unknown };

/**
 * What changed between two documents, task by task: lists of tasks are compared by name, all else by its key, so that a new
 * line in front does not make everything look changed. Formatting and comments are no differences. Pure.
 */
export function diffWorkflows(before: string | null, after: string | null): WorkflowChange[] {
  const changes: WorkflowChange[] = [];
  compare({ changes, task: null }, before === null ? undefined : readTree(before), after === null ? undefined : readTree(after), "", "the document");
  return changes;
}

function readTree(text: string): unknown {
  const tree: unknown = parse(text, { maxAliasCount: 100 });
  return tree;
}

type Scene = { changes: WorkflowChange[]; /** The task the place belongs to. */ task: string | null };

function compare(scene: Scene, before: unknown, after: unknown, pointer: string, what: string): void {
  if (isSame(before, after)) return;
  if (before === undefined) return add(scene, "added", pointer, `${what} was added${isSmall(after) ? `: ${show(after)}` : ""}`, before, after);
  if (after === undefined) return add(scene, "removed", pointer, `${what} was removed${isSmall(before) ? ` (it was ${show(before)})` : ""}`, before, after);
  const listBefore = asTasks(before);
  const listAfter = asTasks(after);
  if (listBefore !== null && listAfter !== null) return compareTasks(scene, listBefore, listAfter, pointer);
  if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) compare(scene, before[key], after[key], joinPointer(pointer, key), what === "the document" ? key : `${what}.${key}`);
    return;
  }
  add(scene, "changed", pointer, isSmall(before) && isSmall(after) ? `${what} changed from ${show(before)} to ${show(after)}` : `${what} changed`, before, after);
}

type Listed = { name: string; body: unknown };

function compareTasks(scene: Scene, before: readonly Listed[], after: readonly Listed[], pointer: string): void {
  const old = new Map(before.map((each, place) => [each.name, { ...each, place }]));
  const names = new Set(after.map((each) => each.name));
  for (const [place, each] of before.entries()) if (!names.has(each.name)) add({ ...scene, task: null }, "removed", joinPointer(joinPointer(pointer, String(place)), each.name), `task "${each.name}" was removed`, each.body, undefined);
  const kept = before.filter((each) => names.has(each.name)).map((each) => each.name);
  const keptNow = after.filter((each) => old.has(each.name)).map((each) => each.name);
  for (const [place, each] of after.entries()) {
    const here = joinPointer(joinPointer(pointer, String(place)), each.name);
    const known = old.get(each.name);
    const previous = after[place - 1];
    const where = previous === undefined ? "in front" : `after "${previous.name}"`;
    if (known === undefined) add({ ...scene, task: null }, "added", here, `task "${each.name}" was added ${where}`, undefined, each.body);
    else {
      if (hasMoved(kept, keptNow, each.name)) add({ ...scene, task: null }, "moved", here, `task "${each.name}" was moved ${where}`, known.place, place);
      if (isRecord(known.body) && isRecord(each.body)) for (const key of new Set([...Object.keys(known.body), ...Object.keys(each.body)])) compare({ ...scene, task: each.name }, known.body[key], each.body[key], joinPointer(here, key), key);
      else compare({ ...scene, task: each.name }, known.body, each.body, here, "it");
    }
  }
}

/** Whether a task that both have follows another task than before, of those both have. */
function hasMoved(before: readonly string[], after: readonly string[], name: string): boolean {
  return before[before.indexOf(name) - 1] !== after[after.indexOf(name) - 1];
}

function add(scene: Scene, kind: WorkflowChange["kind"], pointer: string, text: string, before: unknown, after: unknown): void {
  scene.changes.push({ kind, pointer, text: scene.task === null ? text : `task "${scene.task}": ${text}`, before: before ?? null, after: after ?? null });
}

/** A list of tasks or cases: every entry a mapping with one key. */
function asTasks(value: unknown): Listed[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const listed: Listed[] = [];
  for (const each of value) {
    const entries = isRecord(each) ? Object.entries(each) : [];
    const only = entries[0];
    if (entries.length !== 1 || only === undefined) return null;
    listed.push({ name: only[0], body: only[1] });
  }
  return listed;
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || (left !== undefined && right !== undefined && JSON.stringify(left) === JSON.stringify(right));
}

function isSmall(value: unknown): boolean {
  return typeof value !== "object" || value === null || JSON.stringify(value).length <= 80;
}

function show(value: unknown): string {
  return typeof value === "string" ? `"${value.length > 120 ? `${value.slice(0, 120)}…` : value}"` : JSON.stringify(value);
}

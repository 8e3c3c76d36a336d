import { isRecord } from "../../lib/is-record.ts";
import { joinPointer } from "./json-pointer.ts";
import { listAt, namedItem, objectAt, type RawObject } from "./raw-value.ts";

export type RawTask = { name: string; pointer: string; raw: RawObject };

/** Every task of a raw document with its pointer, nested ones too; what is not even a mapping is left to the schema. */
export function* rawTasks(root: RawObject): Generator<RawTask> {
  yield* inList(root["do"], "/do");
  const use = objectAt(root, "use");
  for (const [name, raw] of Object.entries(objectAt(use, "functions"))) yield* inTask(name, joinPointer("/use/functions", name), raw);
  for (const [index, item] of listAt(use, "extensions").entries()) {
    const [name, extension] = namedItem(item) ?? ["", null];
    if (!isRecord(extension)) continue;
    const pointer = joinPointer("/use/extensions", index, name);
    yield* inList(extension["before"], `${pointer}/before`);
    yield* inList(extension["after"], `${pointer}/after`);
  }
}

function* inList(value: unknown, pointer: string): Generator<RawTask> {
  if (!Array.isArray(value)) return;
  for (const [index, item] of value.entries()) {
    const [name, raw] = namedItem(item) ?? ["", null];
    yield* inTask(name, joinPointer(pointer, index, name), raw);
  }
}

function* inTask(name: string, pointer: string, raw: unknown): Generator<RawTask> {
  if (!isRecord(raw)) return;
  yield { name, pointer, raw };
  yield* inList(raw["do"], `${pointer}/do`);
  yield* inList(raw["try"], `${pointer}/try`);
  yield* inList(objectAt(raw, "catch")["do"], `${pointer}/catch/do`);
  yield* inList(objectAt(raw, "fork")["branches"], `${pointer}/fork/branches`);
  yield* inList(objectAt(raw, "foreach")["do"], `${pointer}/foreach/do`);
}

/**
 * The same document with all its tasks in one list, each without the tasks inside it: the schema is met once by every task.
 * Nested, the validator would try a task in every kind, and all inside it again for each: twice the time per level.
 */
export function flatten(root: RawObject): { root: RawObject; /** Where a place of the flat document stands in the real one. */ pointerOf(pointer: string): string } {
  const own = root["do"];
  if (!Array.isArray(own)) return { root, pointerOf: (pointer) => pointer };
  const tasks = [...rawTasks(root)];
  const use = root["use"];
  const flat = { ...root, do: [...own.map(toStub), ...tasks.map(({ name, raw }) => ({ [name]: withoutTasks(raw) }))], ...(isRecord(use) ? { use: withoutReusable(use) } : {}) };
  const pointerOf = (pointer: string): string => {
    const [, index, rest] = /^\/do\/(\d+)(?:\/[^/]*)?(.*)$/.exec(pointer) ?? [];
    const task = index === undefined ? undefined : tasks[Number(index) - own.length];
    return task === undefined ? pointer : task.pointer + (rest ?? "");
  };
  return { root: flat, pointerOf };
}

/** The item of a list with its names, and a task that is surely right behind each. */
function toStub(item: unknown): unknown {
  return isRecord(item) ? Object.fromEntries(Object.entries(item).map(([name, task]) => [name, isRecord(task) ? { set: { stub: true } } : task])) : item;
}

function withStubs(owner: RawObject, key: string): RawObject {
  const list = owner[key];
  return Array.isArray(list) ? { ...owner, [key]: list.map(toStub) } : owner;
}

function withoutTasks(raw: RawObject): RawObject {
  let made = withStubs(withStubs(raw, "do"), "try");
  for (const [key, inner] of [["catch", "do"], ["fork", "branches"], ["foreach", "do"]] as const) {
    const owner = made[key];
    if (isRecord(owner)) made = { ...made, [key]: withStubs(owner, inner) };
  }
  return made;
}

function withoutReusable(use: RawObject): RawObject {
  const functions = use["functions"];
  const extensions = use["extensions"];
  const withoutFunctions = isRecord(functions) ? { ...use, functions: toStub(functions) } : use;
  if (!Array.isArray(extensions)) return withoutFunctions;
  const items = extensions.map((item: unknown) => (isRecord(item) ? Object.fromEntries(Object.entries(item).map(([name, extension]) => [name, isRecord(extension) ? withStubs(withStubs(extension, "before"), "after") : extension])) : item));
  return { ...withoutFunctions, extensions: items };
}

import { joinPointer } from "./json-pointer.ts";
import { isRawObject, listAt, namedItem, objectAt, type RawObject } from "./raw-value.ts";

export type RawTask = { name: string; pointer: string; raw: RawObject };

/** Every task of a raw document with its pointer, nested ones too; what is not even a mapping is left to the schema. */
export function* rawTasks(root: RawObject): Generator<RawTask> {
  yield* inList(root["do"], "/do");
  const use = objectAt(root, "use");
  for (const [name, raw] of Object.entries(objectAt(use, "functions"))) yield* inTask(name, joinPointer("/use/functions", name), raw);
  for (const [index, item] of listAt(use, "extensions").entries()) {
    const [name, extension] = namedItem(item) ?? ["", null];
    if (!isRawObject(extension)) continue;
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
  if (!isRawObject(raw)) return;
  yield { name, pointer, raw };
  yield* inList(raw["do"], `${pointer}/do`);
  yield* inList(raw["try"], `${pointer}/try`);
  yield* inList(objectAt(raw, "catch")["do"], `${pointer}/catch/do`);
  yield* inList(objectAt(raw, "fork")["branches"], `${pointer}/fork/branches`);
  yield* inList(objectAt(raw, "foreach")["do"], `${pointer}/foreach/do`);
}

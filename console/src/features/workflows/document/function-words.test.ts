import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { FUNCTIONS } from "./function-words.ts";

// By address and parsed, not by import: the console's types hold without the server's.
const CATALOG = "../../../../../src/app/workflow-functions/declarations.ts";
const catalog = z.object({ FUNCTION_DECLARATIONS: z.array(z.object({ name: z.string(), input: z.instanceof(z.ZodType) })) });
const shapeOf = z.object({ properties: z.record(z.string(), z.unknown()), required: z.array(z.string()).default([]) });

test("the editor offers exactly the functions and arguments that the server has", async () => {
  const loaded: unknown = await import(new URL(CATALOG, import.meta.url).href);
  const server = catalog.parse(loaded).FUNCTION_DECLARATIONS.map(({ name, input }) => {
    const { properties, required } = shapeOf.parse(z.toJSONSchema(input, { io: "input", unrepresentable: "any" }));
    return { name, takes: Object.keys(properties).sort(), needs: required.sort() };
  });
  const offered = FUNCTIONS.map(({ name, takes }) => ({ name, takes: takes.map((each) => each.label).sort(), needs: takes.filter((each) => each.isNeeded).map((each) => each.label).sort() }));
  const byName = (left: { name: string }, right: { name: string }) => left.name.localeCompare(right.name);
  assert.deepEqual(offered.sort(byName), server.sort(byName));
});

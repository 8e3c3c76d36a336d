import { isRecord } from "../../../lib/is-record.ts";
import type { DataContract, JsonSchema, NamedTask } from "../../document/definition.ts";
import { faultOfSchema } from "../../run/check-schema.ts";
import type { Checking } from "../findings.ts";
import { tasksOf } from "../task-tree.ts";

/** Schemas of data that are none: a run would fail at the first value that is held against one. */
export function checkDataSchemas({ source: { definition }, report }: Checking): void {
  const found = [...ofContract(definition.input, "/input"), ...ofContract(definition.output, "/output"), ...[...tasksOf(definition)].flatMap(({ named }) => [...ofTask(named)])];
  for (const [pointer, schema] of found) {
    const fault = faultOfSchema(schema);
    if (fault !== null) report({ rule: "data-schema", severity: "error", pointer, message: `This schema cannot be used: ${fault}.`, advice: "Write it in JSON Schema 2020-12, with all that it refers to inside it." });
  }
}

function* ofTask({ task, pointer }: NamedTask): Generator<[string, JsonSchema]> {
  for (const [key, contract] of [["input", task.input], ["output", task.output], ["export", task.export]] as const) yield* ofContract(contract, `${pointer}/${key}`);
  if (task.kind === "call" && (task.call === "ask" || task.call === "generate") && isRecord(task.with["schema"])) yield [`${pointer}/with/schema`, { ...task.with["schema"] }];
}

function* ofContract({ schema }: DataContract, pointer: string): Generator<[string, JsonSchema]> {
  if (schema !== null) yield [`${pointer}/schema/document`, schema];
}

import { parse } from "yaml";
import { messageOf } from "../src/lib/app-error.ts";
import { systemClock } from "../src/lib/clock.ts";
import { createLog } from "../src/lib/log.ts";
import { openBudgets } from "../src/models/budgets/open-budgets.ts";
import { composeModels } from "../src/models/compose-models.ts";
import { modelsFile } from "../src/models/inventory/models-file.ts";
import { noContext, requestOf } from "../src/models/model.contract.ts";
import { readAnswer } from "../src/models/read-answer.ts";
import { openDatabase } from "../src/storage/database.ts";
import { bare } from "./open-models.ts";

/**
 * A process that asks models until a budget refuses: node model-process.ts DATABASE_URL MODELS_YAML LEASE_MS.
 * Eight calls at a time, for the tenant `desk`. Writes why it ended; killed before that it writes nothing.
 */
const [url = "", file = "", leaseMs = "0"] = process.argv.slice(2);
const log = createLog({ level: "error", isPretty: true });
const database = openDatabase({ connectionString: url, maxConnections: 4, log });
const given = modelsFile.parse(parse(file));
const budgets = openBudgets({ database, clock: systemClock, log, rules: given.budgets, leaseMs: Number(leaseMs) });
const { model } = composeModels({ ...bare(), file: given, budgets });
if (model === null) throw new Error("the file has no model");

const askUntilRefused = async (): Promise<string> => {
  for (;;) {
    try {
      await readAnswer(model, requestOf({ context: { ...noContext, tenantId: "desk" }, maxOutputTokens: 200 }));
    } catch (error) {
      return messageOf(error);
    }
  }
};
const [reason = ""] = await Promise.all(Array.from({ length: 8 }, askUntilRefused));
await budgets.stop();
await database.close();
process.stdout.write(`${reason}\n`);

import { parseArgs } from "node:util";
import { readConfig } from "../app/config.ts";
import { pruneKnowledge } from "../knowledge/snapshots/prune.ts";
import { advise } from "./advise.ts";
import { counted } from "./policy-check.ts";
import type { KnowledgeWork } from "./knowledge.ts";

const KEEP_DAYS = 90;

/** `knowledge prune [--keep-days N] [--dry-run]`: forgets what has not been served for so long. */
export const pruneVersions: KnowledgeWork = async ({ deps, tenantId }, args, write) => {
  const { values } = parseArgs({ args: [...args], options: { "keep-days": { type: "string" }, "dry-run": { type: "boolean", default: false } } });
  const keepDays = values["keep-days"] === undefined ? readConfig(process.env).knowledgeKeepDays || KEEP_DAYS : Number(values["keep-days"]);
  if (!Number.isInteger(keepDays) || keepDays < 0 || keepDays > 36_500) return advise("Say how many days to keep, from 0 to 36500: baton knowledge prune --keep-days 90 [--dry-run]");
  const isDry = values["dry-run"];
  const { documents, chunks, bytes } = await pruneKnowledge(deps, { tenantId, keepDays, isDry, by: "cli" });
  const what = `${counted(documents, "version of a document", "versions of documents")} that ended more than ${counted(keepDays, "day", "days")} ago, ${(bytes / 1_000_000).toFixed(1)} MB of text`;
  write(isDry ? `Would forget ${what}. Snapshots and what replies quote stay.\n` : `Forgotten: ${what}, with ${counted(chunks, "chunk", "chunks")}. Snapshots and what replies quote stay.\n`);
  return 0;
};

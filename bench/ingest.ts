import { existsSync } from "node:fs";
import { join } from "node:path";
import { proveDocuments } from "./ingest/prove-documents.ts";
import { proveMails } from "./ingest/prove-mails.ts";
import { report, say } from "./report.ts";

/**
 * Reading documents, against references (`../shared/data/docs`, `eml`; another place by `BATON_DATA_SETS`): nothing breaks the
 * reader, words and mail fields arrive, the same text in many formats is the same. Returns the exit code.
 */
export async function proveIngest(): Promise<number> {
  const folder = process.env["BATON_DATA_SETS"] ?? join(import.meta.dirname, "..", "..", "shared", "data");
  if (!existsSync(join(folder, "docs", "reference_text.jsonl.gz")) || !existsSync(join(folder, "eml"))) {
    say("skipped: the data sets are not here; set BATON_DATA_SETS to their folder");
    return 0;
  }
  const documents = await proveDocuments(join(folder, "docs"));
  const mails = await proveMails(join(folder, "eml"));
  return report({ name: "ingest", figures: { documents: documents.figures, mails: mails.figures }, targets: [...documents.targets, ...mails.targets] });
}

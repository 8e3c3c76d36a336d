import { parentPort } from "node:worker_threads";
import { messageOf } from "../../lib/app-error.ts";
import { isRecord } from "../../lib/is-record.ts";
import type { DocumentFile, ParseLimits } from "./parsed-document.ts";
import { readDocument } from "./read-document.ts";

// The thread in which files are read, one after the other; it may be stopped at any moment. What a library throws behind
// our back ends the thread, and so refuses the file.

/** As `parser-pool.ts` sends it. */
export type ParseWork = { file: DocumentFile; limits: ParseLimits };

parentPort?.on("message", (work: unknown) => {
  if (!isWork(work)) throw new TypeError("parser-thread.ts is started by parser-pool.ts only");
  readDocument(work.file, work.limits).then(
    (result) => parentPort?.postMessage(result, []),
    (error: unknown) => parentPort?.postMessage({ kind: "refused", code: "broken", reason: `The file could not be read: ${messageOf(error)}` }, []),
  );
});

function isWork(given: unknown): given is ParseWork {
  return isRecord(given) && "file" in given && "limits" in given;
}

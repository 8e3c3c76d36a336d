import { z } from "zod";
import { parseJson } from "../lib/parse-json.ts";
import { anchorShape } from "../observe/ledger-check.ts";
import type { KeptAnchor } from "./keep-anchor.ts";

const kept = z.object({ tenantId: z.string(), anchor: anchorShape, key: z.object({ id: z.string(), publicKey: z.string() }) });

/** The anchors of a file that `anchorFile` wrote. A line that a crash has cut off is left out: its anchor was written again after it. */
export function readAnchorLines(text: string): KeptAnchor[] {
  return text.split("\n").flatMap((line) => {
    const read = kept.safeParse(parseJson(line));
    return read.success ? [read.data] : [];
  });
}

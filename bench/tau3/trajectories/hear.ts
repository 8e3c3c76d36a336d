import type { Hearing } from "./hearing.ts";
import type { RecordedMessage } from "./read-runs.ts";

const YES = /\b(yes|yeah|yep|oui|sure|please (?:go ahead|proceed|do|book|cancel|make|use)|go ahead|proceed|confirm(?:ed)?|sounds good|that(?:'s| is) (?:fine|correct|right)|looks? (?:good|correct)|let's (?:do|go|use|proceed)|i agree|okay|ok)\b/i;

/** What a server knows at a point of a conversation. Replay: pure. */
export function hear(before: readonly RecordedMessage[]): Hearing {
  const lastSaid = before.findLast(({ role }) => role === "user")?.content ?? "";
  const said = before.filter(({ role }) => role === "user" || role === "assistant").map(({ content }) => content ?? "").join("\n").toLowerCase();
  return { isConfirmed: YES.test(lastSaid), said };
}

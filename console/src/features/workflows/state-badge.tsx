import { Badge } from "../../ui/badge.tsx";
import type { StateWords } from "./workflow-words.ts";

export function StateBadge({ state }: { state: StateWords }) {
  return <Badge tone={state.tone}><span aria-hidden="true">{state.sign}</span>{state.words}</Badge>;
}

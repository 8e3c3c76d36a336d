import { Badge, type Tone } from "./badge.tsx";

/** A state as words, a sign and a colour; the sign and the words say it without the colour. */
export type StateWords = { words: string; sign: string; tone: Tone };

export function StateBadge({ state }: { state: StateWords }) {
  return <Badge tone={state.tone}><span aria-hidden="true">{state.sign}</span>{state.words}</Badge>;
}

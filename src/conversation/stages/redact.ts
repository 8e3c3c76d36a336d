import type { Placeholder } from "../../guard/redactor.ts";
import type { Trace } from "../trace.ts";
import type { TurnDeps } from "../turn-deps.ts";
import type { EarlierMessage, TurnContext } from "../turn.ts";

export type RedactedTurn = {
  text: string;
  /** Known ones first, then those found in this turn. */
  placeholders: Placeholder[];
  fresh: Placeholder[];
  /** What was said before, redacted alike; empty when no model will see it. */
  history: EarlierMessage[];
};

/** Stage `redact`: numbered placeholders, stable within the case, before any model sees text. Replay: pure. */
export function redact(deps: Pick<TurnDeps, "redactor" | "hasModel">, trace: Trace, context: TurnContext): Promise<RedactedTurn> {
  return trace.stage("redact", () => {
    const known = context.placeholders;
    const names = namesOf(context);
    let placeholders: Placeholder[] = known;
    const hide = (text: string) => {
      const redaction = deps.redactor.redact({ text, known: placeholders, names });
      placeholders = redaction.placeholders;
      return redaction.text;
    };
    const history = deps.hasModel ? context.earlier.map((message) => ({ ...message, text: hide(message.text) })) : [];
    const text = hide(context.text);
    return { text, history, placeholders, fresh: placeholders.slice(known.length) };
  }, (made) => ({ reason: made.placeholders.length === 0 ? "nothing personal found" : `${made.placeholders.length} placeholders`, detail: { kinds: made.placeholders.map((placeholder) => placeholder.kind) } }));
}

/** Of the people a turn is about, for the redactor. */
export function namesOf({ contact }: Pick<TurnContext, "contact">): string[] {
  return contact.name === null ? [] : [contact.name];
}

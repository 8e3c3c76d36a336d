import type { DataClass } from "../../shapes/data-class.ts";
import type { CallContext } from "../call-context.ts";
import { forbiddenClasses } from "../inventory/data-rules.ts";
import type { DataRules } from "../inventory/models-file.ts";
import type { Model, ModelMessage, ModelPart, ModelRequest } from "../model.ts";
import { modelDataNotAllowed } from "../models.errors.ts";

/** The ways back of one hidden request. `text` takes a stream's texts as they come and may hold some back, `end` gives the rest. */
export type Restoring = { text(chunk: string): string; end(): string; value(value: unknown): unknown };

/**
 * Takes personal values out of texts; given from above, since the redactor stands higher. One call is one request, so that the
 * same value has the same placeholder in all of it. What it throws ends the call: then nothing is sent.
 */
export type HidePersonal = (texts: readonly string[], context: CallContext) => Promise<{ texts: string[]; restoring: Restoring }>;

export type HidingDeps = { rules: DataRules; /** Null: nothing can be hidden. */ hide: HidePersonal | null };

/** What of a request may go to a model of this handling: as it is, with placeholders, or not at all. Images hold what no redactor finds. */
export function wayTo(deps: HidingDeps, model: Pick<Model, "handling">, request: ModelRequest): { kind: "open" | "hidden" } | { kind: "closed"; classes: DataClass[] } {
  const classes = forbiddenClasses(deps.rules, request.context.dataClasses, model.handling);
  if (classes.length === 0) return { kind: "open" };
  const hasImages = request.messages.some((message) => message.role === "user" && (message.images?.length ?? 0) > 0);
  return deps.hide === null || hasImages ? { kind: "closed", classes } : { kind: "hidden" };
}

/**
 * The same model behind the data rules: what may not go to it goes as placeholders, which are put back in its answer, also
 * across the borders of a stream's parts and in the arguments of tools.
 *
 * Errors: `models.data_not_allowed` when that cannot be; what the redactor throws. Nothing is sent then.
 */
export function withHiding(model: Model, deps: HidingDeps): Model {
  return { ...model, stream: (request) => guarded(model, deps, request) };
}

async function* guarded(model: Model, deps: HidingDeps, request: ModelRequest): AsyncGenerator<ModelPart> {
  const way = wayTo(deps, model, request);
  if (way.kind === "closed") throw modelDataNotAllowed({ details: { dataClasses: way.classes, handling: model.handling, modelId: model.id, provider: model.provider } });
  if (way.kind === "open" || deps.hide === null) return yield* model.stream(request);
  const { texts, restoring } = await deps.hide(textsOf(request.messages), request.context);
  const left = texts[Symbol.iterator]();
  const messages = request.messages.map((message) => withTexts(message, () => left.next().value ?? ""));
  for await (const part of model.stream({ ...request, messages, context: { ...request.context, dataClasses: [] } })) {
    if (part.kind === "text") {
      const text = restoring.text(part.text);
      if (text !== "") yield { kind: "text", text };
      continue;
    }
    // What was held back stood before this part.
    const rest = restoring.end();
    if (rest !== "") yield { kind: "text", text: rest };
    yield part.kind === "tool_call" ? { ...part, call: { ...part.call, arguments: restoring.value(part.call.arguments) } } : part;
  }
}

/** Every text of a request in a fixed order; arguments of calls as JSON. */
function textsOf(messages: readonly ModelMessage[]): string[] {
  return messages.flatMap((message) => [message.text, ...(message.role === "assistant" ? (message.toolCalls ?? []).flatMap((call) => stringsIn(call.arguments)) : [])]);
}

function withTexts(message: ModelMessage, next: () => string): ModelMessage {
  const text = next();
  if (message.role !== "assistant" || message.toolCalls === undefined) return { ...message, text };
  return { ...message, text, toolCalls: message.toolCalls.map((call) => ({ ...call, arguments: mapStrings(call.arguments, next) })) };
}

function stringsIn(value: unknown): string[] {
  const found: string[] = [];
  mapStrings(value, (text) => {
    found.push(text);
    return text;
  });
  return found;
}

/** Every text in a value replaced, names of members and numbers too: a card's number may stand as one. */
function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (typeof value === "number") {
    const changed = change(String(value));
    return changed === String(value) ? value : changed;
  }
  if (Array.isArray(value)) return value.map((entry) => mapStrings(entry, change));
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([name, entry]) => [change(name), mapStrings(entry, change)]));
  return value;
}

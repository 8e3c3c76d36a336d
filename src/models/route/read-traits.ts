import { detectLanguage } from "../../lib/detect-language.ts";
import type { CallTraits } from "../call-context.ts";
import type { RouteRule } from "../inventory/models-file.ts";
import type { Model, ModelRequest } from "../model.ts";

/** Reads the last message of a request as the house reads its customers' messages. Costly. */
export type ReadTraits = (request: ModelRequest) => Promise<CallTraits>;

/** The request with what rules ask about it. Resolves at once where nothing has to be read. */
export type WithTraits = (request: ModelRequest) => ModelRequest | Promise<ModelRequest>;

export type TraitsDeps = { rules: readonly RouteRule[]; /** Whether the learned router goes by intents now. */ routerNeedsIntent(): boolean; read: ReadTraits | null; onFault(error: unknown): void };

/**
 * Gives calls of other applications, which tell no intent, risk or language, what the rules ask about. Nothing is read unless a rule or the learned router needs
 * it: a language alone is told from the text, intent and risk by `read`. What cannot be read fits no condition, and the call goes on.
 */
export function createTraits({ rules, routerNeedsIntent, read, onFault }: TraitsDeps): WithTraits {
  const asking = rules.flatMap(({ when }) => (when.channel === undefined && (when.purpose === undefined || when.purpose.includes("gateway")) ? [when] : []));
  const hasIntentRule = asking.some((when) => when.intent !== undefined || when.risk !== undefined);
  const hasLanguageRule = asking.some((when) => when.language !== undefined);
  return (request) => {
    const { purpose, traits, route } = request.context;
    if (purpose !== "gateway" || traits !== undefined || route !== undefined) return request;
    if (read !== null && (hasIntentRule || routerNeedsIntent())) return readWith(read, request, onFault);
    return hasLanguageRule ? given(request, { language: detectLanguage(lastAsked(request)) }) : request;
  };
}

/** The same model, whose requests bring their traits. */
export function withTraits(model: Model, traitsOf: WithTraits): Model {
  return { ...model, stream: (request) => {
    const read = traitsOf(request);
    return read instanceof Promise ? streamLater(model, read) : model.stream(read);
  } };
}

async function* streamLater(model: Model, reading: Promise<ModelRequest>) {
  yield* model.stream(await reading);
}

async function readWith(read: ReadTraits, request: ModelRequest, onFault: TraitsDeps["onFault"]): Promise<ModelRequest> {
  try {
    return given(request, await read(request));
  } catch (error) {
    onFault(error);
    return given(request, {});
  }
}

function given(request: ModelRequest, traits: CallTraits): ModelRequest {
  return { ...request, context: { ...request.context, traits } };
}

/** The last message of whoever asks. */
function lastAsked({ messages }: Pick<ModelRequest, "messages">): string {
  return messages.findLast((message) => message.role === "user")?.text ?? "";
}

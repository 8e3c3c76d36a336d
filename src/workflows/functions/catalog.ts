import { approveFunction } from "./approve.ts";
import { askFunction } from "./ask.ts";
import type { FunctionCatalog, WorkflowFunction } from "./function.ts";
import type { FunctionDeps } from "./function-deps.ts";
import { handoffFunction } from "./handoff.ts";
import { notifyFunction } from "./notify.ts";
import { replyFunction } from "./reply.ts";
import { retrieveFunction } from "./retrieve.ts";
import { say } from "../talk/say.ts";
import { talkTarget } from "./define-function.ts";
import { toolFunction } from "./tool.ts";
import { understandFunction } from "./understand.ts";
import { verifyFunction } from "./verify.ts";

/** Our functions by name. `more`: those that need parts above this one (`agent`, `generate`). */
export function createFunctionCatalog(deps: FunctionDeps, more: readonly WorkflowFunction[]): FunctionCatalog {
  const own: readonly WorkflowFunction[] = [understandFunction(deps), retrieveFunction(deps), toolFunction({ ...deps, tellWaiting: (call, text) => say(deps, { ...talkTarget(call), mayHoldModelWords: false, idempotencyKey: `${call.idempotencyKey}:waiting`, text, messageKind: "reply" }).then(() => null) }), askFunction(deps), approveFunction(deps), replyFunction(deps), verifyFunction(deps), handoffFunction(deps), notifyFunction(deps)];
  return new Map([...own, ...more].map((each) => [each.name, each]));
}

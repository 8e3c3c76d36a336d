import { approveDeclaration } from "../../workflows/functions/approve.ts";
import { askDeclaration } from "../../workflows/functions/ask.ts";
import type { FunctionDeclaration } from "../../workflows/functions/define-function.ts";
import { handoffDeclaration } from "../../workflows/functions/handoff.ts";
import { notifyDeclaration } from "../../workflows/functions/notify.ts";
import { replyDeclaration } from "../../workflows/functions/reply.ts";
import { retrieveDeclaration } from "../../workflows/functions/retrieve.ts";
import { toolDeclaration } from "../../workflows/functions/tool.ts";
import { understandDeclaration } from "../../workflows/functions/understand.ts";
import { verifyDeclaration } from "../../workflows/functions/verify.ts";
import { agentDeclaration } from "./agent.ts";
import { generateDeclaration } from "./generate.ts";

/** All our functions as documents may call them, whatever an installation has set up. */
export const FUNCTION_DECLARATIONS: readonly FunctionDeclaration[] = [
  understandDeclaration, retrieveDeclaration, generateDeclaration, agentDeclaration, toolDeclaration, askDeclaration, approveDeclaration, replyDeclaration, verifyDeclaration, handoffDeclaration, notifyDeclaration,
];

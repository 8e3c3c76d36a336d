import type { GroundingJudge } from "../../guard/groundedness.ts";
import type { Redactor } from "../../guard/redactor.ts";
import type { Understander } from "../../intelligence/understander.ts";
import type { RetrieveDeps } from "../../knowledge/retrieve.ts";
import type { Policy } from "../../policy/policy.ts";
import type { CallToolDeps } from "../../tools/call-tool.ts";
import type { Outbound } from "../../outbound/outbound.ts";
import type { TalkDeps } from "../talk/talk-deps.ts";

/** What our functions use of the house; made once by `compose`. */
export type FunctionDeps = TalkDeps & {
  understander: Understander;
  redactor: Redactor;
  judge: GroundingJudge;
  knowledge: RetrieveDeps;
  toolCalls: CallToolDeps;
  policy: Policy;
  /** All audiences of the workspace; policy says which of them a contact may read. */
  audiences: readonly string[];
  /** Signs notices without a secret of their own; null sends those unsigned. */
  notifySecret: string | null;
  outbound: Pick<Outbound, "send">;
};

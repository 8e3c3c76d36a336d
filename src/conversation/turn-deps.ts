import type { Channel } from "../channels/channel.ts";
import type { GroundingJudge } from "../guard/groundedness.ts";
import type { ReplyJudge } from "../guard/reply-rules.ts";
import type { Redactor } from "../guard/redactor.ts";
import type { Understander } from "../intelligence/understander.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Live } from "../observe/live.ts";
import type { AutonomyLadder } from "../policy/autonomy-ladder.ts";
import type { Policy } from "../policy/policy.ts";
import type { Database } from "../storage/database.ts";
import type { Tool } from "../tools/tool.ts";
import type { IntentRule } from "../workspace/workspace.ts";
import type { TurnWorkflows } from "./turn-workflows.ts";
import type { ActDeps } from "./stages/act.ts";
import type { ReplyWriter } from "./stages/write-reply.ts";
import type { Begun } from "./conversation.store.ts";
import type { Trace } from "./trace.ts";
import type { TurnInput } from "./turn.ts";

export type BegunTurn = Extract<Begun, { kind: "begun" | "finished" }>;

/** What a turn uses; made once by `compose`. */
export type TurnDeps = ActDeps & {
  database: Database;
  clock: Clock;
  log: Log;
  live: Live;
  policy: Policy;
  policyHash: string;
  ladder: Pick<AutonomyLadder, "levelFor" | "follow">;
  /** What a contact is told when a person has to look at the answer first; null: nothing. */
  notice: string | null;
  audiences: readonly string[];
  redactor: Redactor;
  understander: Understander;
  judge: GroundingJudge;
  /** Judges sentences while they are made: rules alone, since a preview is no promise and must not cost a model call each. */
  previewJudge: GroundingJudge;
  /** What the workspace forbids replies to say. */
  judgeReply: ReplyJudge;
  intents: ReadonlyMap<string, IntentRule>;
  tools: ReadonlyMap<string, Tool>;
  channels: ReadonlyMap<string, Channel>;
  assistantName: string;
  /** Writes replies with a model; null answers with the built-in answerer alone. */
  writer: ReplyWriter | null;
  hasModel: boolean;
  workflows: TurnWorkflows;
  trace(input: TurnInput, begun: BegunTurn): Trace;
};

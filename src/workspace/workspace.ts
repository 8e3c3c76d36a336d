import type { ToolFallback } from "../tools/call-tool.ts";
import type { GuardSettings } from "../guard/guard-file.ts";
import type { RedactionSettings } from "../guard/redaction-file.ts";
import type { SourcesFile } from "../knowledge/sources/sources-file.ts";
import type { EntityPattern } from "../intelligence/understander.ts";
import type { UnderstandingSettings } from "../intelligence/understanding-file.ts";
import type { KnowledgeSettings } from "../knowledge/knowledge-file.ts";
import type { EmbeddingsSettings } from "../models/embeddings/embeddings-file.ts";
import type { ModelsFile } from "../models/inventory/models-file.ts";
import type { AutonomyPlan } from "../policy/autonomy.ts";
import type { PolicyFolder } from "../policy/read-policy-folder.ts";
import type { InboundHook } from "../tools/declared/tool-source.ts";
import type { ToolNeeds } from "../tools/declared/tool-needs.ts";
import type { RetentionPlan } from "../privacy/retention-file.ts";
import type { Tool } from "../tools/tool.ts";
import type { AgentProfile } from "../agents/agent-profile.ts";

/** What to do about an intent. `confirm`: ask before acting never, when the record was only inferred, or always. */
export type IntentAction =
  | { kind: "knowledge" }
  | { kind: "handoff"; reason: string }
  | { kind: "say"; text: string }
  /** Starts a run; `isVerified`: only for contacts who have signed in. */
  | { kind: "workflow"; workflow: string; isVerified: boolean }
  | { kind: "tool"; tool: string; needs: string[]; confirm: "never" | "inferred" | "always"; follow?: FollowRule };

/** A run that begins after a call: when the field of this name in the tool's output is true. */
export type FollowRule = { when: string; workflow: string };

export type IntentRule = { name: string; description: string; examples: string[]; action: IntentAction };

/** A company's workspace, read from its folder and checked. */
export type Workspace = {
  folder: string;
  tenantId: string;
  tenantName: string;
  greeting: string;
  suggestions: string[];
  isDemo: boolean;
  seed: number;
  assistantName: string;
  /** A module with `load(sql, { seed, nowMs })` that makes the demo records; null when there are none. */
  demoData: string | null;
  audiences: string[];
  intents: IntentRule[];
  outOfScopeExamples: string[];
  entityPatterns: EntityPattern[];
  understanding: UnderstandingSettings;
  contactPanel: { tool: string; title: string } | null;
  tools: Map<string, Tool>;
  /** What declared systems tell by themselves, by the name of their file in `tools/`. */
  hooks: ReadonlyMap<string, InboundHook>;
  /** What declared tools need from the operator, by their file. */
  needs: ReadonlyMap<string, ToolNeeds>;
  fallbacks: ReadonlyMap<string, ToolFallback>;
  /** `workflows/*.yaml` as they are; read and checked when they are published. */
  workflows: { file: string; text: string }[];
  policy: PolicyFolder;
  autonomy: AutonomyPlan;
  guard: GuardSettings;
  redaction: RedactionSettings;
  /** How long what is kept. */
  retention: RetentionPlan;
  embeddings: EmbeddingsSettings;
  knowledge: KnowledgeSettings;
  /** `models.yaml`; null: the settings name the model. */
  models: ModelsFile | null;
  agent: AgentProfile | null;
  /** Every profile by name; `agent` is the first. */
  agents: ReadonlyMap<string, AgentProfile>;
  knowledgeFolder: string | null;
  /** `knowledge/sources.yaml`. */
  knowledgeSources: SourcesFile;
  /** People to try the workspace as; only shown in a demo on loopback. */
  demoCustomers: { name: string; email: string; hint: string }[];
  webhook: { url: string; secret: string } | null;
};

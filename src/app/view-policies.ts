import { queryInThread } from "../policy/analyse/query-in-thread.ts";
import { questionKinds } from "../policy/analyse/question-kinds.ts";
import { ruleHead } from "../policy/analyse/rule-head.ts";
import { tryRequest, type TriedRequest } from "../policy/analyse/try-request.ts";
import { readRules, type Rule } from "../policy/cedar/read-rules.ts";
import { readSchema } from "../policy/cedar/schema.ts";
import { describeApproval } from "../policy/describe-approval.ts";
import { questionUnknown } from "../policy/policy.errors.ts";
import type { PolicyAnswersView, PoliciesView, PolicyRuleView, PolicyTriedView } from "../shapes/policy.ts";
import type { App } from "./app.ts";
import { countByRule } from "./rule-counts.store.ts";

const HOURS = 24;

export type PolicyDesk = {
  /** The policies in force, with what each has decided in the last day. */
  view(tenantId: string): Promise<PoliciesView>;
  /** Who may do this. Throws what `queryInThread` throws. */
  query(question: { action: string; resource: string | null; where: string | null }): Promise<PolicyAnswersView>;
  /** What would be decided now, the ladder included; nothing is done or recorded. Throws `policy.question_unknown`, `policy.question_invalid`. */
  decide(tried: TriedRequest): PolicyTriedView;
};

/** The workspace's policies for people to read and to ask. They are parsed once, when somebody first asks. */
export function createPolicyDesk(app: Pick<App, "workspace" | "database" | "clock" | "policy">): PolicyDesk {
  const { workspace, policy } = app;
  const { tools, audiences } = workspace;
  let read: Pick<PoliciesView, "rules" | "questions"> | null = null;
  const known = () => (read ??= readPolicies(workspace));
  return {
    async view(tenantId) {
      const { rules, questions } = known();
      const counts = await countByRule(app.database, tenantId, new Date(app.clock.nowMs() - HOURS * 3_600_000));
      return { hash: policy.hash, hours: HOURS, questions, rules: rules.map((rule) => ({ ...rule, decided: isOfCalls(rule) ? (counts.get(rule.id) ?? 0) : null })) };
    },
    async query(question) {
      const { files, policies, schema } = workspace.policy;
      if (schema === null) throw questionUnknown({ message: NO_SCHEMA });
      const answers = await queryInThread({ folder: { files, policies, schema }, tools: [...tools].map(([name, { risk }]) => [name, { risk }]), audiences, question });
      return {
        answers: answers.map(({ gaps: _told, approve, ...answer }) => ({ ...answer, approve: approve.map(({ rules, by }) => ({ rules, by: describeApproval(by) })) })),
        gaps: [...new Set(answers.flatMap((answer) => answer.gaps))],
      };
    },
    decide(tried) {
      const { questions } = known();
      if (questions.length === 0) throw questionUnknown({ message: NO_SCHEMA });
      const decision = policy.decide(tryRequest(questions, { tools }, tried));
      return {
        effect: decision.effect, rules: decision.rules, reason: decision.effect === "allow" ? null : decision.reason,
        needsPerson: decision.effect === "deny" && decision.needsPerson, approval: decision.effect === "approve" ? describeApproval(decision.by) : null,
      };
    },
  };
}

const NO_SCHEMA = "Add policies/schema.cedarschema first: it says who can ask for what.";

function readPolicies({ policy, tools, audiences }: App["workspace"]): Pick<PoliciesView, "rules" | "questions"> {
  const rules = readRules(policy.files);
  return { rules: rules.map(toView), questions: policy.schema === null ? [] : questionKinds(rules, readSchema(policy.schema), { tools, audiences }) };
}

function toView(rule: Rule): PolicyRuleView {
  const { id, effect, reason, needsPerson, approval, place, text } = rule;
  return { id, effect, reason, needsPerson, approval: approval === null ? null : describeApproval(approval), ...ruleHead(rule), file: place.file, line: place.line, text, decided: null };
}

/** Only calls of tools are kept one by one. */
function isOfCalls({ actions }: PolicyRuleView): boolean {
  return actions.length === 0 || actions.includes("useTool");
}

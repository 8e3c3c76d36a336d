import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { PoliciesView, PolicyAnswersView } from "../../../../../src/shapes/policy.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { Button } from "../../../ui/button.tsx";
import { askWhoMay } from "../policy-queries.ts";
import { sayAction, sayPrincipal } from "../policy-words.ts";
import { SelectField, TextField } from "../../../ui/fields.tsx";
import { actionsIn, namesOf, resourcesIn, sayResource, whereOf } from "./questions.ts";
import { RuleLinks } from "./rule-links.tsx";

/** "Who may …?" over all cases that the policies can tell apart. */
export function WhoForm({ policies }: { policies: PoliciesView }) {
  const { questions } = policies;
  const actions = actionsIn(questions);
  const [action, setAction] = useState(actions[0] ?? "");
  const [resource, setResource] = useState("");
  const [amount, setAmount] = useState("");
  const [condition, setCondition] = useState("");
  const asking = useMutation({ mutationFn: askWhoMay });
  const names = namesOf(questions, action);
  const hasAmount = names.includes("amount");
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const where = whereOf(hasAmount ? amount : "", condition);
    asking.mutate({ action, ...(resource === "" ? {} : { resource }), ...(where === null ? {} : { where }) });
  };
  const chooseAction = (next: string): void => {
    setAction(next);
    setResource("");
  };
  return (
    <form onSubmit={submit} onChange={() => asking.reset()} className="rounded-xl border border-line bg-surface p-4">
      <div className="grid gap-3 sm:grid-cols-2">
        <SelectField label="Who may" value={action} onChange={chooseAction} choices={actions.map((value) => ({ value, label: sayAction(value) }))} />
        <SelectField label="What" value={resource} onChange={setResource} choices={[{ value: "", label: "Any" }, ...resourcesIn(questions, action).map((value) => ({ value, label: sayResource(value) }))]} />
        {hasAmount && <TextField label="Amount above (whole units)" isNumber step="0.01" value={amount} onChange={setAmount} placeholder="100" />}
        <TextField label="And only where (optional)" value={condition} onChange={setCondition} placeholder={names.includes("status") ? 'status == "delivered"' : 'channel == "web"'} className="font-mono text-xs" />
      </div>
      {names.length > 0 && <p className="mt-2 text-2xs break-words text-ink-faint">A condition is a Cedar expression over <code className="font-mono">{names.join(", ")}</code>.</p>}
      <Button type="submit" tone="primary" className="mt-3" isBusy={asking.isPending}>{asking.isPending ? "Looking at every case…" : "Who may?"}</Button>
      <div role="status" className="mt-4 empty:hidden">{asking.isSuccess && <Answers found={asking.data} known={new Set(policies.rules.map((rule) => rule.id))} hasResource={asking.variables.resource !== undefined} />}</div>
      {asking.isError && <p role="alert" className="mt-4 rounded-lg bg-bad-soft px-3 py-2 break-words text-bad">{sayProblem(asking.error)}</p>}
    </form>
  );
}

function Answers({ found: { answers, gaps }, known, hasResource }: { found: PolicyAnswersView; known: ReadonlySet<string>; hasResource: boolean }) {
  return (
    <>
      {answers.length === 0 && <p className="font-medium">✕ Nobody may.</p>}
      <ul className="flex flex-col gap-2">
        {answers.map((answer) => (
          <li key={JSON.stringify([answer.principal, answer.groups, answer.resource])} className="rounded-lg border border-line bg-canvas px-3 py-2">
            <p className="font-medium">{sayPrincipal(answer.principal, answer.groups)}{hasResource ? "" : `: ${sayResource(answer.resource)}`}</p>
            {answer.allow.length > 0 && <p className="text-xs text-ink-soft"><span className="text-good">✓ {answer.isAlways ? "Always" : "In some cases"}</span>, by <RuleLinks ids={answer.allow} known={known} /></p>}
            {answer.approve.map((each) => <p key={each.rules.join()} className="text-xs text-ink-soft"><span className="text-warn">◔ With approval of {each.by}</span>, by <RuleLinks ids={each.rules} known={known} /></p>)}
          </li>
        ))}
      </ul>
      {answers.length > 0 && <p className="mt-2 text-2xs text-ink-faint">Everybody else may not. The ladder may hold the assistant lower still.</p>}
      {gaps.map((gap) => <p key={gap} className="mt-2 rounded-lg bg-warn-soft px-3 py-2 text-xs text-warn">! Not every case was looked at: {gap}.</p>)}
    </>
  );
}

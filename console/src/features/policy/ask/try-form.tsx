import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { PoliciesView, PolicyField, PolicyTriedView } from "../../../../../src/shapes/policy.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { Button } from "../../../ui/button.tsx";
import { StateBadge } from "../../../ui/state-badge.tsx";
import { sayAction, sayDecision, sayGroup, sayPath, sayPrincipal } from "../policy-words.ts";
import { tryDecision } from "../policy-queries.ts";
import { SelectField, TextField } from "../../../ui/fields.tsx";
import { actionsIn, givenFor, principalsIn, resourcesIn, sayResource, valuesOf } from "./questions.ts";
import { RuleLinks } from "./rule-links.tsx";

/** One request, decided as it would be now; nothing is done. */
export function TryForm({ policies }: { policies: PoliciesView }) {
  const { questions } = policies;
  const [wanted, setWanted] = useState({ action: "", principal: "AiAgent", resource: "" });
  const [groups, setGroups] = useState<readonly string[]>([]);
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({});
  const trying = useMutation({ mutationFn: tryDecision });
  const pick = (choices: readonly string[], value: string): string => (choices.includes(value) ? value : (choices[0] ?? ""));
  const action = pick(actionsIn(questions), wanted.action);
  const principal = pick(principalsIn(questions, action), wanted.principal);
  const resource = pick(resourcesIn(questions, action), wanted.resource);
  const kind = questions.find((each) => each.action === action && each.principal === principal && each.resources.includes(resource));
  const fields = kind?.fields ?? [];
  const choose = (part: Partial<typeof wanted>): void => setWanted({ ...wanted, ...part });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    trying.mutate({ action, principal, resource, groups: groups.filter((group) => kind?.groups.includes(group)), values: valuesOf(fields, given) });
  };
  return (
    // An answer belongs to the question that was asked.
    <form onSubmit={submit} onChange={() => trying.reset()} className="rounded-xl border border-line bg-surface p-4">
      <div className="grid gap-3 sm:grid-cols-3">
        <SelectField label="Who asks" value={principal} onChange={(value) => choose({ principal: value })} choices={principalsIn(questions, action).map((value) => ({ value, label: sayPrincipal(value) }))} />
        <SelectField label="To do what" value={action} onChange={(value) => choose({ action: value })} choices={actionsIn(questions).map((value) => ({ value, label: sayAction(value) }))} />
        <SelectField label="With what" value={resource} onChange={(value) => choose({ resource: value })} choices={resourcesIn(questions, action).map((value) => ({ value, label: sayResource(value) }))} />
      </div>
      {kind !== undefined && kind.groups.length > 0 && (
        <fieldset className="mt-3 flex flex-wrap gap-x-4 gap-y-1.5">
          <legend className="mb-1 text-xs text-ink-faint">Who asks is in</legend>
          {kind.groups.map((group) => (
            <label key={group} className="flex items-center gap-1.5"><input type="checkbox" className="accent-accent" checked={groups.includes(group)} onChange={(event) => setGroups(event.target.checked ? [...groups, group] : groups.filter((each) => each !== group))} />{sayGroup(group)}</label>
          ))}
        </fieldset>
      )}
      {fields.length > 0 && (
        <fieldset className="mt-4">
          <legend className="mb-1.5 text-xs font-medium text-ink-soft">What is known (left empty: not known)</legend>
          <div className="grid gap-3 sm:grid-cols-3">
            {fields.map((field) => <Field key={field.path} field={field} value={given[field.path] ?? givenFor(field)} onChange={(value) => setGiven({ ...given, [field.path]: value })} />)}
          </div>
        </fieldset>
      )}
      <Button type="submit" tone="primary" className="mt-4" isBusy={trying.isPending}>Decide</Button>
      <div role="status" className="mt-4 empty:hidden">{trying.isSuccess && <Tried decision={trying.data} policies={policies} />}</div>
      {trying.isError && <p role="alert" className="mt-4 rounded-lg bg-bad-soft px-3 py-2 break-words text-bad">{sayProblem(trying.error)}</p>}
    </form>
  );
}

function Field({ field, value, onChange }: { field: PolicyField; value: string; onChange: (value: string) => void }) {
  const label = sayPath(field.path);
  if (field.kind === "Boolean") return <SelectField label={label} value={value} onChange={onChange} choices={[...(field.isRequired ? [] : [{ value: "", label: "not known" }]), { value: "true", label: "yes" }, { value: "false", label: "no" }]} />;
  return <TextField label={label} value={value} onChange={onChange} suggestions={field.values} isNumber={field.kind === "Long"} isRequired={field.isRequired} />;
}

function Tried({ decision, policies }: { decision: PolicyTriedView; policies: PoliciesView }) {
  const known = new Map(policies.rules.map((rule) => [rule.id, rule]));
  const ids = new Set(known.keys());
  return (
    <div className="rounded-lg border border-line bg-canvas px-3.5 py-3">
      <div className="flex flex-wrap items-center gap-2"><StateBadge state={sayDecision(decision)} />{decision.reason !== null && <span className="min-w-0 break-words">{decision.reason}</span>}</div>
      {decision.approval !== null && <p className="mt-1.5 text-xs text-ink-soft">Asked: {decision.approval}.</p>}
      {decision.rules.length === 0
        ? <p className="mt-2 text-xs text-ink-faint">No policy says anything about it, and what is not allowed is denied.</p>
        : <><p className="mt-2 text-2xs font-medium text-ink-faint">Decided by</p><ul className="mt-0.5 flex flex-col gap-1">{decision.rules.map((id) => <li key={id} className="text-xs break-words text-ink-soft"><RuleLinks ids={[id]} known={ids} />: {known.get(id)?.reason ?? (id.startsWith("autonomy.") ? "the autonomy ladder" : "no reason is given")}</li>)}</ul></>}
    </div>
  );
}

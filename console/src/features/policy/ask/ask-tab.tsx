import type { PoliciesView } from "../../../../../src/shapes/policy.ts";
import { EmptyState } from "../../../ui/feedback.tsx";
import { PolicyIcon } from "../../../ui/icons.tsx";
import { TryForm } from "./try-form.tsx";
import { WhoForm } from "./who-form.tsx";

/** Two ways to ask the policies. */
export function AskTab({ policies }: { policies: PoliciesView }) {
  if (policies.questions.length === 0) {
    return (
      <EmptyState icon={<PolicyIcon />} title="The policies have no schema">
        <p>Add <code className="rounded bg-sunken px-1 py-0.5 font-mono text-2xs text-ink-soft">policies/schema.cedarschema</code>: it says who can ask for what. The one of the example shop is a good start.</p>
      </EmptyState>
    );
  }
  return (
    <div className="grid grid-cols-1 items-start gap-6 wide:grid-cols-2">
      <section className="min-w-0">
        <h2 className="font-semibold">Who may …?</h2>
        <p className="mb-2 text-xs text-ink-faint">Everybody who may in at least one case, by the policies alone.</p>
        <WhoForm policies={policies} />
      </section>
      <section className="min-w-0">
        <h2 className="font-semibold">Try a decision</h2>
        <p className="mb-2 text-xs text-ink-faint">As it would be decided now, the ladder included. Nothing is done.</p>
        <TryForm policies={policies} />
      </section>
    </div>
  );
}

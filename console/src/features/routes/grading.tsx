import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ComparisonView } from "../../../../src/shapes/grading.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { Button } from "../../ui/button.tsx";
import { useSession } from "../identity/session.ts";
import { compare, evaluate, keepGrades } from "./grading-query.ts";
import { routesQuery } from "./routes-query.ts";
import { sayEvaluation } from "./routes-words.ts";

const PROMPTS = 20;
const GRADES = [{ label: "Right", quality: 1 }, { label: "In part", quality: 0.5 }, { label: "Wrong", quality: 0 }] as const;

/** Grades for routing: by a person, two answers side by side, or by a model. */
export function Grading() {
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: routesQuery.queryKey });
  const comparing = useMutation({ mutationFn: compare });
  const evaluating = useMutation({ mutationFn: () => evaluate(PROMPTS), onSettled: refresh });
  const mayEvaluate = useSession()?.user.role === "admin";
  const error = comparing.error ?? evaluating.error;
  const shown = comparing.data;
  return (
    <section aria-label="Grading" className="rounded-xl border border-line bg-surface px-4 py-4">
      <h2 className="font-medium">Grade answers</h2>
      <p className="mt-1 mb-3 max-w-3xl text-ink-soft">Routing learns from what models make of your own prompts. They are taken from earlier replies that a model wrote without tools, and hold no personal values.</p>
      <div className="flex flex-wrap gap-2">
        <Button isBusy={comparing.isPending} onClick={() => comparing.mutate()}>{shown === undefined ? "Compare two answers" : "Ask both again"}</Button>
        {mayEvaluate && <Button isBusy={evaluating.isPending} onClick={() => evaluating.mutate()}>Let a model grade {PROMPTS} prompts</Button>}
      </div>
      {evaluating.isPending && <p role="status" className="mt-3 text-xs text-ink-faint">Every model of the default route is asked, then the dearest one grades. This may take some minutes and costs what the calls cost.</p>}
      {error !== null && <p role="alert" className="mt-3 rounded-lg bg-bad-soft px-3 py-2 text-bad">{sayProblem(error)}</p>}
      {evaluating.isSuccess && <p role="status" className="mt-3 text-ink-soft">{sayEvaluation(evaluating.data)}</p>}
      {shown !== undefined && <Comparison key={shown.id} shown={shown} onKept={() => { void refresh(); comparing.mutate(); }} />}
    </section>
  );
}

function Comparison({ shown: { id, prompt, talk, answers }, onKept }: { shown: ComparisonView; onKept(): void }) {
  const [given, setGiven] = useState<Readonly<Record<string, number>>>({});
  const keeping = useMutation({ mutationFn: () => keepGrades(id, Object.entries(given).map(([model, quality]) => ({ model, quality }))), onSuccess: onKept });
  return (
    <div className="mt-4 border-t border-line pt-4">
      {talk.map(({ author, text }, place) => <p key={`${place} ${text}`} className="mb-1 text-xs whitespace-pre-wrap text-ink-faint">{author === "contact" ? "Customer" : "Assistant"}: {text}</p>)}
      <p className="mb-3 font-medium break-words whitespace-pre-wrap">{prompt}</p>
      <div className="grid gap-3 md:grid-cols-2">
        {answers.map(({ model, text }, place) => (
          <fieldset key={model} className="min-w-0 rounded-lg border border-line px-3 py-3">
            <legend className="px-1 text-xs text-ink-faint">Answer {place + 1}</legend>
            <p className="mb-3 break-words whitespace-pre-wrap">{text}</p>
            <div className="flex flex-wrap gap-x-4 gap-y-1">
              {GRADES.map(({ label, quality }) => (
                <label key={label} className="flex items-center gap-1.5 text-sm text-ink-soft">
                  <input type="radio" name={`${id} ${model}`} checked={given[model] === quality} onChange={() => setGiven({ ...given, [model]: quality })} className="accent-accent" />
                  {label}
                </label>
              ))}
            </div>
          </fieldset>
        ))}
      </div>
      {keeping.error !== null && <p role="alert" className="mt-3 rounded-lg bg-bad-soft px-3 py-2 text-bad">{sayProblem(keeping.error)}</p>}
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <Button tone="primary" isBusy={keeping.isPending} disabled={Object.keys(given).length < answers.length} onClick={() => keeping.mutate()}>Keep both grades</Button>
        <span className="text-xs text-ink-faint">Which model wrote which is not said, so that it does not sway you.</span>
      </div>
    </div>
  );
}

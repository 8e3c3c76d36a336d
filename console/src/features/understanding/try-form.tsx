import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { ReadingView } from "../../../../src/shapes/understanding.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { sayCode, sayShare } from "../../lib/format.ts";
import { Button } from "../../ui/button.tsx";
import { readText } from "./understanding-queries.ts";
import { NONE, sayIntent } from "./understanding-words.ts";

/** Reads a text as a message would be read; nothing is done with it. */
export function TryForm() {
  const [text, setText] = useState("");
  const fieldId = useId();
  const reading = useMutation({ mutationFn: () => readText(text.trim()) });
  return (
    <form
      className="flex flex-col gap-2 rounded-xl border border-line bg-surface px-4 py-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") reading.mutate();
      }}
    >
      <label htmlFor={fieldId} className="text-xs text-ink-faint">A message, as a customer would write it</label>
      <div className="flex flex-wrap gap-2">
        <input id={fieldId} value={text} maxLength={8_000} onChange={(event) => setText(event.target.value)} className="h-9 min-w-0 flex-1 basis-60 rounded-lg border border-line-strong bg-surface px-2.5 text-sm" />
        <Button type="submit" disabled={text.trim() === ""} isBusy={reading.isPending}>Read it</Button>
      </div>
      {reading.isError && <p role="alert" className="text-bad">{sayProblem(reading.error)}</p>}
      {reading.data !== undefined && <Reading reading={reading.data} />}
    </form>
  );
}

function Reading({ reading }: { reading: ReadingView }) {
  const facts: [string, string][] = [
    ["Intent", reading.intents.length === 0 ? sayIntent(NONE) : reading.intents.map(({ name, confidence }) => `${sayIntent(name)} (${sayShare(confidence)} sure)`).join(", ")],
    ["Mood", `${sayCode(reading.sentiment.label)}, frustration ${sayShare(reading.frustration)}, urgency ${sayShare(reading.urgency)}`],
    ["Language", reading.language === "und" ? "Not known" : reading.language],
    ["Risks", reading.risks.length === 0 ? "None" : reading.risks.map(sayCode).join(", ")],
    ["Names", reading.entities.length === 0 ? "Nothing" : reading.entities.map(({ kind, value, normal }) => `${sayCode(kind)} ${normal ?? value}`).join(", ")],
    ["Read by", reading.by.join(", then ")],
  ];
  return (
    <div role="status">
      <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        {facts.map(([title, words]) => <div key={title} className="contents"><dt className="text-ink-faint">{title}</dt><dd className="break-words">{words}</dd></div>)}
      </dl>
    </div>
  );
}

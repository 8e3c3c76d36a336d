import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId, useState, type FormEvent } from "react";
import type { SourceView } from "../../../../../src/shapes/knowledge.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { Button } from "../../../ui/button.tsx";
import { CheckField, SelectField, TextField } from "../../../ui/fields.tsx";
import { Sheet } from "../../../ui/sheet.tsx";
import { facetsQuery, saveSource } from "../knowledge-queries.ts";
import { sayKind, saySchedule } from "../knowledge-words.ts";
import { SettingFields } from "./setting-fields.tsx";
import { changeOf, draftOf, type SourceDraft } from "./source-draft.ts";
import { SOURCE_FIELDS } from "./source-fields.ts";

const KINDS = Object.keys(SOURCE_FIELDS).map((value) => ({ value, label: sayKind(value) }));
const EVERY = ["PT15M", "PT1H", "PT6H", "P1D", "P7D"];

/** A new source (`source` null), or what a source is made of. */
export function SourceForm({ source, onClose }: { source: SourceView | null; onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(source));
  const formId = useId();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const change = (part: Partial<SourceDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const saving = useMutation({
    mutationFn: () => saveSource(draft.name.trim(), changeOf(draft), source === null),
    onSuccess: async (saved) => {
      await queryClient.invalidateQueries({ queryKey: ["knowledge"] });
      onClose();
      if (source === null) await navigate({ to: "/knowledge/sources/$sourceName", params: { sourceName: saved.id } });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <Sheet
      title={source === null ? "Add a source" : `Edit ${source.id}`}
      note={source === null ? "Where documents come from." : sayKind(source.kind)}
      onClose={onClose}
      footer={<><Button tone="quiet" onClick={onClose}>Cancel</Button><Button type="submit" form={formId} tone="primary" isBusy={saving.isPending}>{source === null ? "Add it" : "Save"}</Button></>}
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4 px-5 py-4">
        {source === null && (
          <>
            <SelectField label="Kind" value={draft.kind} choices={KINDS} onChange={(kind) => change({ kind, settings: {} })} />
            <TextField label="Name (lower-case letters, digits, - and _)" value={draft.name} onChange={(name) => change({ name })} isRequired placeholder="help-centre" />
          </>
        )}
        <SettingFields kind={draft.kind} settings={draft.settings} onChange={(settings) => change({ settings })} />
        <Audiences chosen={draft.audience} onChange={(audience) => change({ audience })} />
        <Schedule draft={draft} onChange={change} />
        <details className="rounded-lg border border-line px-3 py-2">
          <summary className="text-xs text-ink-soft">What its documents are, unless they say so themselves</summary>
          <div className="mt-3 grid gap-3 pb-1 sm:grid-cols-2">
            <TextField label="Language" value={draft.language} onChange={(language) => change({ language })} placeholder="en" />
            <TextField label="Product" value={draft.product} onChange={(product) => change({ product })} />
            <TextField label="Brand" value={draft.brand} onChange={(brand) => change({ brand })} />
            <TextField label="Languages of text in pictures" value={draft.ocrLanguages} onChange={(ocrLanguages) => change({ ocrLanguages })} placeholder="eng" />
          </div>
        </details>
        <CheckField label="Paused: not synced by itself" isChecked={draft.isPaused} onChange={(isPaused) => change({ isPaused })} />
        {saving.isError && <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 break-words whitespace-pre-wrap text-bad">{sayProblem(saving.error)}</p>}
      </form>
    </Sheet>
  );
}

function Audiences({ chosen, onChange }: { chosen: string[]; onChange: (audience: string[]) => void }) {
  const known = useQuery(facetsQuery).data?.audiences ?? [];
  const all = [...new Set([...known, ...chosen])].sort();
  return (
    <fieldset>
      <legend className="mb-1 text-xs text-ink-faint">Who may see its documents</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-1.5">
        {all.map((audience) => <CheckField key={audience} label={audience} isChecked={chosen.includes(audience)} onChange={(isChecked) => onChange(isChecked ? [...chosen, audience] : chosen.filter((each) => each !== audience))} />)}
      </div>
      {chosen.length === 0 && <p className="mt-1 text-2xs text-ink-faint">With none, each document has to name its own; those that do not are refused.</p>}
    </fieldset>
  );
}

function Schedule({ draft, onChange }: { draft: SourceDraft; onChange: (part: Partial<SourceDraft>) => void }) {
  const choices = [...new Set([...EVERY, ...(draft.every === "" || draft.every === "cron" ? [] : [draft.every])])].map((every) => ({ value: every, label: saySchedule({ every }) }));
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <SelectField label="Synced" value={draft.every} choices={[{ value: "", label: "When asked" }, ...choices, { value: "cron", label: "At the times of a cron line" }]} onChange={(every) => onChange({ every })} />
      <TextField label="Alarm when not synced for (hours)" value={draft.staleAfterHours} onChange={(staleAfterHours) => onChange({ staleAfterHours })} isNumber step="any" placeholder="no alarm" />
      {draft.every === "cron" && (
        <>
          <TextField label="minute hour day month weekday" value={draft.cron} onChange={(cron) => onChange({ cron })} isRequired className="font-mono text-xs" />
          <TextField label="Time zone" value={draft.timeZone} onChange={(timeZone) => onChange({ timeZone })} isRequired />
        </>
      )}
    </div>
  );
}

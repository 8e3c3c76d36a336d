import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { SearchAs } from "../../../../../src/shapes/knowledge-search.ts";
import { Button } from "../../../ui/button.tsx";
import { AreaField, CheckField, SelectField, TextField } from "../../../ui/fields.tsx";
import { facetsQuery, type SearchQuestion } from "../knowledge-queries.ts";
import { sayLanguage } from "../knowledge-words.ts";

const PEOPLE = [
  { value: "visitor", label: "A visitor who has not signed in" },
  { value: "customer", label: "A customer who has signed in" },
  { value: "agent", label: "A colleague at the desk (agent)" },
  { value: "admin", label: "A colleague at the desk (admin)" },
  { value: "audiences", label: "Whoever holds these audiences" },
];

/** The question, who asks it, and what narrows it. */
export function SearchForm({ isBusy, onAsk }: { isBusy: boolean; onAsk: (question: SearchQuestion) => void }) {
  const [who, setWho] = useState("customer");
  const [audiences, setAudiences] = useState<readonly string[]>([]);
  const [texts, setTexts] = useState({ query: "", earlier: "", language: "", product: "", brand: "", updatedAfter: "" });
  const facets = useQuery(facetsQuery).data;
  const set = (name: keyof typeof texts) => (text: string) => setTexts((before) => ({ ...before, [name]: text }));
  const choices = (label: string, values: readonly string[] = [], say = (value: string) => value) => [{ value: "", label }, ...values.map((value) => ({ value, label: say(value) }))];
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const { query, earlier, language, product, brand, updatedAfter } = texts;
    onAsk({ as: asOf(who, audiences), query, ...(earlier.trim() && { earlier }), ...(language && { languages: [language] }), ...(product && { products: [product] }), ...(brand && { brands: [brand] }), ...(updatedAfter && { updatedAfter }) });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 rounded-xl border border-line bg-surface p-4">
      <AreaField label="Question" value={texts.query} onChange={set("query")} isRequired maxLength={4_000} rows={2} placeholder="How long do refunds take?" />
      <SelectField label="Asked by" value={who} choices={PEOPLE} onChange={setWho} />
      {who === "audiences" && (
        <fieldset className="flex flex-wrap gap-x-4 gap-y-1.5">
          <legend className="mb-1 text-xs text-ink-faint">Audiences</legend>
          {(facets?.audiences ?? []).map((audience) => <CheckField key={audience} label={audience} isChecked={audiences.includes(audience)} onChange={(isChecked) => setAudiences(isChecked ? [...audiences, audience] : audiences.filter((each) => each !== audience))} />)}
        </fieldset>
      )}
      <details className="rounded-lg border border-line px-3 py-2">
        <summary className="text-xs text-ink-soft">Filters, and what was said before</summary>
        <div className="mt-3 flex flex-col gap-3 pb-1">
          <SelectField label="Language" value={texts.language} choices={choices("Every language", facets?.languages, sayLanguage)} onChange={set("language")} />
          <SelectField label="Product" value={texts.product} choices={choices("Every product", facets?.products)} onChange={set("product")} />
          <SelectField label="Brand" value={texts.brand} choices={choices("Every brand", facets?.brands)} onChange={set("brand")} />
          <TextField label="Changed on or after" type="date" value={texts.updatedAfter} onChange={set("updatedAfter")} />
          <AreaField label="What the asker wrote before" value={texts.earlier} onChange={set("earlier")} maxLength={4_000} rows={2} />
        </div>
      </details>
      <Button type="submit" tone="primary" isBusy={isBusy}>{isBusy ? "Searching…" : "Search"}</Button>
    </form>
  );
}

function asOf(who: string, audiences: readonly string[]): SearchAs {
  if (who === "agent" || who === "admin") return { kind: "role", role: who };
  if (who === "audiences") return { kind: "audiences", audiences: [...audiences] };
  return { kind: "contact", isVerified: who === "customer" };
}

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../../ui/button.tsx";
import { TextField } from "../../../ui/fields.tsx";
import { snapshotsQuery } from "../knowledge-queries.ts";

/** Which two versions are compared: by a snapshot's name, a number, or "now". */
export function CompareForm({ from, to, newest }: { from: string; to: string; newest: number | null }) {
  const [texts, setTexts] = useState({ from, to });
  const names = (useQuery(snapshotsQuery).data ?? []).map((snapshot) => snapshot.name);
  const navigate = useNavigate();
  const suggestions = ["now", ...names, ...(newest === null ? [] : [String(newest)])];
  return (
    <form className="flex flex-wrap items-end gap-3" onSubmit={(event) => { event.preventDefault(); void navigate({ to: "/knowledge", search: { tab: "versions", from: texts.from.trim(), to: texts.to.trim() } }); }}>
      <div className="w-40"><TextField label="The older" value={texts.from} onChange={(value) => setTexts({ ...texts, from: value })} suggestions={suggestions} isRequired /></div>
      <div className="w-40"><TextField label="The newer" value={texts.to} onChange={(value) => setTexts({ ...texts, to: value })} suggestions={suggestions} isRequired /></div>
      <Button type="submit" className="h-9">Compare</Button>
    </form>
  );
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { Button } from "../../../ui/button.tsx";
import { TextField } from "../../../ui/fields.tsx";
import { Sheet } from "../../../ui/sheet.tsx";
import { snapshotsQuery, takeSnapshot } from "../knowledge-queries.ts";

/** Gives a version a name for good; `version` null: what is served now. */
export function NameDialog({ version, onClose }: { version: number | null; onClose: () => void }) {
  const [name, setName] = useState("");
  const [note, setNote] = useState("");
  const formId = useId();
  const queryClient = useQueryClient();
  const naming = useMutation({
    mutationFn: () => takeSnapshot({ name: name.trim(), ...(version === null ? {} : { version: String(version) }), ...(note.trim() === "" ? {} : { note: note.trim() }) }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: snapshotsQuery.queryKey });
      onClose();
    },
  });
  return (
    <Sheet
      title={version === null ? "Name what is served now" : `Name version ${version}`}
      place="middle"
      onClose={onClose}
      footer={<><Button tone="quiet" onClick={onClose}>Cancel</Button><Button type="submit" form={formId} tone="primary" isBusy={naming.isPending} disabled={name.trim() === ""}>Take the snapshot</Button></>}
    >
      <form id={formId} className="flex flex-col gap-3 px-5 py-4" onSubmit={(event) => { event.preventDefault(); naming.mutate(); }}>
        <TextField label="Name (begins with a letter)" value={name} onChange={setName} isRequired placeholder="before-autumn-import" />
        <TextField label="Note (optional)" value={note} onChange={setNote} />
        {naming.isError && <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 break-words text-bad">{sayProblem(naming.error)}</p>}
      </form>
    </Sheet>
  );
}

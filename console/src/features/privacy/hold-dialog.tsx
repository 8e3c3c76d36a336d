import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { HoldView } from "../../../../src/shapes/privacy.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/fields.tsx";
import { Sheet } from "../../ui/sheet.tsx";

/** Asks why a hold is placed or lifted; the reason goes into the ledger. */
export function HoldDialog({ title, note, label, change, onClose }: { title: string; note: string; label: string; change: (reason: string) => Promise<HoldView>; onClose: () => void }) {
  const queryClient = useQueryClient();
  const [reason, setReason] = useState("");
  const formId = useId();
  const changing = useMutation({
    mutationFn: () => change(reason.trim()),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["privacy"] });
      onClose();
    },
  });
  return (
    <Sheet title={title} place="middle" onClose={onClose} footer={<><Button tone="quiet" onClick={onClose}>Cancel</Button><Button type="submit" form={formId} tone="primary" disabled={reason.trim() === ""} isBusy={changing.isPending}>{label}</Button></>}>
      <form
        id={formId}
        className="flex flex-col gap-4 px-5 py-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== "") changing.mutate();
        }}
      >
        <p className="text-ink-soft">{note}</p>
        <TextField label="Why? (goes into the ledger)" value={reason} onChange={setReason} isRequired />
        {changing.isError && <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad">{sayProblem(changing.error)}</p>}
      </form>
    </Sheet>
  );
}

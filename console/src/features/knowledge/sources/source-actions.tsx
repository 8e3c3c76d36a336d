import { useState } from "react";
import { Button } from "../../../ui/button.tsx";
import { PlusIcon } from "../../../ui/icons.tsx";
import { ChunkPreview } from "../documents/chunk-preview.tsx";
import { SourceForm } from "./source-form.tsx";

/** What admins do with sources as a whole. */
export function SourceActions() {
  const [open, setOpen] = useState<"add" | "preview" | null>(null);
  return (
    <>
      <Button onClick={() => setOpen("preview")}>Preview chunks</Button>
      <Button tone="primary" onClick={() => setOpen("add")}><PlusIcon />Add source</Button>
      {open === "add" && <SourceForm source={null} onClose={() => setOpen(null)} />}
      {open === "preview" && <ChunkPreview onClose={() => setOpen(null)} />}
    </>
  );
}

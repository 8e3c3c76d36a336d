import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { SourceView } from "../../../../../src/shapes/knowledge.ts";
import { fileAddress } from "../knowledge-queries.ts";
import { uploadFile } from "./upload-file.ts";

/** `sent`: bytes so far. */
export type Upload = { id: number; name: string; bytes: number; sent: number; state: "waiting" | "sending" | "stored" | "refused"; reason: string | null };

const AT_ONCE = 2;

/**
 * Files on their way to a source, two at a time, in the order they were given. Leaving the page stops those that are not there yet. The
 * server syncs what arrives, once more for what came in while a sync ran.
 */
export function useUploads(source: SourceView): { uploads: readonly Upload[]; add: (files: readonly File[]) => void; clear: () => void } {
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const queryClient = useQueryClient();
  const queue = useRef<{ id: number; file: File }[]>([]);
  const state = useRef({ running: 0, nextId: 1, leaving: new AbortController() });

  useEffect(() => {
    const current = state.current;
    current.leaving = new AbortController();
    return () => current.leaving.abort();
  }, []);

  const change = (id: number, part: Partial<Upload>): void => setUploads((all) => all.map((upload) => (upload.id === id ? { ...upload, ...part } : upload)));

  const work = async (): Promise<void> => {
    state.current.running += 1;
    let isAnyStored = false;
    for (let next = queue.current.shift(); next !== undefined; next = queue.current.shift()) {
      const { id, file } = next;
      change(id, { state: "sending" });
      const end = await uploadFile(fileAddress(source.id, file.name), file, (sent) => change(id, { sent: Math.min(sent, file.size) }), state.current.leaving.signal);
      change(id, end.kind === "stored" ? { state: "stored", sent: file.size } : { state: "refused", reason: end.reason });
      isAnyStored ||= end.kind === "stored";
    }
    state.current.running -= 1;
    if (!isAnyStored || state.current.leaving.signal.aborted) return;
    await queryClient.invalidateQueries({ queryKey: ["knowledge"] });
  };

  return {
    uploads,
    add(files) {
      const added = files.map((file) => ({ id: state.current.nextId++, file }));
      queue.current.push(...added);
      setUploads((all) => [...added.map(({ id, file }): Upload => ({ id, name: file.name, bytes: file.size, sent: 0, state: "waiting", reason: null })), ...all]);
      for (let free = Math.min(AT_ONCE - state.current.running, added.length); free > 0; free -= 1) void work();
    },
    clear: () => setUploads((all) => all.filter((upload) => upload.state === "waiting" || upload.state === "sending")),
  };
}

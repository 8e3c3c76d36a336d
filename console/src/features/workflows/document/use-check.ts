import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { CheckView } from "../../../../../src/shapes/workflow.ts";
import { checkQuery } from "../workflow-queries.ts";

const PAUSE_MS = 350;

export type Checked = { check: CheckView | null; /** The findings are of this very text. */ isCurrent: boolean; error: unknown; retry: () => void };

/** What is wrong with the text, asked of the server when the typing pauses. */
export function useCheck(text: string, file: string): Checked {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(text), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  const query = useQuery({
    ...checkQuery({ text: settled, file }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
  });
  return { check: query.data ?? null, isCurrent: settled === text && query.isSuccess && !query.isPlaceholderData, error: query.error, retry: () => void query.refetch() };
}

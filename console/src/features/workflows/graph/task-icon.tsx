import type { ReactNode } from "react";
import type { GraphNode } from "../../../../../src/shapes/workflow.ts";
import type { TaskFamily } from "./task-words.ts";

const FAMILIES: Record<TaskFamily, string> = {
  talk: "bg-accent-soft text-accent-ink",
  think: "bg-accent-soft text-accent-ink",
  act: "bg-good-soft text-good",
  person: "bg-warn-soft text-warn",
  flow: "border border-line bg-surface text-ink-soft",
  time: "bg-warn-soft text-warn",
  data: "border border-line bg-surface text-ink-soft",
  stop: "bg-bad-soft text-bad",
};

const CALLS: Record<string, ReactNode> = {
  ask: <><path d="M2.2 7.6a4.8 4.8 0 0 1 4.8-4.8h2a4.8 4.8 0 0 1 0 9.6H3.2l.7-1.8a4.7 4.7 0 0 1-1.7-3Z" /><path d="M6.8 6.3c.2-1.7 2.6-1.5 2.5 0 0 .9-1.2 1-1.2 1.9M8.1 10h.01" /></>,
  reply: <><path d="M2.2 7.6a4.8 4.8 0 0 1 4.8-4.8h2a4.8 4.8 0 0 1 0 9.6H3.2l.7-1.8a4.7 4.7 0 0 1-1.7-3Z" /><path d="M5.6 6.6h4.8M5.6 8.8h3" /></>,
  notify: <path d="M4.2 10.8V7.2a3.8 3.8 0 0 1 7.6 0v3.6l1 1.4H3.2ZM6.8 13.8h2.4" />,
  approve: <><path d="M8 1.7 13 3.5v4c0 3.1-2 5.6-5 6.8-3-1.2-5-3.7-5-6.8v-4Z" /><path d="m5.8 7.9 1.6 1.6 2.9-3" /></>,
  handoff: <><circle cx="5.2" cy="4.6" r="2.1" /><path d="M1.6 13.2c0-2.3 1.5-3.9 3.6-3.9 1 0 1.8.3 2.4.9M9.3 11.6h5m0 0-1.9-1.9m1.9 1.9-1.9 1.9" /></>,
  retrieve: <><circle cx="7" cy="7" r="4.3" /><path d="m10.4 10.4 3.1 3.1" /></>,
  understand: <><path d="M2 8c1.6-2.8 3.6-4.2 6-4.2S12.4 5.2 14 8c-1.6 2.8-3.6 4.2-6 4.2S3.6 10.8 2 8Z" /><circle cx="8" cy="8" r="1.8" /></>,
  verify: <><circle cx="8" cy="8" r="5.8" /><path d="m5.5 8.2 1.8 1.8 3.2-3.6" /></>,
  generate: <path d="m3 13 .7-2.9 7-7 2.2 2.2-7 7ZM9.3 4.5l2.2 2.2" />,
  agent: <path d="M8 1.8 9.5 6.5 14.2 8 9.5 9.5 8 14.2 6.5 9.5 1.8 8l4.7-1.5Z" />,
};

const TOOL = <path d="M9.8 2.4a3.4 3.4 0 0 0-3.3 4.5L2.6 10.8a1.6 1.6 0 0 0 0 2.3l.3.3a1.6 1.6 0 0 0 2.3 0l3.9-3.9a3.4 3.4 0 0 0 4.3-4.3l-2 2-1.9-.5-.5-1.9 2-2a3.4 3.4 0 0 0-1.2-.4Z" />;

const KINDS: Record<GraphNode["kind"], ReactNode> = {
  call: TOOL,
  start: <path d="M5 3.5v9l7-4.5Z" />,
  end: <rect x="4" y="4" width="8" height="8" rx="1.5" />,
  do: <path d="M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01" />,
  emit: <path d="M2.5 8h7m0 0L6.7 5.2M9.5 8l-2.8 2.8M11.5 3.5a6.4 6.4 0 0 1 0 9" />,
  for: <path d="M12.8 6.5A5 5 0 0 0 3.6 5.7M3.2 9.5a5 5 0 0 0 9.2.8M3.2 2.7v3.1h3.1M12.8 13.3v-3.1H9.7" />,
  fork: <path d="M8 2v3.5M8 5.5 3.5 9v4.5M8 5.5 12.5 9v4.5M8 5.5v8" />,
  listen: <path d="M8 13.2v.01M5.4 10.6a3.7 3.7 0 0 1 5.2 0M3 8.1a7.1 7.1 0 0 1 10 0" />,
  raise: <path d="m8 2.5 6 10.5H2ZM8 6.5v3M8 11.3v.01" />,
  run: <><rect x="2" y="2.5" width="7" height="7" rx="1.5" /><path d="M11.5 6.5h1a1.5 1.5 0 0 1 1.5 1.5v4.5a1.5 1.5 0 0 1-1.5 1.5H8a1.5 1.5 0 0 1-1.5-1.5v-.5" /></>,
  set: <path d="M6 2.5c-2 0-1.5 1.5-1.5 3S3.8 8 3 8c.8 0 1.5 1 1.5 2.5s-.5 3 1.5 3M10 2.5c2 0 1.5 1.5 1.5 3s.7 2.5 1.5 2.5c-.8 0-1.5 1-1.5 2.5s.5 3-1.5 3" />,
  switch: <path d="m8 1.8 6.2 6.2L8 14.2 1.8 8ZM8 5.8v2.6M8 10.4v.01" />,
  try: <path d="M13 8a5 5 0 1 1-1.6-3.7L13 5.8M13 2.6v3.2H9.8" />,
  wait: <><circle cx="8" cy="8" r="5.8" /><path d="M8 4.8V8l2.2 1.6" /></>,
};

/** The picture of a task; decoration, its words stand beside it. */
export function TaskIcon({ node, family, size = "size-8" }: { node: Pick<GraphNode, "kind" | "label">; family: TaskFamily; size?: string }) {
  const call = node.kind === "call" ? (CALLS[(node.label ?? "").split(/[:\s]/)[0] ?? ""] ?? TOOL) : KINDS[node.kind];
  return (
    <span aria-hidden="true" className={`inline-flex ${size} shrink-0 items-center justify-center rounded-lg ${FAMILIES[family]}`}>
      <svg viewBox="0 0 16 16" className="size-4" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" strokeLinejoin="round" focusable="false">{call}</svg>
    </span>
  );
}

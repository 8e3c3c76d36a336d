import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import type { Tone } from "../../../ui/badge.tsx";
import { sayCode } from "../../../lib/format.ts";
import { sayEntry, type PlacedEntry, type PlacedTask } from "./layout-graph.ts";
import { TaskIcon } from "./task-icon.tsx";
import { sayTask } from "./task-words.ts";

/** What stands on a task beside its words: a line such as "128 runs · 3 failed", and how it looks. */
export type TaskMark = { text: string | null; problem: string | null; tone: Tone | null; isCurrent: boolean; isFaded: boolean };

type TaskData = { box: PlacedTask; mark: TaskMark | null; isSelected: boolean; onSelect: (pointer: string) => void };
type EntryData = { box: PlacedEntry; note: string | null };

export type TaskNode = Node<TaskData, "task">;
export type HolderNode = Node<TaskData, "holder">;
export type EntryNode = Node<EntryData, "entry">;
export type CanvasNode = TaskNode | HolderNode | EntryNode;

const BORDERS: Record<Tone, string> = { neutral: "border-line-strong", accent: "border-accent-ink", good: "border-good", warn: "border-warn", bad: "border-bad" };
const HIDDEN = "!size-px !min-h-0 !min-w-0 !border-0 !bg-transparent !opacity-0";

function Ends() {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} className={HIDDEN} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} className={HIDDEN} />
    </>
  );
}

function lookOf({ mark, isSelected }: TaskData): string {
  const border = mark?.tone === null || mark === null ? "border-line" : BORDERS[mark.tone];
  const ring = mark?.isCurrent === true ? "ring-3 ring-accent/35" : isSelected ? "ring-3 ring-accent/25" : "";
  return `${isSelected ? "border-accent-ink" : border} ${ring} ${mark?.isFaded === true ? "border-dashed" : ""}`;
}

/** One task as a button: its picture, name, what it does, and how it goes. */
export function TaskBox({ data }: NodeProps<TaskNode>) {
  const { box, mark, onSelect, isSelected } = data;
  const { node } = box;
  if (node.kind === "start" || node.kind === "end") {
    return (
      <div className="flex size-full items-center justify-center gap-1.5 rounded-full border border-line bg-surface text-xs font-medium text-ink-soft">
        <Ends />
        {node.kind === "start" ? "Start" : "End"}
      </div>
    );
  }
  return (
    <button type="button" aria-pressed={isSelected} data-pointer={node.pointer} onClick={() => onSelect(node.pointer)} className={`flex size-full items-center gap-2.5 rounded-xl border bg-surface px-2.5 text-left shadow-sm shadow-black/5 hover:border-accent-ink ${lookOf(data)}`}>
      <Ends />
      <Words box={box} mark={mark} />
    </button>
  );
}

/** A task that holds others: the same head, with its list below. */
export function HolderBox({ data }: NodeProps<HolderNode>) {
  const { box, mark, onSelect, isSelected } = data;
  return (
    <div className={`size-full rounded-2xl border bg-sunken/45 ${lookOf(data)}`}>
      <Ends />
      <button type="button" aria-pressed={isSelected} data-pointer={box.node.pointer} onClick={() => onSelect(box.node.pointer)} className="flex h-16 w-full items-center gap-2.5 rounded-2xl px-3 text-left hover:bg-sunken">
        <Words box={box} mark={mark} />
      </button>
    </div>
  );
}

function Words({ box: { node }, mark }: { box: PlacedTask; mark: TaskMark | null }) {
  const { kind, detail, family } = sayTask(node);
  return (
    <>
      <TaskIcon node={node} family={family} />
      <span className="flex min-w-0 flex-1 flex-col">
        <span title={node.name} className="truncate text-sm font-medium text-ink">{sayCode(node.name)}</span>
        <span title={detail ?? undefined} className="truncate text-2xs text-ink-faint">{detail === null ? kind : `${kind} · ${detail}`}</span>
        {mark !== null && (mark.text !== null || mark.problem !== null) && (
          <span className="truncate text-2xs tabular-nums">
            {mark.text !== null && <span className="text-ink-soft">{mark.text}</span>}
            {mark.text !== null && mark.problem !== null && <span className="text-ink-faint"> · </span>}
            {mark.problem !== null && <span className="font-medium text-bad">{mark.problem}</span>}
          </span>
        )}
      </span>
    </>
  );
}

/** The head of a list inside a task. */
export function EntryBox({ data: { box, note } }: NodeProps<EntryNode>) {
  return (
    <div title={box.edge.label ?? undefined} className="flex size-full items-center justify-center gap-1 rounded-full border border-line bg-surface px-2 text-2xs font-medium text-ink-soft">
      <Ends />
      <span className="truncate">{sayEntry(box.edge)}</span>
      {note !== null && <span className="font-normal text-ink-faint tabular-nums">{note}</span>}
    </div>
  );
}

import { BaseEdge, EdgeLabelRenderer, getSmoothStepPath, type Edge, type EdgeProps } from "@xyflow/react";
import { bare, sayBranch } from "./task-words.ts";
import type { PlacedEdge, Point } from "./layout-graph.ts";

export type WayLook = "plain" | "taken" | "faded";
export type CanvasEdge = Edge<{ placed: PlacedEdge; note: string | null; look: WayLook }, "way">;

const ROUNDING = 14;
export const WAY_LOOKS: Record<WayLook, { stroke: string; strokeWidth: number; strokeDasharray?: string }> = {
  plain: { stroke: "var(--color-line-strong)", strokeWidth: 1.4 },
  taken: { stroke: "var(--color-accent-ink)", strokeWidth: 2.2 },
  faded: { stroke: "var(--color-line-strong)", strokeWidth: 1.2, strokeDasharray: "4 4" },
};

/** A way from task to task, with the branch's name, how often it was taken, and its condition as a tooltip. */
export function WayEdge({ data, markerEnd, ...ends }: EdgeProps<CanvasEdge>) {
  if (data === undefined) return null;
  const { placed, note, look } = data;
  const [fallback, middleX, middleY] = getSmoothStepPath(ends);
  const path = placed.points.length < 2 ? fallback : roundedPath(placed.points);
  const at = placed.labelAt ?? { x: middleX, y: middleY };
  const { branch, label } = placed.edge;
  const isEntry = placed.from !== placed.edge.from;
  return (
    <>
      <BaseEdge path={path} {...(markerEnd === undefined ? {} : { markerEnd })} style={WAY_LOOKS[look]} />
      {branch !== null && !isEntry && (
        <EdgeLabelRenderer>
          <span title={label === null ? undefined : bare(label)} className={`nodrag nopan pointer-events-auto absolute flex max-w-52 items-center gap-1 rounded-md border bg-surface px-1.5 py-0.5 text-2xs whitespace-nowrap ${look === "taken" ? "border-accent-ink text-accent-ink" : "border-line text-ink-soft"}`} style={{ transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)`, zIndex: 4 }}>
            <span className="truncate font-medium">{sayBranch(branch)}</span>
            {note !== null && <span className="text-ink-faint tabular-nums">{note}</span>}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

/** Straight pieces through the points, with round corners. */
function roundedPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const pieces = [`M ${first.x} ${first.y}`];
  for (const [place, corner] of rest.entries()) {
    const before = points[place];
    const after = points[place + 2];
    if (before === undefined || after === undefined) {
      pieces.push(`L ${corner.x} ${corner.y}`);
      continue;
    }
    const enter = towards(corner, before);
    const leave = towards(corner, after);
    pieces.push(`L ${enter.x} ${enter.y} Q ${corner.x} ${corner.y} ${leave.x} ${leave.y}`);
  }
  return pieces.join(" ");
}

function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length === 0 ? 0 : Math.min(ROUNDING, length / 2) / length;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

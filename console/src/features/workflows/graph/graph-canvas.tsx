import { Background, BackgroundVariant, MarkerType, Panel, ReactFlow, ReactFlowProvider, useReactFlow, useStore, type EdgeTypes, type NodeTypes } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useEffect, useMemo } from "react";
import type { GraphEdge, WorkflowGraph } from "../../../../../src/shapes/workflow.ts";
import { IconButton } from "../../../ui/button.tsx";
import { FitIcon, MinusIcon, PlusIcon } from "../../../ui/icons.tsx";
import { WAY_LOOKS, WayEdge, type CanvasEdge, type WayLook } from "./canvas-edge.tsx";
import { EntryBox, HolderBox, TaskBox, type CanvasNode, type TaskMark } from "./canvas-nodes.tsx";
import { layoutGraph, type PlacedEdge, type PlacedGraph } from "./layout-graph.ts";

export type EdgeMark = { note: string | null; look: WayLook };

type GraphCanvasProps = {
  graph: WorkflowGraph;
  label: string;
  markOf: (pointer: string) => TaskMark | null;
  edgeMarkOf: (edge: GraphEdge) => EdgeMark;
  selected: string | null;
  onSelect: (pointer: string | null) => void;
  /** The task to keep in sight, when a run is played. */
  follow?: string | null;
};

const NODE_TYPES: NodeTypes = { task: TaskBox, holder: HolderBox, entry: EntryBox };
const EDGE_TYPES: EdgeTypes = { way: WayEdge };
const READABLE_ZOOM = 0.9;
const MARGIN = 24;
const MOVE_MS = 250;

/** The workflow drawn, laid out by itself. The wheel scrolls, Ctrl and the wheel zooms; every task is a button, so Tab walks through them. */
export function GraphCanvas(props: GraphCanvasProps) {
  return <ReactFlowProvider><Canvas {...props} /></ReactFlowProvider>;
}

function Canvas({ graph, label, markOf, edgeMarkOf, selected, onSelect, follow = null }: GraphCanvasProps) {
  const placed = useMemo(() => layoutGraph(graph), [graph]);
  const nodes = useMemo(() => placed.boxes.map((box) => toNode(box, { markOf, edgeMarkOf, selected, onSelect })), [placed, markOf, edgeMarkOf, selected, onSelect]);
  const edges = useMemo(() => placed.edges.map((edge) => toEdge(edge, edgeMarkOf)), [placed, edgeMarkOf]);
  return (
    <ReactFlow<CanvasNode, CanvasEdge>
      aria-label={label}
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      panOnScroll
      zoomOnScroll={false}
      zoomOnDoubleClick={false}
      minZoom={0.15}
      maxZoom={1.75}
      disableKeyboardA11y
      deleteKeyCode={null}
      onPaneClick={() => onSelect(null)}
      className="!bg-canvas [&_.react-flow\_\_attribution]:!bg-transparent [&_.react-flow\_\_attribution_a]:!text-ink-faint"
    >
      <Background variant={BackgroundVariant.Dots} gap={22} size={1.2} color="var(--color-line)" />
      <Sight placed={placed} follow={follow} />
    </ReactFlow>
  );
}

type Marks = Pick<GraphCanvasProps, "markOf" | "edgeMarkOf" | "selected" | "onSelect">;

function toNode(box: PlacedGraph["boxes"][number], { markOf, edgeMarkOf, selected, onSelect }: Marks): CanvasNode {
  const shared = { id: box.id, position: { x: box.x, y: box.y }, width: box.width, height: box.height, selectable: false, className: "!pointer-events-auto", ...(box.holder === null ? {} : { parentId: box.holder }) };
  if (box.kind === "entry") return { ...shared, type: "entry", data: { box, note: edgeMarkOf(box.edge).note }, zIndex: 3 };
  const data = { box, mark: box.node.pointer === "" ? null : markOf(box.node.pointer), isSelected: selected !== null && selected === box.node.pointer, onSelect };
  return box.kind === "holder" ? { ...shared, type: "holder", data, zIndex: 0 } : { ...shared, type: "task", data, zIndex: 3 };
}

function toEdge(placed: PlacedEdge, edgeMarkOf: Marks["edgeMarkOf"]): CanvasEdge {
  const { note, look } = edgeMarkOf(placed.edge);
  return { id: placed.edge.id, type: "way", source: placed.from, target: placed.to, data: { placed, note, look }, zIndex: 2, selectable: false, focusable: false, markerEnd: { type: MarkerType.ArrowClosed, color: WAY_LOOKS[look].stroke, width: 16, height: 16 } };
}

/** What is in sight: the whole if it stays readable, else the beginning; follows a played run and the keyboard's focus. */
function Sight({ placed, follow }: { placed: PlacedGraph; follow: string | null }) {
  const flow = useReactFlow<CanvasNode, CanvasEdge>();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const box = useStore((state) => state.domNode);

  useEffect(() => {
    if (width === 0 || height === 0) return;
    const whole = Math.min((width - 2 * MARGIN) / placed.width, (height - 2 * MARGIN) / placed.height, 1);
    const zoom = Math.max(whole, Math.min(READABLE_ZOOM, (width - 2 * MARGIN) / Math.min(placed.width, width * 1.4)));
    const isWhole = zoom === whole;
    void flow.setViewport({ zoom, x: (width - placed.width * zoom) / 2, y: isWhole ? Math.min((height - placed.height * zoom) / 2, 60) : MARGIN });
  }, [flow, placed, width, height]);

  useEffect(() => {
    if (box === null) return;
    const show = (id: string): void => {
      const node = flow.getInternalNode(id);
      if (node === undefined) return;
      const { x, y } = node.internals.positionAbsolute;
      const at = { x: x + (node.width ?? 0) / 2, y: y + Math.min(node.height ?? 0, 120) / 2 };
      const { zoom, x: left, y: top } = flow.getViewport();
      const seen = { x: at.x * zoom + left, y: at.y * zoom + top };
      const isSeen = seen.x > 80 && seen.y > 60 && seen.x < width - 80 && seen.y < height - 60;
      if (!isSeen) void flow.setCenter(at.x, at.y, { zoom, duration: MOVE_MS });
    };
    if (follow !== null) show(follow);
    const onFocus = (event: FocusEvent): void => {
      const pointer = event.target instanceof HTMLElement && event.target.matches(":focus-visible") ? event.target.dataset["pointer"] : undefined;
      if (pointer !== undefined) show(pointer);
    };
    box.addEventListener("focusin", onFocus);
    return () => box.removeEventListener("focusin", onFocus);
  }, [flow, box, follow, width, height]);

  return (
    <Panel position="bottom-left" className="!m-3 flex rounded-lg border border-line bg-surface p-0.5 shadow-sm">
      <IconButton label="Zoom in" className="!size-7" onClick={() => void flow.zoomIn({ duration: 120 })}><PlusIcon /></IconButton>
      <IconButton label="Zoom out" className="!size-7" onClick={() => void flow.zoomOut({ duration: 120 })}><MinusIcon /></IconButton>
      <IconButton label="Show all of it" className="!size-7" onClick={() => void flow.fitView({ duration: MOVE_MS, maxZoom: 1, padding: 0.06 })}><FitIcon /></IconButton>
    </Panel>
  );
}

// Where the boxes of a graph of needs stand: what is needed above, what needs it below, each as far
// from the middle as the longest way to it.
import type { Graph } from '../api/schema';

export type GraphNode = Graph['nodes'][number];
export type GraphEdge = Graph['edges'][number];

export interface Box {
  node: GraphNode;
  x: number;
  y: number;
}

export interface Drawing {
  boxes: Box[];
  edges: { from: Box; to: Box }[];
  width: number;
  height: number;
  /** Of the nodes, how many there is no room for. */
  left: number;
}

export const BOX = { width: 152, height: 40, gapX: 16, gapY: 34 };
/** So many boxes are drawn at first: more tell less. */
export const BOXES = 60;

/** Steps from the middle by the longest way: negative above, positive below. */
export function levels(graph: Graph): Map<string, number> {
  const side = new Map(graph.nodes.map((node) => [node.id, node.side]));
  const found = new Map<string, number>(graph.nodes.filter((node) => node.side === 'self').map((node) => [node.id, 0]));
  // Without cycles nothing changes after as many rounds as there are nodes.
  for (let round = 0; round < graph.nodes.length; round++) {
    let changed = false;
    for (const { from, to } of graph.edges) {
      const above = found.get(from);
      if (side.get(to) === 'needs' && above !== undefined && above <= 0 && (found.get(to) ?? 0) > above - 1) changed = Boolean(found.set(to, above - 1));
      const below = found.get(to);
      if (side.get(from) === 'needed_by' && below !== undefined && below >= 0 && (found.get(from) ?? 0) < below + 1) changed = Boolean(found.set(from, below + 1));
    }
    if (!changed) break;
  }
  return found;
}

/** Level by level from the top, a level in as many lines as it takes at this width. */
export function draw(graph: Graph, room: number, most = BOXES): Drawing {
  const level = levels(graph);
  const near = [...graph.nodes].sort((a, b) => Math.abs(level.get(a.id) ?? 99) - Math.abs(level.get(b.id) ?? 99) || a.name.localeCompare(b.name));
  const shown = near.slice(0, most);
  const columns = Math.max(1, Math.floor((room + BOX.gapX) / (BOX.width + BOX.gapX)));
  const rows = new Map<number, GraphNode[]>();
  for (const node of shown) rows.set(level.get(node.id) ?? 0, [...(rows.get(level.get(node.id) ?? 0) ?? []), node]);
  const lines = [...rows.entries()].sort(([a], [b]) => a - b).flatMap(([, nodes]) => Array.from({ length: Math.ceil(nodes.length / columns) }, (_, i) => nodes.slice(i * columns, (i + 1) * columns)));
  const longest = Math.max(...lines.map((line) => line.length));
  const span = (count: number) => count * BOX.width + (count - 1) * BOX.gapX;
  const width = span(longest);
  const boxes = lines.flatMap((line, row) => line.map((node, i): Box => ({ node, x: (width - span(line.length)) / 2 + i * (BOX.width + BOX.gapX), y: row * (BOX.height + BOX.gapY) })));
  const byId = new Map(boxes.map((box) => [box.node.id, box]));
  const edges = graph.edges.flatMap(({ from, to }) => (byId.has(from) && byId.has(to) ? [{ from: byId.get(from)!, to: byId.get(to)! }] : []));
  return { boxes, edges, width, height: lines.length * (BOX.height + BOX.gapY) - BOX.gapY, left: graph.nodes.length - shown.length };
}

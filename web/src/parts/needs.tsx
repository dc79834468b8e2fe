// What a flag needs and what needs it, through others too: a drawing, and the same as two lists.
import { useElementSize } from '@mantine/hooks';
import { useGet } from '../api/queries';
import type { Graph } from '../api/schema';
import { Link } from '../app/router';
import { count } from '../lib/format';
import { BOX, draw, type Box, type GraphNode } from '../lib/graph';
import { Badge, Card, ErrorNote, Rows } from './basic';

const addressOf = (node: GraphNode): string =>
  node.kind === 'experiment' ? `/experiments/${node.id}` : node.kind === 'segment' ? `/segments/${encodeURIComponent(node.name)}` : `/flags/${encodeURIComponent(node.name)}`;

const isOn = (node: GraphNode): boolean => ['enabled', 'active', 'Running'].includes(node.status);
const STATES: Record<string, string> = { enabled: 'on', disabled: 'off' };
const stateOf = (node: GraphNode): string => STATES[node.status] ?? node.status.toLowerCase();

const clip = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** From what needs, below, up to what is needed; past the boxes of its own line. */
function way({ from, to }: { from: Box; to: Box }): string {
  const [x1, y1] = [from.x + BOX.width / 2, from.y];
  const [x2, y2] = [to.x + BOX.width / 2, to.y + BOX.height + 5];
  const bend = Math.max(18, Math.abs(y1 - y2) / 2);
  return `M${x1},${y1} C${x1},${y1 - bend} ${x2},${y2 + bend} ${x2},${y2}`;
}

function Picture({ graph, room }: { graph: Graph; room: number }) {
  const drawing = draw(graph, room);
  return (
    <div className="scroll">
      <svg className="needs" aria-hidden="true" width={drawing.width + 2} height={drawing.height + 8} viewBox={`-1 -1 ${drawing.width + 2} ${drawing.height + 8}`}>
        <defs><marker id="needs-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" /></marker></defs>
        {drawing.edges.map((edge) => <path key={`${edge.from.node.id}${edge.to.node.id}`} className="way" d={way(edge)} markerEnd="url(#needs-head)" />)}
        {drawing.boxes.map(({ node, x, y }) => (
          <a key={node.id} href={`#${addressOf(node)}`} tabIndex={-1} data-side={node.side} data-off={!isOn(node) || undefined}>
            <title>{`${node.kind} ${node.name}, ${stateOf(node)}`}</title>
            <rect x={x} y={y} width={BOX.width} height={BOX.height} rx={node.kind === 'flag' ? 8 : node.kind === 'segment' ? 20 : 0} />
            <text className="name" x={x + BOX.width / 2} y={y + 17}>{clip(node.name, 19)}</text>
            <text x={x + BOX.width / 2} y={y + 32}>{node.kind}, {stateOf(node)}</text>
          </a>
        ))}
      </svg>
      {drawing.left > 0 && <p className="muted small">The nearest are drawn; {count(drawing.left)} more stand in the lists.</p>}
    </div>
  );
}

/** Where one of them refers to another that is on the way: "in top at /dependencies/0". */
function places(graph: Graph, node: GraphNode): string {
  const name = new Map(graph.nodes.map((one) => [one.id, one.name]));
  return graph.edges
    .filter((edge) => (node.side === 'needs' ? edge.to : edge.from) === node.id)
    .map((edge) => (node.side === 'needs' ? `by ${name.get(edge.from)} at ${edge.pointer}` : `needs ${name.get(edge.to)} at ${edge.pointer}`))
    .join('; ');
}

function List({ graph, side, title }: { graph: Graph; side: GraphNode['side']; title: string }) {
  const nodes = graph.nodes.filter((node) => node.side === side);
  if (nodes.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <ul className="checklist" aria-label={title}>
        {nodes.map((node) => (
          <li key={node.id} style={{ flexWrap: 'wrap' }}>
            <Link to={addressOf(node)} className="mono wrap">{node.name}</Link>
            <span className="muted small">{node.kind}</span>
            <Badge tone={isOn(node) ? 'accent' : 'plain'}>{stateOf(node)}</Badge>
            <span className="muted small wrap">{places(graph, node)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** `path` is the definition's on the server, such as /flags/a. */
export function Needs({ path, name }: { path: string; name: string }) {
  const { ref, width } = useElementSize();
  const found = useGet<Graph>(`${path}/graph`);
  const graph = found.data;
  return (
    <Card title="Dependency graph">
      <div ref={ref} className="stack">
        {!graph ? (found.error ? <ErrorNote error={found.error} retry={() => void found.refetch()} /> : <Rows count={2} />)
          : graph.nodes.length === 1 ? <p className="muted">{name} needs nothing, and nothing needs it.</p> : (
            <>
              <p className="muted small">Above is what {name} needs, below what needs it, through others too.</p>
              {width > 0 && <Picture graph={graph} room={width} />}
              {graph.is_cut && <p className="small">{count(graph.needed_by_total)} refer to it themselves; of each side the nearest 200 are shown.</p>}
              <div className="cards">
                <List graph={graph} side="needs" title="Needs" />
                <List graph={graph} side="needed_by" title="Needed by" />
              </div>
            </>
          )}
      </div>
    </Card>
  );
}

// What a flag needs and what needs it, through others too: a drawing, and the same as two lists.
import { Button } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { useGet } from '../api/queries';
import type { Graph } from '../api/schema';
import { Link } from '../app/router';
import { count } from '../lib/format';
import { BOX, BOXES, draw, type Box, type GraphNode } from '../lib/graph';
import { Badge, Card, ErrorNote, Rows } from './basic';
import { More } from './more';

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

/** What a graph is drawn around; experiments have none of their own. */
interface Middle {
  kind: string;
  name: string;
}
const hasGraph = (node: GraphNode): boolean => node.kind !== 'experiment';

function Picture({ graph, room, centre }: { graph: Graph; room: number; centre: (node: GraphNode) => void }) {
  const [most, setMost] = useState(BOXES);
  const drawing = draw(graph, room, most);
  return (
    <div className="scroll">
      <svg className="needs" aria-hidden="true" width={drawing.width + 2} height={drawing.height + 8} viewBox={`-1 -1 ${drawing.width + 2} ${drawing.height + 8}`}>
        <defs><marker id="needs-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" /></marker></defs>
        {drawing.edges.map((edge) => <path key={`${edge.from.node.id}${edge.to.node.id}`} className="way" d={way(edge)} markerEnd="url(#needs-head)" />)}
        {drawing.boxes.map(({ node, x, y }) => (
          <a key={node.id} href={`#${addressOf(node)}`} tabIndex={-1} data-side={node.side} data-off={!isOn(node) || undefined}
            onClick={(event) => {
              // With a key held, and where there is no graph, it is a link as any other.
              if (!hasGraph(node) || node.side === 'self' || event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              centre(node);
            }}>
            <title>{`${node.kind} ${node.name}, ${stateOf(node)}${hasGraph(node) && node.side !== 'self' ? '. Click to draw around it' : ''}`}</title>
            <rect x={x} y={y} width={BOX.width} height={BOX.height} rx={node.kind === 'flag' ? 8 : node.kind === 'segment' ? 20 : 0} />
            <text className="name" x={x + BOX.width / 2} y={y + 17}>{clip(node.name, 19)}</text>
            <text x={x + BOX.width / 2} y={y + 32}>{node.kind}, {stateOf(node)}</text>
          </a>
        ))}
      </svg>
      {drawing.left > 0 && (
        <div className="pager">
          <span className="muted small">The nearest {count(drawing.boxes.length)} are drawn; {count(drawing.left)} more stand in the lists.</span>
          <Button size="compact-xs" variant="default" onClick={() => setMost(most + BOXES)}>Draw {count(Math.min(BOXES, drawing.left))} more</Button>
        </div>
      )}
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

/** So many stand in a list at first. */
const LISTED = 30;

function List({ graph, side, title, centre }: { graph: Graph; side: GraphNode['side']; title: string; centre: (node: GraphNode) => void }) {
  const [most, setMost] = useState(LISTED);
  const nodes = graph.nodes.filter((node) => node.side === side);
  if (nodes.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <ul className="checklist" aria-label={title}>
        {nodes.slice(0, most).map((node) => (
          <li key={node.id} style={{ flexWrap: 'wrap' }}>
            <Link to={addressOf(node)} className="mono wrap">{node.name}</Link>
            <span className="muted small">{node.kind}</span>
            <Badge tone={isOn(node) ? 'accent' : 'plain'}>{stateOf(node)}</Badge>
            <span className="muted small wrap">{places(graph, node)}</span>
            {hasGraph(node) && <Button size="compact-xs" variant="subtle" onClick={() => centre(node)}>Draw around<span className="mantine-VisuallyHidden-root"> {node.kind} {node.name}</span></Button>}
          </li>
        ))}
      </ul>
      <More word={title.toLowerCase()} words={title.toLowerCase()} list={{ items: nodes.slice(0, most), total: nodes.length, hasMore: nodes.length > most, isBusy: false, grow: () => setMost(most + 100) }} />
    </div>
  );
}

/** All that refer to one themselves, beyond those that a graph has. */
function AllOfThem({ middle, total }: { middle: Middle; total: number }) {
  const query = `${middle.kind}=${encodeURIComponent(middle.name)}`;
  return (
    <p className="small">{count(total)} refer to it themselves; of each side the nearest 200 are shown.{' '}
      <Link to={`/flags?${query}`}>All flags that do</Link>{middle.kind === 'segment' && <>, <Link to={`/experiments?${query}`}>all experiments</Link></>}.
    </p>
  );
}

/** Where the drawing has been moved to, and the ways back. */
function Trail({ trail, go }: { trail: Middle[]; go: (length: number) => void }) {
  const ref = useRef<HTMLParagraphElement>(null);
  const last = trail.at(-1)!;
  // What was pressed is gone with the old drawing: the next one begins here, for the keyboard and for who listens.
  useEffect(() => ref.current?.focus(), [last.name, last.kind]);
  return (
    <nav className="row" aria-label="Drawn around">
      {trail.slice(0, -1).map((one, i) => <Button key={i} size="compact-xs" variant="default" onClick={() => go(i + 1)}>{i === 0 ? 'Back to ' : ''}{one.name}</Button>)}
      <p ref={ref} tabIndex={-1} style={{ margin: 0 }}>Drawn around {last.kind} <Link to={`/${last.kind}s/${encodeURIComponent(last.name)}`} className="mono">{last.name}</Link></p>
    </nav>
  );
}

function Around({ middle, centre, room }: { middle: Middle; centre: (node: GraphNode) => void; room: number }) {
  const found = useGet<Graph>(`/${middle.kind}s/${encodeURIComponent(middle.name)}/graph`);
  const graph = found.data;
  if (!graph) return found.error ? <ErrorNote error={found.error} retry={() => void found.refetch()} /> : <Rows count={2} />;
  if (graph.nodes.length === 1) return <p className="muted">{middle.name} needs nothing, and nothing needs it.</p>;
  return (
    <>
      <p className="muted small">Above is what {middle.name} needs, below what needs it, through others too.</p>
      {room > 0 && <Picture graph={graph} room={room} centre={centre} />}
      {graph.is_cut && <AllOfThem middle={middle} total={graph.needed_by_total} />}
      <div className="cards">
        <List graph={graph} side="needs" title="Needs" centre={centre} />
        <List graph={graph} side="needed_by" title="Needed by" centre={centre} />
      </div>
    </>
  );
}

/** Around one definition at first, then around any that is chosen. */
export function Needs({ kind, name }: Middle) {
  const { ref, width } = useElementSize();
  const [trail, setTrail] = useState<Middle[]>([{ kind, name }]);
  const [moved, setMoved] = useState(false);
  const middle = trail.at(-1)!;
  return (
    <Card title="Dependency graph">
      <div ref={ref} className="stack">
        {moved && <Trail trail={trail} go={(length) => setTrail(trail.slice(0, length))} />}
        <Around key={`${middle.kind} ${middle.name}`} middle={middle} room={width}
          centre={(node) => {
            setMoved(true);
            const at = trail.findIndex((one) => one.kind === node.kind && one.name === node.name);
            setTrail(at < 0 ? [...trail, { kind: node.kind, name: node.name }] : trail.slice(0, at + 1));
          }} />
      </div>
    </Card>
  );
}

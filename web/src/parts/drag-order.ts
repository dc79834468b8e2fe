// Another order by dragging, with a mouse, a pen or a finger. Who has none of them needs buttons
// beside: a grip is not in the order of the keyboard.
import { useEffect, useRef, useState, type CSSProperties, type PointerEvent } from 'react';

/** From this near to the edge of the window on the page scrolls along. */
const EDGE = 56;
const STEP = 14;

interface Drag {
  from: number;
  to: number;
  /** How far the pointer has come, in pixels of the page. */
  by: number;
}

interface Slot {
  top: number;
  height: number;
}

/** The list with the item at `from` taken out and put in at `to`. */
export function moved<T>(list: T[], from: number, to: number): T[] {
  const rest = list.filter((_, i) => i !== from);
  return [...rest.slice(0, to), list[from]!, ...rest.slice(to)];
}

/** Where the item at `index` is afterwards. */
export function placeAfter(index: number, from: number, to: number): number {
  if (index === from) return to;
  if (from < index && index <= to) return index - 1;
  return to <= index && index < from ? index + 1 : index;
}

/** The place of the middle of what is dragged among the middles of the others. */
export function target(slots: Slot[], from: number, by: number): number {
  const dragged = slots[from]!;
  const middle = dragged.top + dragged.height / 2 + by;
  return slots.filter((slot, i) => i !== from && slot.top + slot.height / 2 < middle).length;
}

export function useDragOrder(move: (from: number, to: number) => void) {
  const items = useRef(new Map<number, HTMLElement>());
  const start = useRef({ y: 0, slots: [] as Slot[] });
  const [drag, setDrag] = useState<Drag | null>(null);
  // Events may come quicker than the page is drawn: what holds is here, the state only draws it.
  const now = useRef<Drag | null>(null);
  const put = (next: Drag | null) => {
    now.current = next;
    setDrag(next);
  };
  useEffect(() => {
    if (!drag) return;
    const cancel = (event: KeyboardEvent) => event.key === 'Escape' && put(null);
    window.addEventListener('keydown', cancel);
    return () => window.removeEventListener('keydown', cancel);
  }, [drag !== null]);

  const begin = (from: number) => (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    const slots = [...items.current.entries()].sort(([a], [b]) => a - b).map(([, node]) => {
      const { top, height } = node.getBoundingClientRect();
      return { top: top + window.scrollY, height };
    });
    start.current = { y: event.clientY + window.scrollY, slots };
    put({ from, to: from, by: 0 });
  };
  function go(event: PointerEvent<HTMLElement>) {
    if (!now.current) return;
    if (event.clientY < EDGE) window.scrollBy(0, -STEP);
    if (event.clientY > window.innerHeight - EDGE) window.scrollBy(0, STEP);
    const by = event.clientY + window.scrollY - start.current.y;
    put({ ...now.current, by, to: target(start.current.slots, now.current.from, by) });
  }
  function end() {
    const done = now.current;
    put(null);
    if (done && done.to !== done.from) move(done.from, done.to);
  }
  /** The others make room: by the height of what is dragged and the gap between two. */
  function shift(index: number): number {
    const { slots } = start.current;
    if (!drag || slots.length < 2) return 0;
    if (index === drag.from) return drag.by;
    const room = slots[drag.from]!.height + slots[1]!.top - slots[0]!.top - slots[0]!.height;
    return (placeAfter(index, drag.from, drag.to) - index) * room;
  }
  return {
    item: (index: number) => ({
      ref: (node: HTMLElement | null) => void (node ? items.current.set(index, node) : items.current.delete(index)),
      'data-dragged': drag?.from === index || undefined,
      style: (drag ? { transform: `translateY(${shift(index)}px)` } : {}) as CSSProperties,
    }),
    grip: (index: number) => ({
      className: 'grip',
      'aria-hidden': true,
      onPointerDown: begin(index),
      onPointerMove: go,
      onPointerUp: end,
      onPointerCancel: () => put(null),
    }),
  };
}

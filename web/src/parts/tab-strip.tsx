// Tabs in one line: where they do not fit, the line scrolls to the chosen one and fades where there is more.
import { Tabs, type TabsListProps } from '@mantine/core';
import { useEffect, useRef } from 'react';

/** Says at which ends something is out of sight. */
function mark(strip: HTMLElement): void {
  const before = strip.scrollLeft > 1;
  const after = strip.scrollLeft + strip.clientWidth < strip.scrollWidth - 1;
  strip.dataset.more = before && after ? 'both' : before ? 'before' : after ? 'after' : 'none';
}

/** Its neighbours are seen as well, so that one can tell that the line goes on. */
const AROUND = 48;

export function TabStrip(props: TabsListProps) {
  const ref = useRef<HTMLDivElement>(null);
  const last = useRef<Element | null>(null);
  useEffect(() => {
    const strip = ref.current!;
    const watch = new ResizeObserver(() => mark(strip));
    const scrolled = () => mark(strip);
    watch.observe(strip);
    strip.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      watch.disconnect();
      strip.removeEventListener('scroll', scrolled);
    };
  }, []);
  // After each drawing: the chosen tab may have become another one, by the address too.
  useEffect(() => {
    const strip = ref.current!;
    const chosen = strip.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]');
    if (chosen && chosen !== last.current) {
      const [left, right] = [chosen.offsetLeft - AROUND, chosen.offsetLeft + chosen.offsetWidth + AROUND];
      if (left < strip.scrollLeft) strip.scrollLeft = left;
      else if (right > strip.scrollLeft + strip.clientWidth) strip.scrollLeft = right - strip.clientWidth;
      last.current = chosen;
    }
    mark(strip);
  });
  return <Tabs.List {...props} ref={ref} />;
}

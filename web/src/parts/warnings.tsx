// What is legal in a definition but probably not meant, with the way to its place.
import { useGet } from '../api/queries';
import { Link } from '../app/router';
import { pointerParts } from '../lib/pointer';
import { Note } from './basic';

interface Warning {
  kind: string;
  name: string;
  pointer: string;
  message: string;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** "/rules/0/conditions/age" as "rule 1, conditions, age". */
export function placeName(pointer: string): string {
  const isIndex = (part: string | undefined) => /^\d+$/.test(part ?? '');
  const parts = pointerParts(pointer);
  return parts
    .map((part, i) => (isIndex(part) ? `${parts[i - 1]?.replace(/s$/, '') ?? 'item'} ${Number(part) + 1}` : isIndex(parts[i + 1]) ? '' : part.replaceAll('_', ' ')))
    .filter(Boolean)
    .join(', ');
}

/** Places in the whole document, as messages name them, in words. */
const inWords = (message: string) => message.replace(/\/(?:flags|segments|experiments)\/\d+(\/\S+)/g, (_, pointer: string) => placeName(pointer));

/** `to` is the address of a place on the page; without it the place is only named. */
export function Warnings({ kind, name, to }: { kind: 'flag' | 'segment' | 'experiment'; name: string; to?: (pointer: string) => string }) {
  const found = useGet<{ items: Warning[] }>('/warnings', { kind, name });
  const items = found.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Note tone="warn" title={items.length === 1 ? 'This is probably not meant' : `${items.length} things are probably not meant`}>
      <ul className="plain" aria-label="Warnings">
        {items.map((one) => (
          <li key={one.pointer + one.message}>
            {capital(inWords(one.message))}.{' '}
            {one.pointer && (to ? <Link to={to(one.pointer)}>Show {placeName(one.pointer)}</Link> : <span className="muted">In {placeName(one.pointer)}.</span>)}
          </li>
        ))}
      </ul>
    </Note>
  );
}

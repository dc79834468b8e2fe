// Which values of a JSON flag do not fit its schema, while either is being edited.
import { useQuery } from '@tanstack/react-query';
import { api, type ApiError } from '../api/client';
import type { Flag } from '../api/types';
import { count } from '../lib/format';
import { valuesOf } from '../lib/value-schema';
import { useSettled } from './basic';

interface Answer {
  values: number;
  faults: { name: string; pointer: string; message: string }[];
}

export function SchemaFaults({ flag }: { flag: Flag }) {
  const asked = useSettled(JSON.stringify({ schema: flag.value_schema, values: valuesOf(flag) }), 400);
  const found = useQuery<Answer, ApiError>({ queryKey: ['value-schemas', asked], queryFn: () => api.post<Answer>('/value-schemas', JSON.parse(asked)), retry: false });
  return (
    <div aria-live="polite" className="small">
      {found.error && <span className="bad">{found.error.message} {found.error.pointer && <code className="mono">at {found.error.pointer}</code>}</span>}
      {found.data && found.data.faults.length === 0 && <span className="muted">{found.data.values === 1 ? 'Its value fits.' : `All ${count(found.data.values)} values fit.`}</span>}
      {found.data?.faults.map((fault) => <div key={`${fault.name}${fault.pointer}`} className="bad">Value for {fault.name}: {fault.message} {fault.pointer && <code className="mono">at {fault.pointer}</code>}</div>)}
    </div>
  );
}

// A flag that this environment does not have and others do: where it stands, and the way to bring it here.
import { useList } from '../api/queries';
import { Link } from '../app/router';
import { promotion } from '../lib/promotion';
import { Card, Rows } from './basic';
import { FlagSwitch, type ListedFlag } from './flag-switch';
import { useWho } from './act';
import type { ReactNode } from 'react';

export function Elsewhere({ flag, otherwise }: { flag: string; otherwise: ReactNode }) {
  const here = useWho()?.environment ?? 'production';
  const list = useList<ListedFlag>('/flags', { key: flag, elsewhere: 'true', include: 'environments', limit: 1 });
  if (!list.data && !list.error) return <Rows count={2} />;
  const places = list.data?.items[0]?.key === flag ? (list.data.items[0].environments ?? []) : [];
  if (places.length === 0) return <>{otherwise}</>;
  return (
    <Card title={`${flag} is not in ${here}`}>
      <div className="stack">
        <p>Whoever asks for it here gets what its code falls back to. It stands elsewhere:</p>
        <ul className="checklist">
          {places.map((place) => (
            <li key={place.environment}>
              <span className="strong">{place.environment}</span>
              <FlagSwitch compact flag={flag} place={place} />
              <Link to={promotion(place.environment, here, 'flag', flag)}>Promote from {place.environment} into {here}</Link>
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}

/** From a definition's own page: what it is here may go to another environment. */
export const PromoteLink = ({ kind, name }: { kind: string; name: string }) => <Link className="small" to={promotion(useWho()?.environment ?? 'production', '', kind, name)}>Promote</Link>;

// Why a flag may go, as one badge; the reasons behind it.
import { STALE_DAYS, STALE_WORDS } from '../lib/stale';
import { Badge, Hint } from './basic';

export function Stale({ reasons = [] }: { reasons?: string[] }) {
  const first = reasons[0];
  if (!first) return null;
  return (
    <Hint tip={<>{reasons.map((reason) => <div key={reason}>{STALE_WORDS[reason]?.text ?? reason}</div>)}<div>{`Counted over ${STALE_DAYS} days; see Clean up.`}</div></>}>
      <Badge tone="warn">{STALE_WORDS[first]?.label ?? first}{reasons.length > 1 && ` +${reasons.length - 1}`}</Badge>
    </Hint>
  );
}

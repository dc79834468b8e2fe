// How code asks for this flag: OpenFeature clients work unmodified, our own decide in the process.
import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { address } from '../api/client';
import type { Flag } from '../api/types';
import { snippets } from '../lib/snippets';
import { Card, Note, say } from './basic';

export function Snippets({ flag }: { flag: Flag }) {
  const all = snippets(flag, address('').replace(/\/$/, ''));
  const [title, setTitle] = useState(all[0]!.title);
  const chosen = all.find((one) => one.title === title) ?? all[0]!;
  return (
    <Card title="Ask for this flag" aside={<Button size="xs" variant="default" onClick={() => void navigator.clipboard?.writeText(chosen.text).then(() => say('Copied.'))}>Copy</Button>}>
      <div className="stack">
        <Select aria-label="Language" value={title} w={320} allowDeselect={false} data={all.map((one) => one.title)} onChange={(next) => setTitle(next ?? title)} />
        <p className="muted small">It takes a key of scope {chosen.scope}{chosen.scope === 'client' ? ', which anybody may see' : ', as GOSSET_KEY'}.</p>
        {chosen.scope === 'client' && !flag.client_visible && <Note tone="warn">Keys of scope client do not see this flag: it is not marked as visible to browsers and apps, so the code gets its fallback.</Note>}
        <pre className="block mono" tabIndex={0}>{chosen.text}</pre>
      </div>
    </Card>
  );
}

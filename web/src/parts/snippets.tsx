// How code asks for this flag: OpenFeature clients work unmodified.
import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { address } from '../api/client';
import type { Flag } from '../api/types';
import { Card, say } from './basic';

const METHOD = { Boolean: 'Boolean', String: 'String', Number: 'Number', JSON: 'Object' } as const;

function snippets(flag: Flag, base: string): Record<string, string> {
  const fallback = JSON.stringify(flag.default_value ?? null);
  const method = METHOD[flag.type];
  const local = `{ targetingKey: 'user-1' }`;
  const c = {
    Boolean: `bool value = gos_client_boolean(client, GOS_LIT("${flag.key}"), &who, ${fallback}, NULL);`,
    Number: `double value = gos_client_number(client, GOS_LIT("${flag.key}"), &who, ${fallback}, NULL);`,
    String: `char value[256];\ngos_client_text(client, GOS_LIT("${flag.key}"), &who, GOS_LIT(${fallback}), value, sizeof value, NULL);`,
    JSON: `char value[4096];\ngos_client_json(client, GOS_LIT("${flag.key}"), &who, GOS_LIT(${JSON.stringify(fallback)}), value, sizeof value, NULL);`,
  }[flag.type];
  const body = `{"context": {"targetingKey": "user-1", "country": "DE"}}`;
  return {
    'JavaScript (server)': `import { OpenFeature } from '@openfeature/server-sdk';\nimport { OFREPProvider } from '@openfeature/ofrep-provider';\n\nawait OpenFeature.setProviderAndWait(new OFREPProvider({\n  baseUrl: '${base}',\n  headers: [['Authorization', 'Bearer ' + process.env.GOSSET_KEY]],\n}));\nconst client = OpenFeature.getClient();\nconst value = await client.get${method}Value('${flag.key}', ${fallback}, { targetingKey: 'user-1' });`,
    'JavaScript (browser)': `import { OpenFeature } from '@openfeature/web-sdk';\nimport { OFREPWebProvider } from '@openfeature/ofrep-web-provider';\n\nawait OpenFeature.setContext({ targetingKey: 'user-1' });\nawait OpenFeature.setProviderAndWait(new OFREPWebProvider({\n  baseUrl: '${base}',\n  headers: [['Authorization', 'Bearer CLIENT_KEY']],\n}));\nconst value = OpenFeature.getClient().get${method}Value('${flag.key}', ${fallback});`,
    'JavaScript (decided in the process)': `import { OpenFeature } from '@openfeature/server-sdk';\nimport { GossetProvider } from '@gosset/client/server';\n\nawait OpenFeature.setProviderAndWait(new GossetProvider({ url: '${base}', key: process.env.GOSSET_KEY }));\nconst value = await OpenFeature.getClient().get${method}Value('${flag.key}', ${fallback}, ${local});`,
    'C (decided in the process)': `#include <gosset/client.h>\n\ngos_client *client;\ngos_error err;\ngos_client_options options = {.url = "${base}", .key = getenv("GOSSET_KEY")};\nif (!gos_client_open(&options, &client, &err) || !gos_client_wait(client, 3000))\n    return 1;\ngos_client_who who = {.user_id = GOS_LIT("user-1")};\n${c}`,
    Python: `from openfeature import api\nfrom openfeature.contrib.provider.ofrep import OFREPProvider\nfrom openfeature.evaluation_context import EvaluationContext\n\napi.set_provider(OFREPProvider("${base}",\n    headers_factory=lambda: {"Authorization": "Bearer " + KEY}))\nvalue = api.get_client().get_${flag.type === 'JSON' ? 'object' : flag.type.toLowerCase().replace('number', 'float')}_value(\n    "${flag.key}", ${fallback.replace('true', 'True').replace('false', 'False').replace('null', 'None')}, EvaluationContext("user-1"))`,
    'Command line': `gosset eval definitions.json ${flag.key} --context '{"targetingKey":"user-1"}' --explain`,
    curl: `curl -s ${base}/ofrep/v1/evaluate/flags/${flag.key} \\\n  -H "Authorization: Bearer $GOSSET_KEY" -H "Content-Type: application/json" \\\n  -d '${body}'`,
  };
}

export function Snippets({ flag }: { flag: Flag }) {
  const all = snippets(flag, address('').replace(/\/$/, ''));
  const [language, setLanguage] = useState(Object.keys(all)[0]!);
  const text = all[language] ?? '';
  return (
    <Card title="Ask for this flag" aside={<Button size="xs" variant="default" onClick={() => void navigator.clipboard?.writeText(text).then(() => say('Copied.'))}>Copy</Button>}>
      <div className="stack">
        <Select aria-label="Language" value={language} w={220} allowDeselect={false} data={Object.keys(all)} onChange={(next) => setLanguage(next ?? language)} />
        <pre className="block mono" tabIndex={0}>{text}</pre>
      </div>
    </Card>
  );
}

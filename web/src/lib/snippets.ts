// Programs that ask for one flag, whole: each prints the value for one user. Literals are those of
// the language: a fallback may hold quotes, and null has another name everywhere.
import type { Flag, Json } from '../api/types';

interface Asked {
  key: string;
  type: Flag['type'];
  fallback: Json;
  url: string;
}

export interface Snippet {
  title: string;
  /** Of the key that it takes. */
  scope: 'server' | 'client' | 'admin';
  text: string;
}

const isObject = (value: Json): value is { [name: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text in double quotes, with the escapes that C, Go, Java and Python all know. */
function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`;
}

/** A value in the words of a language: lists, objects, what stands for null. */
interface Words {
  none: string;
  yes: string;
  no: string;
  list: (items: string[]) => string;
  object: (members: [string, string][]) => string;
}

function literal(value: Json, words: Words): string {
  if (value === null) return words.none;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return words.list(value.map((item) => literal(item, words)));
  if (isObject(value)) return words.object(Object.entries(value).map(([name, item]) => [quoted(name), literal(item, words)]));
  return String(value);
}

const PYTHON: Words = { none: 'None', yes: 'True', no: 'False', list: (items) => `[${items.join(', ')}]`, object: (members) => `{${members.map((member) => member.join(': ')).join(', ')}}` };
const GO: Words = { none: 'nil', yes: 'true', no: 'false', list: (items) => `[]any{${items.join(', ')}}`, object: (members) => `map[string]any{${members.map((member) => member.join(': ')).join(', ')}}` };
const JAVA: Words = {
  none: 'new Value()', yes: 'true', no: 'false', list: (items) => `List.of(${items.join(', ')})`,
  object: (members) => `Map.ofEntries(${members.map(([name, value]) => `Map.entry(${name}, ${value})`).join(', ')})`,
};

const METHOD = { Boolean: 'Boolean', String: 'String', Number: 'Number', JSON: 'Object' } as const;

function javascriptServer({ key, type, fallback, url }: Asked): string {
  return `import { OpenFeature } from '@openfeature/server-sdk';
import { OFREPProvider } from '@openfeature/ofrep-provider';

await OpenFeature.setProviderAndWait(new OFREPProvider({
  baseUrl: '${url}',
  headers: [['Authorization', 'Bearer ' + process.env.GOSSET_KEY]],
}));
const client = OpenFeature.getClient();
const value = await client.get${METHOD[type]}Value('${key}', ${JSON.stringify(fallback)}, { targetingKey: 'user-1', country: 'DE' });
console.log(value);`;
}

function javascriptBrowser({ key, type, fallback, url }: Asked): string {
  return `import { OpenFeature } from '@openfeature/web-sdk';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';

await OpenFeature.setContext({ targetingKey: 'user-1', country: 'DE' });
await OpenFeature.setProviderAndWait(new OFREPWebProvider({
  baseUrl: '${url}',
  headers: [['Authorization', 'Bearer CLIENT_KEY']],
}));
const value = OpenFeature.getClient().get${METHOD[type]}Value('${key}', ${JSON.stringify(fallback)});
console.log(value);`;
}

function gossetServer({ key, type, fallback, url }: Asked): string {
  return `import { OpenFeature } from '@openfeature/server-sdk';
import { GossetProvider } from '@gosset/client/server';

await OpenFeature.setProviderAndWait(new GossetProvider({ url: '${url}', key: process.env.GOSSET_KEY }));
const client = OpenFeature.getClient();
const value = await client.get${METHOD[type]}Value('${key}', ${JSON.stringify(fallback)}, { targetingKey: 'user-1', country: 'DE' });
console.log(value);
await OpenFeature.close();`;
}

function gossetBrowser({ key, type, fallback, url }: Asked): string {
  return `import { OpenFeature } from '@openfeature/web-sdk';
import { GossetWebProvider } from '@gosset/client/web';

await OpenFeature.setContext({ targetingKey: 'user-1', country: 'DE' });
await OpenFeature.setProviderAndWait(new GossetWebProvider({ url: '${url}', key: 'CLIENT_KEY' }));
const value = OpenFeature.getClient().get${METHOD[type]}Value('${key}', ${JSON.stringify(fallback)});
console.log(value);`;
}

function python({ key, type, fallback, url }: Asked): string {
  const method = { Boolean: 'boolean', String: 'string', Number: 'float', JSON: 'object' }[type];
  return `import os

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

api.set_provider(OFREPProvider("${url}", headers_factory=lambda: {"Authorization": "Bearer " + os.environ["GOSSET_KEY"]}))
user = EvaluationContext("user-1", {"country": "DE"})
value = api.get_client().get_${method}_value("${key}", ${literal(fallback, PYTHON)}, user)
print(value)`;
}

function go({ key, type, fallback, url }: Asked): string {
  const method = { Boolean: 'Boolean', String: 'String', Number: 'Float', JSON: 'Object' }[type];
  return `package main

import (
	"context"
	"fmt"
	"os"

	"github.com/open-feature/go-sdk-contrib/providers/ofrep"
	"github.com/open-feature/go-sdk/openfeature"
)

func main() {
	provider := ofrep.NewProvider("${url}", ofrep.WithBearerToken(os.Getenv("GOSSET_KEY")))
	if err := openfeature.SetProviderAndWait(provider); err != nil {
		panic(err)
	}
	user := openfeature.NewEvaluationContext("user-1", map[string]any{"country": "DE"})
	value, err := openfeature.NewClient("app").${method}Value(context.Background(), "${key}", ${literal(fallback, GO)}, user)
	if err != nil {
		fmt.Fprintln(os.Stderr, err) // the value is the fallback
	}
	fmt.Println(value)
}`;
}

function java({ key, type, fallback, url }: Asked): string {
  const method = { Boolean: 'Boolean', String: 'String', Number: 'Double', JSON: 'Object' }[type];
  const plain = literal(fallback, JAVA);
  const otherwise = type === 'JSON' ? (fallback === null ? plain : `Value.objectToValue(${plain})`) : type === 'Number' ? `${plain}d` : plain;
  return `import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.openfeature.contrib.providers.ofrep.OfrepProvider;
import dev.openfeature.contrib.providers.ofrep.OfrepProviderOptions;
import dev.openfeature.sdk.*;
import java.util.List;
import java.util.Map;

public class Ask {
    public static void main(String[] arguments) {
        OfrepProviderOptions options = OfrepProviderOptions.builder().baseUrl("${url}")
            .headers(ImmutableMap.of("Authorization", ImmutableList.of("Bearer " + System.getenv("GOSSET_KEY")))).build();
        OpenFeatureAPI.getInstance().setProviderAndWait(OfrepProvider.constructProvider(options));
        MutableContext user = new MutableContext("user-1").add("country", "DE");
        ${{ Boolean: 'boolean', String: 'String', Number: 'double', JSON: 'Value' }[type]} value = OpenFeatureAPI.getInstance().getClient().get${method}Value("${key}", ${otherwise}, user);
        System.out.println(${type === 'JSON' ? 'value.isStructure() ? value.asStructure().asObjectMap() : value.asObject()' : 'value'});
        System.exit(0);
    }
}`;
}

function c({ key, type, fallback, url }: Asked): string {
  const asked = `client, GOS_LIT("${key}"), &user`;
  const lines = {
    Boolean: [`bool value = gos_client_boolean(${asked}, ${fallback}, NULL);`, 'printf("%s\\n", value ? "true" : "false");'],
    Number: [`double value = gos_client_number(${asked}, ${fallback}, NULL);`, 'printf("%g\\n", value);'],
    String: ['char value[256];', `gos_client_text(${asked}, GOS_LIT(${quoted(String(fallback ?? ''))}), value, sizeof value, NULL);`, 'puts(value);'],
    JSON: ['char value[4096];', `gos_client_json(${asked}, GOS_LIT(${quoted(JSON.stringify(fallback))}), value, sizeof value, NULL);`, 'puts(value);'],
  }[type];
  return `/* cc ask.c $(pkg-config --cflags --libs gosset-client) */
#include <gosset/client.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    gos_client *client;
    gos_error err;
    gos_client_options options = {.url = "${url}", .key = getenv("GOSSET_KEY")};
    if (!gos_client_open(&options, &client, &err) || !gos_client_wait(client, 3000))
        return 1;
    gos_client_who user = {.user_id = GOS_LIT("user-1"), .attributes = GOS_LIT("{\\"country\\": \\"DE\\"}")};
${lines.map((line) => `    ${line}`).join('\n')}
    gos_client_close(client, 1000);
    return 0;
}`;
}

const CONTEXT = '{"targetingKey": "user-1", "country": "DE"}';

export function snippets(flag: Flag, url: string): Snippet[] {
  const fallback = (flag.default_value ?? { Boolean: false, String: '', Number: 0, JSON: null }[flag.type]) as Json;
  const asked: Asked = { key: flag.key, type: flag.type, fallback, url };
  return [
    { title: 'JavaScript (server)', scope: 'server', text: javascriptServer(asked) },
    { title: 'JavaScript (browser)', scope: 'client', text: javascriptBrowser(asked) },
    { title: 'JavaScript (server, decided in the process)', scope: 'server', text: gossetServer(asked) },
    { title: 'JavaScript (browser, @gosset/client)', scope: 'client', text: gossetBrowser(asked) },
    { title: 'Python', scope: 'server', text: python(asked) },
    { title: 'Go', scope: 'server', text: go(asked) },
    { title: 'Java', scope: 'server', text: java(asked) },
    { title: 'C (decided in the process)', scope: 'server', text: c(asked) },
    { title: 'curl', scope: 'server', text: `curl -s ${url}/ofrep/v1/evaluate/flags/${encodeURIComponent(flag.key)} \\\n  -H "Authorization: Bearer $GOSSET_KEY" -H "Content-Type: application/json" \\\n  -d '{"context": ${CONTEXT}}'` },
    { title: 'Command line', scope: 'admin', text: `gosset export --url ${url} --key "$GOSSET_KEY" --out definitions.json\ngosset eval definitions.json ${flag.key} --context '${CONTEXT}' --explain` },
  ];
}

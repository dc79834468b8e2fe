// Writes src/api/schema.ts from the API's own description.
// node dev/api-types.mjs URL|FILE      (tools/web-types starts a server and calls this)
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HEAD = '// Written by dev/api-types.mjs from /api/openapi.json. Do not edit.\n\n';
const PLAIN = { string: 'string', integer: 'number', number: 'number', boolean: 'boolean', null: 'null' };

function object(schema, indent, written) {
  if (schema.additionalProperties && schema.additionalProperties !== true) return `Record<string, ${type(schema.additionalProperties, indent, written)}>`;
  if (!schema.properties) return 'Json';
  const inner = `${indent}  `;
  const members = Object.entries(schema.properties).map(([name, field]) => {
    // An answer always holds what gosset gives, what is required and what has a default.
    const sure = schema.required?.includes(name) || field.readOnly || field.default !== undefined;
    return `${inner}${/^[a-z_]\w*$/i.test(name) ? name : JSON.stringify(name)}${sure ? '' : '?'}: ${type(field, inner, written)};\n`;
  });
  return `{\n${members.join('')}${indent}}`;
}

function type(schema, indent, written) {
  if (schema.$ref) return schema.$ref.split('/').at(-1);
  if (schema.enum) return schema.enum.map((word) => `'${word}'`).join(' | ');
  const types = [schema.type].flat().filter(Boolean);
  if (types.length === 0) return 'Json';
  return types
    .map((one) => {
      if (one === 'array') {
        const items = schema.items ? type(schema.items, indent, written) : 'Json';
        return / [|] /.test(items) ? `(${items})[]` : `${items}[]`;
      }
      return one === 'object' ? object(schema, indent, written) : PLAIN[one];
    })
    .join(' | ');
}

export function typesOf(description) {
  const schemas = Object.entries(description.components.schemas).sort(([a], [b]) => (a < b ? -1 : 1));
  const json = 'export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };\n';
  return `${HEAD}${json}${schemas.map(([name, schema]) => `\nexport type ${name} = ${type(schema, '')};\n`).join('')}`;
}

export const target = fileURLToPath(new URL('../src/api/schema.ts', import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const from = process.argv[2];
  const text = /^https?:/.test(from) ? await (await fetch(from)).text() : readFileSync(from, 'utf8');
  writeFileSync(target, typesOf(JSON.parse(text)));
}

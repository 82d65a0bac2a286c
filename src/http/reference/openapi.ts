import type { Api, Described, DescribedTables } from './described.ts'
import { CHAPTERS, pathOf } from './described.ts'
import { notificationSchemas, webhooks } from './notifications.ts'
import { operation } from './operation.ts'
import { OWN_REFUSALS, OWN_SCHEMAS, ownPaths, securitySchemes } from './own-apis.ts'
import { HEADERS, REFUSAL_SCHEMAS, REFUSALS } from './refusals.ts'

const ABOUT = `A self-hosted messenger gateway that speaks the GREEN-API contract.

Method names are matched in any case. Bodies are JSON whatever their content type says; unknown keys are ignored, but in paths that begin with \`/api/\` they are refused. Lengths of texts are counted in UTF-16 code units.
Every path may begin with \`/v3\`; instances that are made by \`/v3/partner/createInstance\` are for MAX.
Whoever has the token of an instance may call all of its methods: tokens stand in paths, so keep URLs out of logs.`

/** The whole API as an OpenAPI 3.1 document. `url`: where clients reach this server. */
export function openApiDocument(tables: DescribedTables, url: string, version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Jadegate',
      version,
      summary: 'Messenger gateway and partner platform',
      description: ABOUT,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    servers: [
      { url, description: 'This server' },
      { url: `${url}/v3`, description: 'The same, with the prefix of MAX clients' },
    ],
    security: [],
    tags: [
      ...Object.entries(CHAPTERS).map(([name, { about }]) => ({ name, description: about })),
      ...tables.own.map(({ name, about }) => ({ name: `${name}-api`, description: about })),
    ],
    paths: {
      ...pathsOf('instance', tables.instance),
      ...pathsOf('partner', tables.partner),
      ...ownPaths(tables.own),
    },
    webhooks: webhooks(),
    components: {
      schemas: { ...REFUSAL_SCHEMAS, ...OWN_SCHEMAS, ...notificationSchemas() },
      responses: { ...REFUSALS, ...OWN_REFUSALS },
      headers: {
        ...HEADERS,
        IdempotencyReplayed: {
          description: '`true` where the answer is that of an earlier call.',
          schema: { type: 'string' },
        },
      },
      parameters: PARAMETERS,
      ...securitySchemes(tables.own),
    },
  }
}

function pathsOf(api: Api, rows: readonly Described[]): Readonly<Record<string, object>> {
  return Object.fromEntries(rows.flatMap((row) => pathsOfRow(api, row)))
}

/** A row has one path, and another where its path may go on behind the token. */
function pathsOfRow(api: Api, row: Described): readonly (readonly [string, object])[] {
  const path = pathOf(api, row)
  const behind = row.parameters.find((parameter) => parameter.in === 'path')
  return [
    [path, itemOf(api, row, false)] as const,
    ...(behind === undefined ? [] : [[`${path}/{${behind.name}}`, itemOf(api, row, true)] as const]),
  ]
}

function itemOf(api: Api, row: Described, behind: boolean): object {
  return Object.fromEntries(row.verbs.map((verb) => [verb.toLowerCase(), operation(api, row, verb, behind)]))
}

const PARAMETERS = {
  IdInstance: {
    name: 'idInstance',
    in: 'path',
    required: true,
    description: 'The number of the instance.',
    schema: { type: 'integer', format: 'int64', minimum: 1 },
  },
  ApiTokenInstance: {
    name: 'apiTokenInstance',
    in: 'path',
    required: true,
    description: "The instance's token.",
    schema: { type: 'string' },
  },
  PartnerToken: {
    name: 'partnerToken',
    in: 'path',
    required: true,
    description: "The partner account's token.",
    schema: { type: 'string' },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'The same call with the same key is done once within 24 hours, and answered alike.',
    schema: { type: 'string', minLength: 1 },
  },
  FileName: {
    name: 'GA-Filename',
    in: 'header',
    required: false,
    description: 'The name of the file, with its extension.',
    schema: { type: 'string' },
  },
} as const

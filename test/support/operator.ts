import { objectIn } from './road.ts'
import type { Made, TestServer } from './server.ts'

/** The id of a new account of a person. */
export async function person(server: TestServer, terms: object = {}): Promise<string> {
  const made = await server.operator('POST', '/accounts', { kind: 'personal', name: 'A person', terms })
  return String(objectIn(made, 201)['id'])
}

/** An instance of a person's account, of the tariff that costs nothing. */
export function developer(server: TestServer, account: string, settings: object = {}): Promise<Made> {
  return ownInstance(server, account, { tariff: 'DEVELOPER', settings })
}

/** An instance of a person's account that somebody has paid 30 days of by hand. */
export function paidAhead(server: TestServer, account: string, settings: object = {}): Promise<Made> {
  return ownInstance(server, account, { tariff: 'BUSINESS', payment: 'hand', settings })
}

async function ownInstance(server: TestServer, account: string, body: object): Promise<Made> {
  const made = objectIn(await server.operator('POST', `/accounts/${account}/instances`, body), 201)
  return {
    idInstance: Number(made['idInstance']),
    apiTokenInstance: String(made['apiTokenInstance']),
    typeInstance: String(made['typeInstance']),
  }
}

/** The id of the account that `make` makes instances for. */
export async function partnerAccount(server: TestServer): Promise<string> {
  const listed = objectIn(await server.operator('GET', '/accounts?kind=partner'))
  const [first] = listed['items'] as readonly { readonly id: string }[]
  if (first === undefined) throw new Error('there is no partner account')
  return first.id
}

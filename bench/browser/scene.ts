import { writeFileSync } from 'node:fs'
import { request } from 'undici'
import type { Browser, Page } from 'playwright-core'
import { noBrowser, openBrowser } from '../../test/support/browser.ts'
import type { Bench } from '../harness/bench.ts'
import { Gateway } from '../harness/gateway.ts'
import { linkedInstances } from '../benchmarks/linked.ts'
import { BARE_PAGE } from './bare-page.ts'
import { newMember, type Member } from './member.ts'
import { PROBE } from './probe.ts'
import { record, written, type Recorded } from './recording.ts'

/** As many of the newest instances change in the end, those on the first page among them. */
const CHANGING = 1000
const ON_A_PAGE = 50
export const CHANGES_PER_SECOND = 1000
/** Of the sign-in form. */
export const EMAIL_FIELD = 'input[type="email"]'
export const SIGN_IN = '/console/sign-in'
export const BARE_LIST = '/list'

export const QUERY_NAMES = ['page', 'search', 'sort'] as const
export type QueryName = (typeof QUERY_NAMES)[number]

/** A server with many linked instances, a person who looks at them in a browser, and a server that gives recorded answers again. */
export interface Scene {
  readonly product: Side
  readonly bare: Side
  readonly instances: number
  /** What is typed into the search, one after the other; each is part of some names. */
  readonly texts: readonly string[]
  /** What is asked of the list, as the console asks it. */
  readonly queries: Readonly<Record<QueryName, string>>
  /** The API's path of the list, for the member whose cookie this is. */
  readonly list: string
  readonly cookie: string
  /** The page of the list in the console. */
  readonly console: string
  /** How often each of those that change does so; even, so that all are linked in the end. */
  readonly passes: number
  /** Has the network change the states of instances; resolves when all is stored, with the time of the last change and how many there were a second. */
  change(): Promise<{ readonly lastAt: number; readonly perSecond: number }>
}

/** One of the two servers, and a browser that looks at it. */
export interface Side {
  readonly port: number
  readonly pid: number
  /** In its own store of cookies and files, not signed in. */
  stranger(): Promise<Page>
  /** As `stranger`, signed in where there is somebody to be. */
  member(): Promise<Page>
}

export async function makeScene(bench: Bench): Promise<Scene> {
  if (noBrowser !== false) throw new Error(noBrowser)
  const { manyInstances, rounds } = bench.effort
  const around = await bench.outside()
  const storage = await bench.storage()
  const gateway = bench.own(await Gateway.start(bench.file('product'), around.linkPort, storage.env))
  await linkedInstances(gateway, manyInstances, (number) => ({ name: `Shop ${number} on Harbour Street` }))
  const member = await newMember(gateway)
  const browser = await openBrowser()
  bench.own({ stop: () => browser.close() })
  const product = sideOf(browser, gateway, member)
  const texts = Array.from({ length: rounds }, (_, round) => `shop ${10 + (round % 90)}`)
  const list = `/api/console/accounts/${member.account}/instances?limit=${ON_A_PAGE}`
  const newest = await newestOf(gateway, member, Math.min(CHANGING, manyInstances))
  const passes = manyInstances > CHANGING ? 10 : 2
  const queries = {
    page: `&sort=created&order=desc&page=${Math.ceil(manyInstances / ON_A_PAGE / 2)}`,
    search: '&search=shop+17&sort=created&order=desc&page=1',
    sort: '&sort=name&order=asc&page=1',
  }
  const recorded = await allRecorded(product, member, { list, texts, queries })
  writeFileSync(bench.file('recorded.json'), JSON.stringify(recorded))
  const ids = newest.map(({ idInstance }) => idInstance).join(',')
  const args = [bench.file('recorded.json'), ids, String(CHANGES_PER_SECOND), String(passes)]
  const bare = sideOf(browser, await bench.bare('console', args), null)
  const phones = newest.map(({ phone }) => phone)
  const change = async () => {
    const order = { kind: 'restrict', phones, perSecond: CHANGES_PER_SECOND, passes } as const
    const { lastAt, result } = await around.run(order)
    return { lastAt, perSecond: (phones.length * passes * 1000) / result.tookMs }
  }
  const [cookie, pageOfList] = [cookieHeader(member), `/console/a/${member.account}/instances`]
  return { product, bare, instances: manyInstances, texts, queries, list, cookie, console: pageOfList, passes, change }
}

function cookieHeader({ cookie: { name, value } }: Member): string {
  return `${name}=${value}`
}

function sideOf(
  browser: Browser,
  { port, pid }: { readonly port: number; readonly pid: number },
  member: Member | null,
): Side {
  const url = `http://127.0.0.1:${port}`
  const stranger = async (): Promise<Page> => {
    const context = await browser.newContext({ baseURL: url, locale: 'en', viewport: { width: 1280, height: 900 } })
    await context.addInitScript({ content: PROBE })
    return context.newPage()
  }
  const signedIn = async (): Promise<Page> => {
    const page = await stranger()
    if (member !== null) await page.context().addCookies([{ ...member.cookie, url }])
    return page
  }
  return { port, pid, stranger, member: signedIn }
}

interface Newest {
  readonly idInstance: number
  readonly phone: string
}

/** The newest is the last: it stands in the list's first row. */
async function newestOf({ port }: Gateway, member: Member, count: number): Promise<readonly Newest[]> {
  const found: Newest[] = []
  for (let page = 1; found.length < count; page++) {
    const path = `/api/console/accounts/${member.account}/instances?limit=200&page=${page}`
    const answer = await request(`http://127.0.0.1:${port}${path}`, { headers: { cookie: cookieHeader(member) } })
    const { items } = (await answer.body.json()) as { items: readonly Newest[] }
    if (items.length === 0) throw new Error('the list is not whole')
    found.push(...items)
  }
  return found.slice(0, count).toReversed()
}

type Asked = Pick<Scene, 'list' | 'texts' | 'queries'>

/** Everything that the denominator answers. */
async function allRecorded(
  product: Side,
  member: Member,
  { list, texts, queries }: Asked,
): Promise<readonly Recorded[]> {
  const { port } = product
  const cookie = cookieHeader(member)
  const recorded = [written(BARE_LIST, BARE_PAGE)]
  for (const path of await pathsOf(product, SIGN_IN)) recorded.push(await record(port, path))
  for (const query of Object.values(queries)) recorded.push(await record(port, `${list}${query}`, { cookie }))
  for (const text of ['', ...texts]) {
    const search = encodeURIComponent(text)
    const path = `${list}${search === '' ? '' : `&search=${search}`}&sort=created&order=desc&page=1`
    recorded.push(await record(port, path, { as: `/found?search=${search}`, cookie }))
  }
  return recorded
}

/** What a browser asks for when it opens the page. */
async function pathsOf(side: Side, path: string): Promise<readonly string[]> {
  const page = await side.stranger()
  const asked = new Set<string>()
  page.on('request', (one) => {
    const { protocol, pathname, search } = new URL(one.url())
    if (protocol === 'http:') asked.add(pathname + search)
  })
  await page.goto(path, { waitUntil: 'networkidle' })
  await page.locator(EMAIL_FIELD).waitFor()
  await page.context().close()
  return [...asked]
}

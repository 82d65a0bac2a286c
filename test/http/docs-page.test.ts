// Truth: the reference page: readable on a phone, found by search and by anchor, no request elsewhere, no complaint of the browser.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { complaintsOf, noBrowser, openBrowser } from '../support/browser.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe('/docs in a browser', { skip: noBrowser }, () => {
  let server: TestServer
  let browser: Browser
  before(async () => {
    server = await startServer()
    browser = await openBrowser()
  })
  after(async () => {
    await browser.close()
    await server.close()
  })

  /** Opens the page at an anchor; what the browser complained of must be nothing at the end. */
  async function onPage(
    options: { readonly width: number; readonly colorScheme: 'light' | 'dark' },
    look: (page: Page) => Promise<void>,
  ): Promise<void> {
    const { width, colorScheme } = options
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme })
    const complaints = complaintsOf(context, server.url)
    const page = await context.newPage()
    await page.goto(`${server.url}/docs#sendPoll`)
    await look(page)
    await context.close()
    assert.deepEqual(complaints, [])
  }

  async function visible(page: Page): Promise<(string | null)[]> {
    const articles = await page.locator('article:visible').all()
    return Promise.all(articles.map((article) => article.getAttribute('id')))
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 1280]) {
      test(`${colorScheme}, ${String(width)} wide: nothing runs over the edge, and the anchor leads to its method`, () =>
        onPage({ width, colorScheme }, async (page) => {
          assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= width)
          const box = await page.locator('#sendPoll').boundingBox()
          assert.ok(box !== null && box.y > 0 && box.y < 400, JSON.stringify(box))
        }))
    }
  }

  test('the search finds methods by name, field and summary, and gives all back', () =>
    onPage({ width: 1280, colorScheme: 'light' }, async (page) => {
      const all = await visible(page)
      const search = page.locator('#search')
      await search.fill('GROUPINVITE')
      assert.deepEqual(await visible(page), [])
      assert.ok(await page.locator('#nothing').isVisible())
      await search.fill('ephemeralExp')
      assert.deepEqual(await visible(page), ['setDisappearingChat'])
      assert.equal(await page.locator('nav li:visible').count(), 1)
      await search.fill('Renames a')
      assert.deepEqual(await visible(page), ['updateGroupName'])
      // A link to something hidden shows it.
      await page.goto(`${server.url}/docs#getSettings`)
      await page.locator('#getSettings').waitFor({ state: 'visible' })
      assert.deepEqual(await visible(page), all)
    }))
})

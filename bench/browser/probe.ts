import type { Page } from 'playwright-core'

/** Milliseconds. */
export interface Smoothness {
  /** 0 where none lasted 50 ms. */
  readonly longestTaskMs: number
  readonly longestGapMs: number
  /** From the last change to the frame that has it. */
  readonly lastShownMs: number
  /** How often the first row was seen to change. */
  readonly seen: number
}

/**
 * Runs in a page before anything of its own. It looks at each frame, which costs the page a few microseconds, the same on both sides; times that are compared
 * with those of other processes are the machine's clock.
 */
export const PROBE = `(() => {
  const QUIET_MS = 500
  const LIMIT_MS = 60_000
  const tasks = []
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()))
  observer.observe({ type: 'longtask', buffered: true })
  const allTasks = () => {
    tasks.push(...observer.takeRecords())
    return tasks
  }
  const eachFrame = (look) => new Promise((resolve, reject) => {
    const until = performance.now() + LIMIT_MS
    const frame = () => {
      const found = look()
      if (found !== undefined) resolve(found)
      else if (performance.now() > until) reject(new Error('the page never showed what was waited for'))
      else requestAnimationFrame(frame)
    }
    frame()
  })
  const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

  globalThis.benchInteractive = async (selector) => {
    const shownMs = await eachFrame(() => (document.querySelector(selector) === null ? undefined : performance.now()))
    await later(QUIET_MS)
    return Math.max(shownMs, ...allTasks().map(({ startTime, duration }) => startTime + duration))
  }

  const isFound = (text) => {
    const rows = [...document.querySelectorAll('tbody tr')]
    const isStale = document.querySelector('[data-stale="true"]') !== null
    return rows.length > 0 && !isStale && rows.every((row) => row.textContent.toLowerCase().includes(text))
  }
  globalThis.benchFound = (text) => {
    let typedAt
    addEventListener('input', () => { typedAt = performance.now() }, true)
    return eachFrame(() => (typedAt !== undefined && isFound(text) ? performance.now() - typedAt : undefined))
  }
  globalThis.benchGone = (text) => eachFrame(() => (isFound(text) ? undefined : true))

  globalThis.benchWatch = () => {
    const from = performance.now()
    const flips = []
    let last = from
    let longestGapMs = 0
    let tone
    let isOver = false
    eachFrame(() => {
      const now = performance.now()
      longestGapMs = Math.max(longestGapMs, now - last)
      last = now
      const next = document.querySelector('tbody tr [data-tone]')?.dataset.tone
      if (next !== tone && tone !== undefined) flips.push({ tone: next, at: Date.now() })
      tone = next
      return isOver ? true : undefined
    })
    globalThis.benchSmoothness = async (lastAt) => {
      const shown = await eachFrame(() => flips.find(({ tone, at }) => tone === 'good' && at >= lastAt - 1))
      isOver = true
      const ours = allTasks().filter(({ startTime }) => startTime >= from)
      return {
        longestTaskMs: Math.max(0, ...ours.map(({ duration }) => duration)),
        longestGapMs,
        lastShownMs: Math.max(0, shown.at - lastAt),
        seen: flips.length,
      }
    }
  }
})()`

/** From the start of its navigation until the page shows this and its main thread has nothing long to do for half a second. */
export async function interactiveMs(page: Page, selector: string): Promise<number> {
  return Number(await page.evaluate(`benchInteractive(${JSON.stringify(selector)})`))
}

/** Types one text after the other and says of each how long after its last letter every row that is shown has it. */
export async function foundMs(page: Page, selector: string, texts: readonly string[]): Promise<readonly number[]> {
  const tookMs: number[] = []
  const field = page.locator(selector)
  for (const text of texts) {
    await field.focus()
    const found = page.evaluate(`benchFound(${JSON.stringify(text)})`)
    const [took] = await Promise.all([found, page.keyboard.type(text)])
    tookMs.push(Number(took))
    await field.fill('')
    await page.evaluate(`benchGone(${JSON.stringify(text)})`)
  }
  return tookMs
}

/** Watches a page while `change` changes what it shows; that resolves with the time of the last change. */
export async function smoothness(page: Page, change: () => Promise<number>): Promise<Smoothness> {
  await page.evaluate('benchWatch()')
  const lastAt = await change()
  return page.evaluate<Smoothness>(`benchSmoothness(${lastAt})`)
}

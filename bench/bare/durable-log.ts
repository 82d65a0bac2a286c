import { fdatasync, openSync, writeSync } from 'node:fs'

/**
 * The least that "durable" can cost: lines that arrive while the disk is busy are written together, one fdatasync for the group,
 * and only then do their promises resolve. The file only grows.
 */
export class DurableLog {
  readonly #file: number
  #lines: string[] = []
  #waiting: (() => void)[] = []
  #busy = false

  constructor(path: string) {
    this.#file = openSync(path, 'a', 0o600)
  }

  append(line: string): Promise<void> {
    return new Promise((resolve) => {
      this.#lines.push(line)
      this.#waiting.push(resolve)
      if (this.#busy) return
      this.#busy = true
      setImmediate(this.#flush)
    })
  }

  readonly #flush = (): void => {
    const lines = this.#lines
    const waiting = this.#waiting
    this.#lines = []
    this.#waiting = []
    writeSync(this.#file, `${lines.join('\n')}\n`)
    fdatasync(this.#file, (error) => {
      if (error !== null) throw error
      for (const resolve of waiting) resolve()
      if (this.#lines.length > 0) this.#flush()
      else this.#busy = false
    })
  }
}

import { fork, type ChildProcess } from 'node:child_process'

/** A program of this folder in a process of its own that takes one message at a time and answers each with one. */
export class Child {
  readonly #process: ChildProcess
  readonly #what: string

  private constructor(process: ChildProcess, what: string) {
    this.#process = process
    this.#what = what
  }

  /** `program` is relative to `bench/`, without its ending. Resolves with its first message. */
  static async start(
    program: string,
    args: readonly string[] = [],
    nodeArgs: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ child: Child; first: unknown }> {
    const url = new URL(`../${program}.js`, import.meta.url)
    const child = new Child(
      fork(url, args, {
        serialization: 'json',
        execArgv: [...nodeArgs],
        env: { ...process.env, ...env },
      }),
      program,
    )
    return { child, first: await child.#next() }
  }

  /** As `start`, for a program that says nothing until it is asked. */
  static startSilent(program: string): Child {
    return new Child(fork(new URL(`../${program}.js`, import.meta.url), [], { serialization: 'json' }), program)
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  ask(message: object): Promise<unknown> {
    const answer = this.#next()
    this.#process.send(message)
    return answer
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.disconnect()
    await ended
  }

  #next(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`${this.#what} ended with ${String(code)}`))
      this.#process.once('exit', ended)
      this.#process.once('message', (message) => {
        this.#process.off('exit', ended)
        resolve(message)
      })
    })
  }
}

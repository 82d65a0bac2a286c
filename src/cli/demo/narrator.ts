const LONGEST_LINE = 230

/** Tells the demo as it happens: a heading a step, a line a request and an answer. */
export class Narrator {
  readonly #print: (line: string) => void
  #step = 0

  constructor(print: (line: string) => void) {
    this.#print = print
  }

  step(title: string): void {
    this.#step += 1
    this.#print('')
    this.#print(`${String(this.#step)}. ${title}`)
  }

  say(text: string): void {
    this.#print(`   ${text}`)
  }

  end(text: string): void {
    this.#print('')
    this.#print(text)
  }

  request(verb: string, path: string, body?: object): void {
    this.#print(`   → ${cut(`${verb} ${path}${body === undefined ? '' : `  ${JSON.stringify(body)}`}`)}`)
  }

  answer(value: unknown): void {
    this.#print(`   ← ${cut(JSON.stringify(value))}`)
  }
}

function cut(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE)} …`
}

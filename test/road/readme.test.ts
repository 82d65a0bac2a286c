// Truth: the READMEs: their curl lines, typed in order into a shell, answer what is promised in the comments below them.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { packageFile } from '../../src/lib/package-file.ts'
import { PARTNER_TOKEN, startServer } from '../support/server.ts'

interface Step {
  readonly command: string
  /** The comment under it; `…` stands for anything. */
  readonly promise: string | undefined
}

/** Said by the shell between two commands. */
const SEPARATOR = '--next--'

/** A command goes on over lines while a quote is open or the line ends in a backslash. */
function stepsIn(block: string): Step[] {
  const steps: Step[] = []
  let command = ''
  for (const line of block.split('\n')) {
    const previous = steps.at(-1)
    if (command === '' && line.startsWith('# ') && previous !== undefined) {
      steps[steps.length - 1] = { command: previous.command, promise: line.slice(2) }
    } else {
      command += command === '' ? line : `\n${line}`
      const isOpen = command.endsWith('\\') || (command.split("'").length - 1) % 2 === 1
      if (isOpen || command === '') continue
      steps.push({ command, promise: undefined })
      command = ''
    }
  }
  assert.equal(command, '', 'a command is not closed')
  return steps
}

function blocksIn(file: string): Step[][] {
  const text = readFileSync(packageFile(file), 'utf8')
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
  return blocks.filter((block) => block.includes('curl ')).map(stepsIn)
}

/** What each command of a block printed. Every call that is not answered with success ends the block. */
async function run(steps: readonly Step[], env: Readonly<Record<string, string>>): Promise<string[]> {
  const script = [
    'set -e',
    'curl() { command curl --silent --show-error --fail-with-body "$@"; }',
    ...steps.map(({ command }) => `${command}\necho\necho ${SEPARATOR}`),
  ].join('\n')
  const path = process.env['PATH'] ?? ''
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { env: { ...env, PATH: path }, timeout: 60_000 })
  return stdout.split(SEPARATOR).map((printed) => printed.trim())
}

function assertKept(promise: string, printed: string): void {
  const pattern = promise.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  assert.match(printed, new RegExp(`^${pattern.join('.*')}$`))
}

const hasCurl = spawnSync('curl', ['--version']).status === 0

describe('typed in as it stands', { skip: hasCurl ? false : 'there is no curl here' }, () => {
  for (const file of ['README.md', 'README.ru.md']) {
    test(file, async () => {
      const server = await startServer({ JADEGATE_RATE_LIMIT_SCALE: '1' })
      try {
        const env: Record<string, string> = { API: server.url, PARTNER: PARTNER_TOKEN }
        const blocks = blocksIn(file)
        assert.equal(blocks.length, 5, 'create, link, send, receive, delete')
        let promises = 0
        for (const steps of blocks) {
          const printed = await run(steps, env)
          for (const [index, { command, promise }] of steps.entries()) {
            const answer = printed[index] ?? ''
            assert.doesNotMatch(answer, /^\{"code":/, command)
            if (promise !== undefined) assertKept(promise, answer)
            promises += promise === undefined ? 0 : 1
          }
          const made = /"idInstance":(\d+),"apiTokenInstance":"([0-9a-f]+)"/.exec(printed[0] ?? '')
          if (env['ID'] === undefined && made !== null) Object.assign(env, { ID: made[1], TOKEN: made[2] })
        }
        assert.ok(promises >= 4)
        const listed = await server.partner('GET', 'getInstances')
        assert.match(listed.text, /"deleted":true/)
      } finally {
        await server.close()
      }
    })
  }

  test('both tell the same commands', () => {
    const called = /\w+\/\$(?:TOKEN|PARTNER)[^"]*|simulator\/\w+/
    const shape = (file: string) =>
      blocksIn(file).map((steps) => steps.map(({ command }) => called.exec(command)?.[0] ?? command))
    assert.deepEqual(shape('README.ru.md'), shape('README.md'))
  })
})

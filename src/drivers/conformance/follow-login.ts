import assert from 'node:assert/strict'
import { until } from '../../lib/until.ts'
import type { FaultCode } from '../../model/fault.ts'
import type { Login, LoginStep } from '../driver.ts'

/** Collects the steps of a login as they come. */
export function followLogin(login: Login) {
  const steps: LoginStep[] = []
  const over = (async () => {
    for await (const step of login.steps) steps.push(step)
  })()
  const codes = () => steps.flatMap((step) => (step.kind === 'show' ? [step] : []))
  const questions = () => steps.flatMap((step) => (step.kind === 'ask' ? [step] : []))
  return {
    login,
    codes,
    questions,
    /** The question of this number: what it asks and what was wrong with the last answer. */
    asked: async (index: number) => {
      const { what, trouble } = await until(() => questions()[index], `question ${String(index)}`)
      return { what, trouble: trouble?.fault }
    },
    shown: async (index: number) => (await until(() => codes()[index], `code ${String(index)}`)).value,
    end: async () => {
      await over
      return steps.at(-1)
    },
  }
}

/** The attempt must end with this fault. */
export async function endsWith(login: Login, code: FaultCode): Promise<void> {
  const last = await followLogin(login).end()
  assert.equal(last?.kind === 'ended' && last.fault.fault, code)
}

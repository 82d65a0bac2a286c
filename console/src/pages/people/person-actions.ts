import type { ServerPerson } from './answers.ts'

export type PersonAction = 'makeOperator' | 'dropOperator' | 'disable' | 'enable' | 'dropTotp' | 'erase'

interface Action {
  readonly name: PersonAction
  readonly isFor: (person: ServerPerson) => boolean
  /** Sent as a change; null: the person is deleted. */
  readonly patch: Readonly<Record<string, boolean>> | null
  readonly isDangerous: boolean
}

/** What an operator may do about a person. */
export const ACTIONS: readonly Action[] = [
  { name: 'makeOperator', isFor: ({ isOperator }) => !isOperator, patch: { isOperator: true }, isDangerous: false },
  { name: 'dropOperator', isFor: ({ isOperator }) => isOperator, patch: { isOperator: false }, isDangerous: true },
  { name: 'dropTotp', isFor: ({ hasTotp }) => hasTotp, patch: { hasTotp: false }, isDangerous: true },
  { name: 'enable', isFor: ({ isDisabled }) => isDisabled, patch: { isDisabled: false }, isDangerous: false },
  { name: 'disable', isFor: ({ isDisabled }) => !isDisabled, patch: { isDisabled: true }, isDangerous: true },
  { name: 'erase', isFor: () => true, patch: null, isDangerous: true },
]

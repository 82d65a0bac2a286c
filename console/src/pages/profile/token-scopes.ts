import { TOKEN_SCOPES, type TokenScope } from '../../api/account.ts'
import { useRole } from '../../shell/account.ts'

/** What tokens may allow that this person issues and is shown: a developer, who may not see money, has to do with those alone that do not show it. */
export function useTokenScopes(): readonly TokenScope[] {
  return useRole() === 'developer' ? ['developer'] : TOKEN_SCOPES
}

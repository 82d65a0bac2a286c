import { useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { instancePath, instanceQuery, type InstanceWithSettings } from '../../api/instances.ts'
import { useRole } from '../../shell/account.ts'

export interface Here {
  readonly account: string
  readonly id: string
}

/** Which instance the page's address is about. */
export function useHere(): Here {
  const { account = '', id = '' } = useParams()
  return { account, id }
}

/** The address of what belongs to the instance; `below` begins with a slash and is escaped by whoever made it. */
export function belowInstance({ account, id }: Here, below: string): string {
  return `${instancePath(account, id)}${below}`
}

/** The instance of the page, up to date. Only below the layout, which waits until it is known. */
export function useInstance(): InstanceWithSettings {
  const { account, id } = useHere()
  return useSuspenseQuery(instanceQuery(account, id)).data
}

/** True for those who work with instances; the others only look. */
export function useMayChange(): boolean {
  const role = useRole()
  return role === 'owner' || role === 'developer'
}

import { ASK } from '../opcodes.ts'
import type { DoorHandler, Service } from '../service.ts'

/** What is asked after the hello and before the login. */
export function doorHandlers({ linking }: Service): ReadonlyMap<number, DoorHandler> {
  return new Map<number, DoorHandler>([
    [ASK.makeTrack, (_asked, { line, hello }) => linking.makeTrack(line, hello)],
    [ASK.pollTrack, (asked, { line }) => linking.poll(line, asked.text('trackId'))],
    [ASK.loginByTrack, (asked, { line }) => linking.loginByTrack(line, asked.text('trackId'))],
    [ASK.password, (asked, { line }) => linking.tryPassword(line, asked.text('trackId'), asked.text('password'))],
  ])
}

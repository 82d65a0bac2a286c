import type { Instance } from '../../instances/instance.ts'
import type { Clock } from '../../lib/clock.ts'
import { MethodTable } from '../method.ts'
import type { QrImages } from '../qr/qr-images.ts'
import { accountMethods } from './account.ts'
import { buttonMethods } from './buttons.ts'
import { contactMethods } from './contacts.ts'
import { fileMethods } from './files.ts'
import { groupMethods } from './groups.ts'
import { journalMethods } from './journals.ts'
import { linkingMethods } from './linking.ts'
import { markMethods } from './marks.ts'
import { otherSendMethods } from './other-sends.ts'
import { peopleMethods } from './people.ts'
import { pictureMethods } from './pictures.ts'
import { queueMethods } from './queues.ts'
import { receivingMethods } from './receiving.ts'
import { textMethods } from './sending.ts'
import { statusMethods } from './statuses.ts'
import { thingMethods } from './things.ts'

export interface InstanceMethodsOptions {
  readonly clock: Clock
  readonly images: QrImages
  /** The least `delaySendMessagesMilliseconds` that may be set. */
  readonly delayMinMs: number
}

/** The method table of `/waInstance…`: every method of the contract that an instance has. */
export function instanceMethods({ clock, images, delayMinMs }: InstanceMethodsOptions): MethodTable<Instance> {
  return new MethodTable([
    ...accountMethods(delayMinMs),
    ...linkingMethods(images),
    ...pictureMethods(clock),
    ...textMethods,
    ...fileMethods,
    ...thingMethods,
    ...buttonMethods,
    ...otherSendMethods,
    ...receivingMethods,
    ...queueMethods(clock),
    ...journalMethods,
    ...markMethods,
    ...peopleMethods,
    ...contactMethods,
    ...groupMethods,
    ...statusMethods,
  ])
}

// Truth: the driver contract, as its conformance suite states it, and what the fake MAX saw, which complains of what no web client does.
import { startMaxRig } from '../../../test/fakes/max/rig.ts'
import { driverConformance } from '../conformance/conformance.ts'

driverConformance('max, live', startMaxRig)

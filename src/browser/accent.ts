/** Of WCAG 2.2, for text of any size. */
const ENOUGH = 4.5
const STEPS = 40

type Channels = readonly [red: number, green: number, blue: number]

const BLACK: Channels = [0, 0, 0]
const WHITE: Channels = [255, 255, 255]

/** A colour as text or lines on a ground, and what is written on it. */
export interface Accent {
  readonly color: string
  readonly text: string
}

/** The colour nearest to the wanted one that can be read on this ground; both as `#rrggbb`. */
export function accentOn(ground: string, wanted: string): Accent {
  const below = channels(ground)
  const away = contrast(below, WHITE) > contrast(below, BLACK) ? WHITE : BLACK
  let color = channels(wanted)
  for (let step = 1; step <= STEPS && contrast(color, below) < ENOUGH; step += 1) {
    color = mixed(channels(wanted), away, step / STEPS)
  }
  const text = contrast(color, WHITE) > contrast(color, BLACK) ? '#ffffff' : '#000000'
  return { color: hex(color), text }
}

function channels(color: string): Channels {
  const value = Number.parseInt(color.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}

function hex(color: Channels): string {
  return `#${color.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`
}

function mixed(from: Channels, to: Channels, share: number): Channels {
  const at = (index: 0 | 1 | 2): number => from[index] + (to[index] - from[index]) * share
  return [at(0), at(1), at(2)]
}

function contrast(one: Channels, other: Channels): number {
  const [bright, dark] = [luminance(one), luminance(other)].toSorted((left, right) => right - left)
  return ((bright ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
}

function luminance([red, green, blue]: Channels): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(channel: number): number {
  const share = channel / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

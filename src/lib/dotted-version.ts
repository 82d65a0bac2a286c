export type DottedVersion = readonly [number, number, number]

/** `2.3000.1043857760`; undefined for anything else. */
export function parseDottedVersion(text: string): DottedVersion | undefined {
  const [, major, minor, patch] = /^(\d{1,4})\.(\d{1,6})\.(\d{1,12})$/.exec(text) ?? []
  return patch === undefined ? undefined : [Number(major), Number(minor), Number(patch)]
}

/** What is promised, where it comes in time; undefined where it doesn't, and then `late` gets it should it still come. */
export async function soonOrNever<T>(
  promise: Promise<T>,
  withinMs: number,
  late: (value: T) => void,
): Promise<T | undefined> {
  if (withinMs === Number.POSITIVE_INFINITY) return promise
  let isOver = false
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(
      () => {
        isOver = true
        resolve(undefined)
      },
      Math.max(0, withinMs),
    )
  })
  const given = promise.then((value) => {
    if (isOver) late(value)
    return value
  })
  given.catch(() => undefined)
  try {
    return await Promise.race([given, over])
  } finally {
    clearTimeout(timer)
  }
}

/** The URL of a file that ships with the package, given by its path from the package's root. Holds for `dist/src/lib/`. */
export function packageFile(path: string): URL {
  return new URL(`../../../${path}`, import.meta.url)
}

/** Whether it is an absolute http or https URL. */
export function isWebUrl(given: string): boolean {
  return URL.canParse(given) && ['http:', 'https:'].includes(new URL(given).protocol)
}

/** Puts a text on the clipboard; false where the browser refused. */
export async function copyText(text: string): Promise<boolean> {
  // Only pages on https and localhost have navigator.clipboard; the server often runs on plain http in a house's own network.
  const clipboard = isSecureContext ? navigator.clipboard : null
  try {
    if (clipboard === null) return copyBySelection(text)
    await clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.readOnly = true
  area.style.position = 'fixed'
  area.style.opacity = '0'
  // Inside an open dialog: its focus trap takes the focus back from anywhere else, and the selection with it.
  const home = document.querySelector('[role="dialog"]') ?? document.body
  const focused = document.activeElement
  home.append(area)
  area.select()
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way on plain http
  const copied = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return copied
}

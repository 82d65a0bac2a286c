import encodeQR from 'qr'
import { useMemo, type ReactNode } from 'react'
import classes from './qr-picture.module.css'

interface QrPictureProps {
  readonly text: string
  readonly label: string
  readonly size?: number
}

/** A QR code, dark on white in both themes: cameras want it so. */
export function QrPicture({ text, label, size = 200 }: QrPictureProps): ReactNode {
  const rows = useMemo(() => encodeQR(text, 'raw', { ecc: 'medium', border: 2 }), [text])
  const dots = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return (
    <svg
      className={classes['picture']}
      role="img"
      aria-label={label}
      width={size}
      height={size}
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      shapeRendering="crispEdges"
    >
      <path d={dots} fill="#000" />
    </svg>
  )
}

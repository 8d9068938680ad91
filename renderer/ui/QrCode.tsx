/** A QR code as one path. Black on white in every theme: cameras read nothing else surely. */
import { encode } from 'uqr';

export default function QrCode({ text, size }: { readonly text: string; readonly size: number }) {
  // Four empty modules around it, as the standard asks.
  const { data } = encode(text, { ecc: 'M', border: 4 });
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    .filter((each) => each !== '')
    .join('');
  return (
    <svg
      role="img"
      aria-label={`QR code of ${text}`}
      width={size}
      height={size}
      viewBox={`0 0 ${data.length} ${data.length}`}
      shapeRendering="crispEdges"
    >
      <rect width={data.length} height={data.length} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

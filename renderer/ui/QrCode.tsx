/** A QR code as one path. Black on white in every theme: cameras read nothing else surely. */
import { encode } from 'uqr';

/** `label`: what to say of it where the text itself is not to be read out. */
export default function QrCode(props: { readonly text: string; readonly size: number; readonly label?: string }) {
  const { text, size, label = `QR code of ${text}` } = props;
  // Four empty modules around it, as the standard asks.
  const { data } = encode(text, { ecc: 'M', border: 4 });
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    .filter((each) => each !== '')
    .join('');
  return (
    <svg
      role="img"
      aria-label={label}
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

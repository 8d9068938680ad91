/** Our mark: a deck seen from above, tiles of sessions and one that calls. */
export function Mark({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--accent-fill)" />
      <path
        d="M7 11.5 16 6l9 5.5V23a2 2 0 0 1-2 2H9a2 2 0 0 1-2-2z"
        stroke="#fff"
        strokeWidth="2"
        strokeLinejoin="round"
      />
      <path
        d="m11.5 14.5 3 2.75-3 2.75M17 20.5h4"
        stroke="#fff"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

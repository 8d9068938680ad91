import type { TestHub } from './hub.ts';

/** Types into the raw terminal endpoint, as a person's window does. */
export async function typist(
  hub: TestHub,
  name: string,
  size?: { cols: number; rows: number },
): Promise<{ type(text: string): void; close(): void }> {
  const Headers = WebSocket as unknown as new (url: string, options: { headers: Record<string, string> }) => WebSocket;
  const socket = new Headers(
    `${hub.banner.url.replace('http', 'ws')}/ws/sessions/${name}${size ? `?cols=${size.cols}&rows=${size.rows}` : ''}`,
    {
      headers: { authorization: `Bearer ${await hub.token()}` },
    },
  );
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  return { type: (text) => socket.send(new TextEncoder().encode(text)), close: () => socket.close() };
}

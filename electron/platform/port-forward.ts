/** A port on this machine's loopback that leads somewhere else, one stream a connection. */
import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Fault } from '../../shared/fault.ts';
import { errorCode } from './path-faults.ts';
import type { OpenPort } from './ports.ts';

const MOST_CONNECTIONS = 200;

/** Listens on 127.0.0.1 alone. Fault `taken` when the port is in use, `refused` when it may not be had. */
export const openPort: OpenPort = (wanted, reach) =>
  new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      if (sockets.size >= MOST_CONNECTIONS) return void socket.destroy();
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
      socket.pause();
      reach().then(
        (far) => join(socket, far),
        // Nobody listens there, or the machine is away: the caller sees a connection that ends.
        () => socket.destroy(),
      );
    });
    server.on('error', (error) => {
      const code = errorCode(error);
      if (code === 'EADDRINUSE')
        reject(new Fault('taken', `Port ${wanted} is in use on this machine; choose another.`, { port: wanted }));
      else if (code === 'EACCES') reject(new Fault('refused', `The system does not allow port ${wanted} here.`));
      else reject(error);
    });
    server.listen({ host: '127.0.0.1', port: wanted ?? 0, exclusive: true }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({
        port,
        async close() {
          for (const socket of sockets) socket.destroy();
          await new Promise<void>((done) => server.close(() => done()));
        },
      });
    });
  });

function join(near: Socket, far: Duplex): void {
  if (near.destroyed) return void far.destroy();
  far.on('error', () => near.destroy());
  far.on('close', () => near.destroy());
  near.on('close', () => far.destroy());
  near.pipe(far);
  far.pipe(near);
  near.resume();
}

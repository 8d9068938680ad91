/** Hands the page one MessagePort, when the page asks for it; nothing else, and once for each page. */
import { ipcRenderer } from 'electron';
import { APP_ORIGIN, PORT_GIVEN, PORT_WANTED } from '../shared/desktop-names.ts';

function wanted(event: MessageEvent<unknown>): void {
  if (event.source !== window || event.origin !== APP_ORIGIN || event.data !== PORT_WANTED) return;
  window.removeEventListener('message', wanted);
  ipcRenderer.once(PORT_GIVEN, ({ ports }) => window.postMessage(PORT_GIVEN, APP_ORIGIN, [...ports]));
  ipcRenderer.send(PORT_WANTED);
}
window.addEventListener('message', wanted);

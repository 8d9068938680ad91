/** Entry of the web face. */
import { CSPProvider } from '@base-ui/react/csp-provider';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { App, preloadScreen } from './app/App.tsx';
import { startAuth, useAuth } from './app/connect.ts';
import { DESKTOP } from './app/desktop.ts';
import { startFeeds } from './app/feeds.ts';
import { startKeymap } from './app/keymap.ts';
import { startLook } from './app/look.ts';
import { startPush } from './app/push.ts';
import { startTheme } from './app/theme.ts';
import { startUpdate } from './app/update.ts';
import { startViewport } from './app/viewport.ts';
import { startOutbox } from './app/waiting.ts';
import { startWorker } from './app/worker.ts';
import { Gate } from './rooms/auth/Gate.tsx';
import { Toasts } from './ui/Toasts.tsx';
import '@fontsource-variable/inter/index.css';
import './app/tokens.css';
import './app/base.css';

/** The small window of the desktop app that has a prompt to send and nothing else. */
const QuickSend = lazy(() => import('./rooms/prompts/QuickSend.tsx'));
const QUICK = DESKTOP && location.pathname === '/quick';

function Root() {
  const inside = useAuth((auth) => auth.stage === 'in');
  return (
    // The content security policy refuses style elements written by scripts.
    <CSPProvider disableStyleElements>
      {!inside ? (
        <Gate />
      ) : QUICK ? (
        <Suspense>
          <QuickSend />
        </Suspense>
      ) : (
        <App />
      )}
      <Toasts />
    </CSPProvider>
  );
}

startLook();
startTheme();
startViewport();
startFeeds();
startOutbox();
startKeymap();
// The shell brings the files and the news of the desktop app by itself.
if (!DESKTOP) {
  startWorker();
  startPush();
  startUpdate();
}
// The question first: the code of a screen is many files, and a browser asks for six at a time.
void startAuth();
preloadScreen(location.pathname);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Root />
    </StrictMode>,
  );
}

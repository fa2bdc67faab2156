import '@mantine/core/styles.css';
import './styles.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { setNonce } from 'get-nonce';
import { StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { useLocation } from 'wouter';
import { HubError } from './api/problem';
import { startPatching } from './live/patch';
import { Routes } from './routes';
import { Broken } from './shell/Broken';
import { SessionGate } from './shell/session';
import { Shell } from './shell/Shell';
import { theme, variables } from './theme';

// The policy runs no style without the nonce of this answer. Browsers hide the attribute; the property tells it.
const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"]')?.nonce ?? '';
setNonce(nonce);

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      // Shown failures beat silent tries: one more try where no answer came, none where the hub has decided.
      retry: (failures, error) => failures < 1 && error instanceof HubError && (error.status === 0 || error.status === 503),
      refetchOnWindowFocus: true,
      networkMode: 'always',  // the hub may be on this machine, where "offline" means nothing
    },
    mutations: { networkMode: 'always' },
  },
});

function App() {
  const [path] = useLocation();
  useEffect(() => startPatching(client), []);
  return (
    <SessionGate>
      <Shell>
        <Broken at={path}><Routes /></Broken>
      </Shell>
    </SessionGate>
  );
}

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" getStyleNonce={() => nonce}>
        <QueryClientProvider client={client}>
          <App />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

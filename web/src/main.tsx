import './app/mantine.css';
import './app/tokens.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { LiveContext } from './app/connection.tsx';
import { connectLive } from './app/live.ts';
import { pageOfMlflowAddress } from './app/mlflow-address.ts';
import { queries } from './app/queries.ts';
import { router } from './app/router.tsx';
import { theme } from './app/theme.ts';

const page = pageOfMlflowAddress(window.location.hash);
if (page !== undefined) window.history.replaceState(null, '', page);

// Before the frame is drawn: the page's code and data come meanwhile.
void router.load();

const live = connectLive(queries, () => new EventSource('/api/1/events/stream'));

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <LiveContext value={live}>
          <RouterProvider router={router} />
        </LiveContext>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);

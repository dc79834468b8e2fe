// The start: key from the address, theme, pages by path.
import './app/mantine.css';
import './app/style.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, Suspense, lazy, type ComponentType } from 'react';
import { createRoot } from 'react-dom/client';
import { takeFromAddress } from './api/session';
import { createQueryClient } from './api/queries';
import { Login, useArrival } from './app/login';
import { readPlace, usePlace } from './app/router';
import { Boundary, Shell } from './app/shell';
import { theme } from './app/theme';
import { useSession } from './parts/act';
import { Empty, Rows } from './parts/basic';

type PageOf = ComponentType<{ id: string }>;
const page = (load: () => Promise<{ default: PageOf }>) => lazy(load);

// Path pattern, whether it can be used without logging in, page. ":" stands for one name.
const PAGES: [RegExp, boolean, PageOf][] = [
  [/^\/$/, false, page(() => import('./pages/overview'))],
  [/^\/experiments$/, false, page(() => import('./pages/experiments'))],
  [/^\/experiments\/new$/, false, page(() => import('./pages/experiment-new'))],
  [/^\/experiments\/([^/]+)(?:\/.*)?$/, false, page(() => import('./pages/experiment'))],
  [/^\/flags$/, false, page(() => import('./pages/flags'))],
  [/^\/flags\/([^/]+)$/, false, page(() => import('./pages/flag'))],
  [/^\/metrics$/, false, page(() => import('./pages/metrics'))],
  [/^\/metrics\/([^/]+)$/, false, page(() => import('./pages/metric'))],
  [/^\/segments$/, false, page(() => import('./pages/segments'))],
  [/^\/segments\/([^/]+)$/, false, page(() => import('./pages/segment'))],
  [/^\/events$/, false, page(() => import('./pages/events'))],
  [/^\/users(?:\/([^/]+))?$/, false, page(() => import('./pages/users'))],
  [/^\/clean-up$/, false, page(() => import('./pages/clean-up'))],
  [/^\/approvals(?:\/([^/]+))?$/, false, page(() => import('./pages/approvals'))],
  [/^\/audit$/, false, page(() => import('./pages/audit'))],
  [/^\/calculator$/, true, page(() => import('./pages/calculator'))],
  [/^\/promote$/, false, page(() => import('./pages/promote'))],
  [/^\/settings$/, false, page(() => import('./pages/settings'))],
];

takeFromAddress();
readPlace();
// A link with a key that is opened in a tab that is here already.
window.addEventListener('hashchange', takeFromAddress);

function Here() {
  const { path } = usePlace();
  const { key, who, asking } = useSession();
  useArrival();
  for (const [pattern, open, Found] of PAGES) {
    const match = pattern.exec(path);
    if (!match) continue;
    const id = decodeURIComponent(match[1] ?? '');
    return (
      <Boundary place={path}>
        <Suspense fallback={<Rows count={4} />}>
          {asking && !open && <Rows count={4} />}
          {(key || who || open) && <Found key={`${who?.kind === 'member' ? who.environment : ''}/${id}`} id={id} />}
          {!open && <Login />}
        </Suspense>
      </Boundary>
    );
  }
  return <Empty title="There is no such page" action={<a href="#/">To the overview</a>} />;
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={createQueryClient()}>
        <Shell>
          <Here />
        </Shell>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);

// Every page of the UI, with something on it that tells that it has loaded.
export const EXPERIMENTS = ['0190a000-0000-7000-8000-000000000001', '0190a000-0000-7000-8000-000000000003', '0190a000-0000-7000-8000-000000000004'];

/** Pages of the demo: path, name of the picture, text that must be there. */
export const PAGES = [
  ['/', 'overview', 'Running experiments'],
  ['/experiments', 'experiments', 'checkout-button'],
  ['/experiments?advice=ship', 'experiments-to-ship', 'checkout-button'],
  ['/experiments?view=timeline', 'experiments-timeline', 'checkout-button'],
  ['/experiments/new', 'experiment-new', 'Primary metric'],
  [`/experiments/${EXPERIMENTS[0]}`, 'experiment-winner', 'Exposures against the plan'],
  [`/experiments/${EXPERIMENTS[1]}`, 'experiment-broken', 'Exposures against the plan'],
  [`/experiments/${EXPERIMENTS[2]}`, 'experiment-harmful', 'Exposures against the plan'],
  [`/experiments/${EXPERIMENTS[0]}?part=plan&traffic=1`, 'experiment-part', 'For finding out'],
  ['/experiments/new?from=checkout-button', 'experiment-copy', 'Primary metric'],
  ['/experiments/banner-bandit', 'experiment-bandit', 'Chance to be best'],
  ['/experiments/free-returns', 'experiment-completed', 'Exposures against the plan'],
  ['/experiments/gift-wrap', 'experiment-draft', 'Before it starts'],
  [`/experiments/${EXPERIMENTS[0]}?tab=design`, 'experiment-design', 'Variants and split'],
  [`/experiments/${EXPERIMENTS[0]}?tab=assignments`, 'experiment-assignments', 'Which variant does a user get'],
  [`/experiments/${EXPERIMENTS[0]}?tab=history`, 'experiment-history', 'import'],
  ['/flags', 'flags', 'dark-mode'],
  ['/flags?stale=true', 'flags-stale', 'Experiment over'],
  ['/clean-up', 'clean-up', 'Flags that may go'],
  ['/clean-up?tab=unknown', 'clean-up-unknown', 'Did somebody mean'],
  ['/flags/new-checkout', 'flag', 'Who gets what'],
  ['/flags/checkout-v2-payments', 'flag-needs', 'Above is what'],
  ['/flags/free-shipping-from?tab=test', 'flag-test', 'Context'],
  ['/flags/dark-mode?tab=overrides', 'flag-overrides', 'u-qa'],
  ['/flags/dark-mode?tab=code', 'flag-code', 'OpenFeature'],
  ['/flags/dark-mode?tab=history', 'flag-history', 'import'],
  ['/metrics', 'metrics', 'purchase_rate'],
  ['/metrics?new=1', 'metric-new', 'From the events of one user'],
  ['/metrics/purchase_rate', 'metric', 'units a day'],
  ['/segments', 'segments', 'europe'],
  ['/segments/europe', 'segment', 'Who uses it'],
  ['/events', 'events', 'As they arrive'],
  ['/events?tab=schema', 'events-schema', 'page_view'],
  ['/users', 'users', 'Look up a user'],
  ['/users/u-qa', 'user', 'Known about them'],
  ['/approvals', 'approvals', 'update flag dark-mode'],
  ['/audit', 'audit', 'changes'],
  ['/calculator', 'calculator', 'units per variant'],
  ['/calculator?tab=detectable', 'calculator-detectable', 'or more'],
  ['/calculator?tab=rates', 'calculator-rates', '95 % interval'],
  ['/calculator?tab=means', 'calculator-means', '95 % interval'],
  ['/calculator?tab=split', 'calculator-split', 'The split'],
  ['/promote?from=staging', 'promote', 'differ'],
  ['/settings', 'settings-keys', 'API keys'],
  ['/settings?tab=members', 'settings-members', 'vera@example.org'],
  ['/settings?tab=environments', 'settings-environments', 'you work here'],
  ['/settings?tab=webhooks', 'settings-webhooks', 'release-chat'],
  ['/settings?tab=layers', 'settings-layers', 'New layer'],
  ['/settings?tab=system', 'settings-system', 'Ready: decisions'],
];

export async function signIn(page, server) {
  await page.goto(`${server.url}/#key=${server.key}`);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

/** The page, the button that opens one, the name of the picture. */
export const DIALOGS = [
  ['/experiments/gift-wrap', 'Start', 'dialog-start'],
  [`/experiments/${EXPERIMENTS[0]}`, 'Ship treatment', 'dialog-ship'],
  ['/settings', 'New key', 'dialog-key'],
  ['/settings?tab=members', 'Add a member', 'dialog-member'],
  ['/settings?tab=members', 'Delete app@example.org', 'dialog-delete'],
  ['/settings?tab=webhooks', 'New webhook', 'dialog-webhook'],
  ['/settings?tab=webhooks', 'Messages to release-chat', 'dialog-messages'],
  ['/users/u-qa', 'Forget this user', 'dialog-forget'],
];

/**
 * What the demo does not have by itself: people, a webhook, a change that waits, a misspelt key.
 * Returns the pages of it whose address is known only then.
 */
export async function dress(server) {
  for (const [name, role] of [['vera', 'viewer'], ['ed', 'editor'], ['app', 'approver'], ['ada', 'admin']]) await makeMember(server, `${name}@example.org`, role);
  await server.call('PATCH', '/api/v1/members/vera@example.org', { disabled: true });
  await server.call('POST', '/api/v1/webhooks', { name: 'release-chat', url: 'https://chat.example.org/hooks/gosset', events: ['experiment.*', 'flag.update'] });
  await server.call('POST', '/api/v1/identify', { user_id: 'u-qa', device_id: 'phone-4711', attributes: { country: 'NZ', plan: 'pro', beta: true } });
  await server.call('POST', '/ofrep/v1/evaluate/flags/new-chekout', { context: { targetingKey: 'u-qa' } }).catch(() => undefined);
  await server.call('PATCH', '/api/v1/environments/production', { requires_approval: true });
  const { id } = await server.call('PATCH', '/api/v1/flags/dark-mode', { description: 'Dark colours for everybody who likes them.', rollout_percentage: 80 });
  await server.call('PATCH', '/api/v1/environments/production', { requires_approval: false });
  return [[`/approvals/${id}`, 'approval', 'Dark colours for everybody']];
}

export const PASSWORD = 'web test correct horse';

/** Makes a user who logs in with PASSWORD. */
export function makeMember(server, email, role) {
  return server.call('POST', '/api/v1/members', { email, role, password: PASSWORD });
}

/** Logs in at whatever page is open, or at the overview. */
export async function logIn(page, server, email) {
  if (page.url() === 'about:blank') await page.goto(server.url);
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.getByRole('button', { name: new RegExp(`Account: *${email}`) }).waitFor();
}

/** Goes to a page inside the app, as a click on a link does. */
export async function visit(page, path, text) {
  await page.evaluate((to) => {
    location.hash = `#${to}`;
  }, path);
  if (text) await page.locator('main').getByText(text, { exact: false }).or(page.getByRole('dialog').getByText(text)).first().waitFor({ timeout: 15_000 });
}

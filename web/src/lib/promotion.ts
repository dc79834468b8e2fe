// Addresses of the page that takes definitions from one environment to another.

/** What goes where; an empty part is chosen on the page. `only`: this definition and no other. */
export function promotion(from: string, to: string, kind?: string, name?: string): string {
  const query = new URLSearchParams();
  if (from) query.set('from', from);
  if (to) query.set('to', to);
  if (kind && name) query.set('only', `${kind}/${name}`);
  const text = query.toString();
  return text ? `/promote?${text}` : '/promote';
}

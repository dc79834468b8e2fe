// Which of some names somebody may have meant.

/** Insertions, deletions, replacements from one text to another; stops beyond `most`. */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    if (Math.min(...next) > most) return most + 1;
    row = next;
  }
  return row[b.length]!;
}

/** The name nearest to a misspelt one, when it is near: one letter in four, case and "_" aside. */
export function nearest(text: string, names: string[]): string | null {
  const plain = (name: string) => name.toLowerCase().replaceAll('_', '-');
  let most = Math.floor(text.length / 4);
  let found: string | null = null;
  for (const name of names) {
    const far = distance(plain(text), plain(name), most);
    if (far > most) continue;
    found = name;
    most = far - 1;
    if (most < 0) break;
  }
  return found;
}

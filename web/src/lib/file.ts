// Files that leave the page, and tables that go to other programs.

/** Saves what the page holds under this name. */
export function saveAs(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** As it is pasted into a document, and as plain text with tabs into anything else. */
export function tableTexts(rows: string[][]): { html: string; plain: string } {
  const cells = (row: string[], tag: string) => row.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('');
  const [head = [], ...rest] = rows;
  return {
    html: `<table><thead><tr>${cells(head, 'th')}</tr></thead><tbody>${rest.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')}</tbody></table>`,
    plain: rows.map((row) => row.map((cell) => cell.replace(/[\t\r\n]+/g, ' ')).join('\t')).join('\n'),
  };
}

/** By the event that a copy fires: browsers allow it without https, where there is no `navigator.clipboard`. */
export function copyAs(kinds: Record<string, string>): boolean {
  const put = (event: ClipboardEvent) => {
    event.preventDefault();
    for (const [type, text] of Object.entries(kinds)) event.clipboardData?.setData(type, text);
  };
  document.addEventListener('copy', put, { once: true });
  const done = document.execCommand('copy');
  document.removeEventListener('copy', put);
  return done;
}

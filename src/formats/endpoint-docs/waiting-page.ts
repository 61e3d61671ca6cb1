import { escapeHtml } from './escape-html.ts';
import { style } from './style.ts';

/** What stands where an endpoint's page will: why it is not there. It asks again by itself while that helps. */
export function waitingPage(message: string, { asksAgain }: { readonly asksAgain: boolean }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${asksAgain ? '<meta http-equiv="refresh" content="5">\n' : ''}<title>No answers yet · Millwright</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${asksAgain ? 'No answers yet' : 'No such page'}</h1>
</header>
<main>
<section class="wide"><p role="status">${escapeHtml(message)}</p>${asksAgain ? '<p class="dim">This page looks again every 5 seconds.</p>' : ''}</section>
</main>
</body>
</html>
`;
}

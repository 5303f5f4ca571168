// The inspector's document: a strict content security policy around one style sheet and one script. Knows no VS Code.

export interface InspectorHtmlOptions {
  /** `webview.asWebviewUri` of dist/webview.js. */
  readonly scriptUri: string;
  /** `webview.asWebviewUri` of dist/webview.css. */
  readonly styleUri: string;
  /** `webview.cspSource`. */
  readonly cspSource: string;
  /** Fresh random text for every document, letters and digits. */
  readonly nonce: string;
}

/** HTML of the page. Nothing but the two given files is loaded (the fonts of the mathematics are in the style sheet), and no inline script or style runs. */
export function inspectorHtml({ scriptUri, styleUri, cspSource, nonce }: InspectorHtmlOptions): string {
  // The UI toolkit tries a feature of style sheets in an empty style element that carries the nonce of this meta element.
  // A picture that is saved goes through an image that the page has made itself: `data:`.
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource} 'nonce-${nonce}'; font-src data:; img-src data:`;
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
    <meta property="csp-nonce" content="${escapeHtml(nonce)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Gradient Inspector</title>
    <link rel="stylesheet" href="${escapeHtml(styleUri)}">
  </head>
  <body>
    <main id="inspector"></main>
    <script nonce="${escapeHtml(nonce)}" src="${escapeHtml(scriptUri)}"></script>
  </body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

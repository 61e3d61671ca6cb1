/**
 * uPlot formats numbers in the browser's language from the moment it is loaded, and a browser in the POSIX locale names one
 * that `Intl` refuses (`en-US@posix`). To be imported before uPlot.
 */
export function ensureValidLanguage(navigator: { readonly language: string }): void {
  try {
    Intl.getCanonicalLocales(navigator.language);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
  }
}

ensureValidLanguage(navigator);

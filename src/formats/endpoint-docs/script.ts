/** Sends what the forms hold and shows what comes back. It writes text only, never markup. */
export const script = `
'use strict';
(() => {
  const find = (id) => document.getElementById(id);
  const number = /^-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?$/;

  /** The field's value as JSON; undefined where it is left out. A number that is none goes as a text, which the server refuses by name. */
  function jsonOf(field) {
    const text = field.value;
    if (text.trim() === '' && field.dataset.empty !== 'text') return field.dataset.empty === 'null' ? 'null' : undefined;
    if (field.dataset.kind === 'text') return JSON.stringify(text);
    if (field.dataset.kind === 'json') return isJson(text) ? text : JSON.stringify(text);
    const plain = text.trim();
    return number.test(plain) || (field.dataset.kind === 'boolean' && /^(?:true|false)$/.test(plain)) ? plain : JSON.stringify(text);
  }

  function isJson(text) {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  }

  function objectOf(fields) {
    const entries = fields.map((field) => [field.name, jsonOf(field)]).filter(([, json]) => json !== undefined);
    return '{' + entries.map(([name, json]) => JSON.stringify(name) + ': ' + json).join(', ') + '}';
  }

  const rowForm = find('row');
  const bodyForm = find('body-form');
  const columns = rowForm === null ? [] : [...rowForm.querySelectorAll('[data-column]')];
  const params = rowForm === null ? [] : [...rowForm.querySelectorAll('[data-param]')];

  function rowBody() {
    const given = objectOf(params);
    return '{"dataframe_records": [' + objectOf(columns) + ']' + (given === '{}' ? '' : ', "params": ' + given) + '}';
  }

  const quoted = (text) => "'" + text.replaceAll("'", "'\\\\''") + "'";

  function showCurl(path, type, body) {
    find('curl').textContent = 'curl ' + quoted(location.origin + path) + " \\\\\\n  -H 'content-type: " + type + "' \\\\\\n  --data-binary " + quoted(body);
  }

  function clear() {
    for (const field of [...columns, ...params]) {
      field.removeAttribute('aria-invalid');
      find(field.id + '-error').textContent = '';
    }
    find('problems').replaceChildren();
    find('answer').textContent = '';
    for (const name of ['code', 'request', 'model', 'latency']) find(name).textContent = '';
  }

  function tell(state, text) {
    find('status').dataset.state = state;
    find('status').textContent = text;
  }

  /** Each problem beside its field, and all of them in one list. */
  function showProblems(problems, more) {
    const list = find('problems');
    let first;
    for (const { field: name, row, column, expected, got } of problems) {
      const said = 'expected ' + expected + ', got ' + got;
      const item = list.appendChild(document.createElement('li'));
      const place = row === undefined ? '' : ' in row ' + row + (column === undefined ? '' : ', column ' + column);
      item.textContent = "'" + name + "'" + (rowForm === null ? place : '') + ': ' + said;
      const field = [...columns, ...params].find((one) => one.name === name);
      if (field === undefined) continue;
      field.setAttribute('aria-invalid', 'true');
      find(field.id + '-error').textContent = said;
      first ??= field;
    }
    if (more > 0) list.appendChild(document.createElement('li')).textContent = 'and ' + more + ' more';
    return first;
  }

  async function send(path, type, body, button) {
    clear();
    showCurl(path, type, body);
    tell('', 'Sending …');
    find('result').hidden = false;
    button.disabled = true;
    const begun = performance.now();
    try {
      const response = await fetch(path, { method: 'POST', headers: { 'content-type': type }, body });
      const text = await response.text();
      find('latency').textContent = (performance.now() - begun).toFixed(1) + ' ms';
      show(response, text);
    } catch (error) {
      tell('failed', 'No answer: the server cannot be reached (' + error.message + ').');
    } finally {
      button.disabled = false;
    }
  }

  function show(response, text) {
    find('code').textContent = String(response.status);
    find('request').textContent = response.headers.get('x-request-id') ?? '–';
    find('model').textContent = decodeURIComponent(response.headers.get('x-millwright-model') ?? '–');
    const isObject = isJson(text) && typeof JSON.parse(text) === 'object' && JSON.parse(text) !== null;
    // Long whole numbers would lose digits in a JSON.parse and back: only its refusals are read.
    find('answer').textContent = text;
    if (response.ok) {
      tell('fine', 'Answered');
      return;
    }
    const refusal = isObject ? JSON.parse(text) : {};
    tell('failed', 'Refused: ' + (refusal.message ?? refusal.error ?? response.statusText));
    showProblems(refusal.problems ?? [], refusal.more ?? 0)?.focus();
  }

  if (rowForm !== null) {
    rowForm.addEventListener('submit', (event) => {
      event.preventDefault();
      send(rowForm.dataset.path, 'application/json', rowBody(), rowForm.querySelector('button'));
    });
  }
  const chosen = find('example');
  bodyForm.addEventListener('submit', (event) => {
    event.preventDefault();
    const { path, type } = chosen.selectedOptions[0].dataset;
    send(path, type, find('body').value, bodyForm.querySelector('button'));
  });
  chosen.addEventListener('change', () => {
    find('body').value = chosen.selectedOptions[0].dataset.body;
  });
  find('body').value = chosen.selectedOptions[0].dataset.body;

  for (const button of document.querySelectorAll('button[data-copy]')) {
    if (navigator.clipboard === undefined) button.hidden = true;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(find(button.dataset.copy).textContent);
      button.textContent = 'Copied';
    });
  }
})();
`;

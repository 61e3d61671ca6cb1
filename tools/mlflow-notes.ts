/** Where the answers differ from `mlflow server`'s on purpose; each line is held by a test in `test/api/`. */
export const mlflowDifferences = `## Where Millwright differs on purpose

- \`+Infinity\` and \`-Infinity\` of a metric come back as they were logged, \`"Infinity"\` and \`"-Infinity"\`. MLflow's database keeps ±1.7976931348623157e308 instead.
- A \`log-batch\` is atomic: where one param would change, nothing of the batch is kept. MLflow keeps what it wrote before the error.
- A client's mistake never answers 5xx (the stock client retries those for minutes): renaming a deleted experiment, a repeated field in \`order_by\`, a status or view type that does not exist and a body that is not JSON answer 400. MLflow answers 500, or ignores the field.
- A field of the wrong type anywhere in a message answers 400 and names it. MLflow checks the top level and goes on with the part that it could read.
- \`artifact_location\` takes \`mlflow-artifacts:/…\` and the schemes of stores that clients reach themselves (\`s3\`, \`gs\`, \`wasbs\`, \`abfss\`, \`hdfs\`, …). Paths and \`file:\` URIs of the server are refused.
- Page tokens say where a page ended, not how many rows came before: rows that are added meanwhile neither repeat nor hide others. A token belongs to the order that it was made for.
- \`get-history\` without \`max_results\` answers 250,000 points at most, with a \`next_page_token\`.
- The tags given to \`runs/create\` are checked as those of \`set-tag\` are.
- Filters take \`status = 'READY'\` for logged models, and comparison words in lower case everywhere; two quotes inside a quoted text stand for one.
- A search names at most 20,000 experiments and holds at most 100 clauses, 10,000 listed values, 50 orders and patterns of 10,000 characters; more answers 400. MLflow on SQLite answers 503 from 64 clauses or orders on.
- The artifact proxy takes paths of runs and logged models only (\`<experiment>/<run>/artifacts/…\`, \`<experiment>/models/<model>/artifacts/…\`); what belongs to nobody is refused.
- Versions bear their aliases in searches and in \`latest_versions\` too. MLflow tells them only where one version is asked for.`;

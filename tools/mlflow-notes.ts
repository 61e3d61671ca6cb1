/** Where the answers differ from `mlflow server`'s on purpose; each line is held by a test in `test/api/tracking.test.ts`. */
export const mlflowDifferences = `## Where Millwright differs on purpose

- \`+Infinity\` and \`-Infinity\` of a metric come back as they were logged, \`"Infinity"\` and \`"-Infinity"\`. MLflow's database keeps ±1.7976931348623157e308 instead.
- A \`log-batch\` is atomic: where one param would change, nothing of the batch is kept. MLflow keeps what it wrote before the error.
- A client's mistake never answers 5xx (the stock client retries those for minutes): renaming a deleted experiment, a repeated field in \`order_by\`, a status or view type that does not exist and a body that is not JSON answer 400. MLflow answers 500, or ignores the field.
- A field of the wrong type anywhere in a message answers 400 and names it. MLflow checks the top level and goes on with the part that it could read.
- \`artifact_location\` takes \`mlflow-artifacts:/…\` and the schemes of stores that clients reach themselves (\`s3\`, \`gs\`, \`wasbs\`, \`abfss\`, \`hdfs\`, …). Paths and \`file:\` URIs of the server are refused.
- Page tokens say where a page ended, not how many rows came before: rows that are added meanwhile neither repeat nor hide others. A token belongs to the order that it was made for.
- \`get-history\` without \`max_results\` answers 250,000 points at most, with a \`next_page_token\`.
- The tags given to \`runs/create\` are checked as those of \`set-tag\` are.
- Filters take \`status = 'READY'\` for logged models, and comparison words in lower case everywhere; two quotes inside a quoted text stand for one.`;

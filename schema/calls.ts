// Generated from millrace.calls by `make schema`: do not edit.

/** A float on the wire: JSON itself has no NaN and no infinities. */
export type Float = number | "NaN" | "Infinity" | "-Infinity";

/**
 * Store spans and parts of traces, unless they are stored already.
 *
 * With a `writer_id`, they are what a writer journalled between two positions of its journal, and are stored exactly
 * once, as by Ingest. Without one, they are stored now; a span that is there already (by its trace and its id) is
 * replaced, so a replay changes nothing. Spans come in any order and in parts: a span that has not ended may come
 * again when it has. Every span's trace must be among `traces` or be known; traces that cannot be stored (an unknown
 * or deleted experiment) are refused one by one, the others are stored.
 */
export interface AppendSpans {
  writer_id?: string;
  start?: number;
  end?: number;
  traces?: TracePart[];
  spans?: Span[];
}

/** How far the store has a writer's journal, and which traces of this call it refused. */
export interface Appended {
  position?: number;
  refused?: TraceRefusal[];
}

/** The files and folders directly below a path, and where the artifact root is. */
export interface ArtifactPage {
  root_uri?: string;
  files?: FileInfo[];
  next_page_token?: string | null;
}

/** One assessment. */
export interface AssessmentAnswer {
  assessment: AssessmentV3;
}

/** An assessment on the wire; times are RFC 3339. */
export interface AssessmentV3 {
  assessment_id?: string;
  assessment_name?: string;
  trace_id?: string;
  span_id?: string | null;
  source?: Record<string, string> | null;
  create_time?: string | null;
  last_update_time?: string | null;
  feedback?: unknown | null;
  expectation?: unknown | null;
  rationale?: string | null;
  metadata?: Record<string, string> | null;
  overrides?: string | null;
  valid?: boolean | null;
}

/**
 * Say that a process is alive and has runs open.
 *
 * A run that was ended because nothing had been heard of its process is RUNNING again. Runs that ended otherwise, are
 * deleted or do not exist are left as they are.
 */
export interface Attend {
  process_id: string;
  run_ids?: string[];
}

/** Get traces with their spans; ids that nobody knows are left out. */
export interface BatchGetTraces {
  trace_ids?: string[];
}

/** Something that was changed. */
export interface Change {
  seq: number;
  experiment_id?: string;
  run_id?: string;
  traces?: boolean;
}

/**
 * Delete, restore or purge many runs, or set or delete a tag of theirs, in one transaction.
 *
 * The runs are those in `run_ids`, or with an empty list all that the search finds. Purging removes runs for good
 * which are deleted already, with their points, and their artifacts where this server may delete them; runs that are
 * not deleted are left alone. Runs that are in the wanted state already are not among the answer's, so that a change
 * can be undone.
 */
export interface ChangeRuns {
  action: "delete" | "delete_tag" | "purge" | "restore" | "set_tag";
  run_ids?: string[];
  experiment_ids?: string[];
  filter?: string;
  run_view_type?: string | number;
  key?: string;
  value?: string;
}

/** The runs that were changed. */
export interface ChangedRuns {
  run_ids?: string[];
  artifact_uris?: string[];
}

/** What was changed after a moment, each thing once, the oldest change first. */
export interface Changes {
  cursor?: number;
  changes?: Change[];
  all?: boolean;
  state?: string;
}

/** The columns that the runs of a search have. */
export interface ColumnCatalogue {
  runs?: number;
  columns?: ColumnFacts[];
  summaries?: ColumnFacts[];
  complete?: boolean;
}

/** What a column holds over all runs of a search. */
export interface ColumnFacts {
  name: string;
  runs: number;
  distinct?: number;
  minimum?: Float | null;
  maximum?: Float | null;
  most_points?: number;
}

/** Count the logged models that SearchLoggedModels would find (ours). */
export interface CountLoggedModels {
  experiment_ids: string[];
  filter?: string;
  datasets?: DatasetFilter[];
}

/** Count the runs that SearchRuns would find (ours). */
export interface CountRuns {
  experiment_ids?: string[];
  filter?: string;
  run_view_type?: string | number;
}

/** Log an assessment of a trace; one that `overrides` another makes that one invalid. */
export interface CreateAssessment {
  trace_id: string;
  assessment: AssessmentV3;
}

/** Create an experiment with a name that no other experiment has, deleted ones included. */
export interface CreateExperiment {
  name: string;
  artifact_location?: string;
  tags?: ExperimentTag[];
}

/** Create a logged model in an experiment, in the state PENDING; `model_id` (ours) lets a client choose the id. */
export interface CreateLoggedModel {
  experiment_id: string;
  name?: string;
  model_type?: string;
  source_run_id?: string;
  params?: LoggedModelParameter[];
  tags?: LoggedModelTag[];
  model_id?: string;
}

/** Create the next version of a registered model from a source: a URI of model files or of a logged model. */
export interface CreateModelVersion {
  name: string;
  source: string;
  run_id?: string;
  tags?: ModelVersionTag[];
  run_link?: string;
  description?: string;
  model_id?: string;
}

/** Create a registered model with a name that no other has. */
export interface CreateRegisteredModel {
  name: string;
  tags?: RegisteredModelTag[];
  description?: string;
}

/**
 * Create a run in an experiment.
 *
 * `start_time` is in milliseconds since 1970, UTC. `run_id` (32 hex digits, ours) lets a client choose the id, so
 * that creating the same run again answers with the run that is there. `process_id` (ours) names the process that
 * has the run open, as in Attend; a run without one is never ended by anybody else.
 */
export interface CreateRun {
  experiment_id?: string;
  user_id?: string;
  run_name?: string;
  start_time?: number | null;
  tags?: RunTag[];
  run_id?: string;
  process_id?: string;
}

/** The id of the experiment that was created. */
export interface CreatedExperiment {
  experiment_id: string;
}

/** A dataset by name and digest; `source`, `schema` and `profile` are JSON texts. */
export interface Dataset {
  name: string;
  digest: string;
  source_type: string;
  source: string;
  schema?: string | null;
  profile?: string | null;
}

/** Only metrics on this dataset count in a search's filter. */
export interface DatasetFilter {
  dataset_name: string;
  dataset_digest?: string | null;
}

/** A dataset that a run used, with tags. */
export interface DatasetInput {
  dataset: Dataset;
  tags?: InputTag[];
}

/** The datasets that runs of some experiments used. */
export interface DatasetSummaries {
  dataset_summaries?: DatasetSummary[];
}

/** A dataset that some run of an experiment used. */
export interface DatasetSummary {
  experiment_id: string;
  name: string;
  digest: string;
  context?: string | null;
}

/** Delete an assessment; one that it overrode becomes valid again. */
export interface DeleteAssessment {
  trace_id: string;
  assessment_id: string;
}

/** Mark an experiment and its runs as deleted. */
export interface DeleteExperiment {
  experiment_id: string;
}

/** Delete a tag of an experiment. */
export interface DeleteExperimentTag {
  experiment_id: string;
  key: string;
}

/** Delete a logged model; its files stay until `mlflow gc`. */
export interface DeleteLoggedModel {
  model_id: string;
}

/** Delete a tag of a logged model. */
export interface DeleteLoggedModelTag {
  model_id: string;
  tag_key: string;
}

/** Delete a model version. */
export interface DeleteModelVersion {
  name: string;
  version: string;
}

/** Delete a tag of a model version. */
export interface DeleteModelVersionTag {
  name: string;
  version: string;
  key: string;
}

/** Delete a registered model and its versions. */
export interface DeleteRegisteredModel {
  name: string;
}

/** Delete an alias of a registered model. */
export interface DeleteRegisteredModelAlias {
  name: string;
  alias: string;
}

/** Delete a tag of a registered model. */
export interface DeleteRegisteredModelTag {
  name: string;
  key: string;
}

/** Mark a run as deleted. */
export interface DeleteRun {
  run_id: string;
}

/** Delete a tag of a run. */
export interface DeleteTag {
  run_id: string;
  key: string;
}

/** Delete a tag of a trace (version 2). */
export interface DeleteTraceTag {
  request_id: string;
  key: string;
}

/** Delete a tag of a trace. */
export interface DeleteTraceTagV3 {
  trace_id: string;
  key: string;
}

/** Delete traces of an experiment (version 2): by their ids, or the oldest up to a time. */
export interface DeleteTraces {
  experiment_id: string;
  max_timestamp_millis?: number | null;
  max_traces?: number | null;
  request_ids?: string[];
}

/** Delete traces of an experiment: by their ids, or the oldest up to a time. */
export interface DeleteTracesV3 {
  experiment_id: string;
  max_timestamp_millis?: number | null;
  max_traces?: number | null;
  request_ids?: string[];
}

/** How many traces were deleted. */
export interface DeletedTraces {
  traces_deleted?: number;
}

/** Where the files of a model version are. */
export interface DownloadUri {
  artifact_uri: string;
}

/** The answer of calls that only do something. */
export interface Empty {
}

/**
 * End runs of a process that is known to be dead, as KILLED, unless another process has them open too.
 *
 * Only runs that this process said to have open, and that are RUNNING, are touched. `reason` is kept in the tag
 * `millrace.endReason`.
 */
export interface EndAbandoned {
  process_id: string;
  run_ids?: string[];
  reason?: string;
}

/** End a trace (version 2). */
export interface EndTrace {
  request_id: string;
  timestamp_ms?: number;
  status?: string | number;
  request_metadata?: TracePair[];
  tags?: TracePair[];
}

/** The runs that were ended, and those that are not there; their creation may still be on its way. */
export interface EndedRuns {
  run_ids?: string[];
  unknown?: string[];
}

/** A named group of runs; times are milliseconds since 1970, UTC. */
export interface Experiment {
  experiment_id: string;
  name: string;
  artifact_location?: string | null;
  lifecycle_stage?: string;
  tags?: ExperimentTag[];
  creation_time?: number | null;
  last_update_time?: number | null;
}

/** One experiment. */
export interface ExperimentAnswer {
  experiment: Experiment;
}

/** An experiment with what is in it. */
export interface ExperimentFacts {
  experiment_id: string;
  name: string;
  lifecycle_stage: string;
  creation_time: number;
  last_update_time: number;
  runs?: number;
  running?: number;
  models?: number;
  last_activity?: number;
  days?: number[];
  tags?: ExperimentTag[];
}

/** All experiments at a glance, the one with the last activity first. */
export interface ExperimentOverview {
  experiments?: ExperimentFacts[];
}

/** A page of experiments, and the token of the next page if there is one. */
export interface ExperimentPage {
  experiments?: Experiment[];
  next_page_token?: string | null;
}

/** A tag of an experiment. */
export interface ExperimentTag {
  key: string;
  value?: string;
}

/** The values of a column over all runs of a search, counted. */
export interface Facet {
  runs?: number;
  missing?: number;
  values?: (Float | number | string | null)[];
  counts?: number[];
  edges?: Float[];
  bins?: number[];
  odd?: number;
}

/** A file or folder; `path` is relative to the artifact root, `file_size` in bytes is None for a folder. */
export interface FileInfo {
  path: string;
  is_dir?: boolean;
  file_size?: number | null;
}

/** Set a logged model's status: LOGGED_MODEL_READY or LOGGED_MODEL_UPLOAD_FAILED. */
export interface FinalizeLoggedModel {
  model_id: string;
  status: string | number;
}

/** Find experiments, runs, models and keys by the beginning of an id or a part of a name, whatever the case. */
export interface FindAnything {
  text?: string;
  max_hits?: number;
}

/** Get an assessment. */
export interface GetAssessment {
  trace_id: string;
  assessment_id: string;
}

/**
 * Get what has changed after `cursor`, in some experiments or (empty) in all; 0 gives the cursor of now.
 *
 * Of a run that is written to all the time, one change a second is told. So a change stands for what happens to its
 * run in the second behind it, too.
 */
export interface GetChanges {
  cursor?: number;
  experiment_ids?: string[];
}

/** Get an experiment by id; deleted ones too. */
export interface GetExperiment {
  experiment_id: string;
}

/** Get an experiment by name; an active one before a deleted one. */
export interface GetExperimentByName {
  experiment_name: string;
}

/** Get all experiments with the numbers of their runs and models and their last activity. */
export interface GetExperimentOverview {
  view_type?: string | number;
}

/**
 * Count the values of one column over all runs of a search: the most frequent ones, and bins of numbers.
 *
 * `prefix` keeps the values that begin with it, whatever the case of its letters, for the completion of what somebody
 * types; it changes neither bins nor the number of runs without a value.
 */
export interface GetFacet {
  column: string;
  experiment_ids?: string[];
  filter?: string;
  run_view_type?: string | number;
  prefix?: string;
  max_values?: number;
  max_bins?: number;
}

/** Get the latest version of each stage, or of the given stages. */
export interface GetLatestVersions {
  name: string;
  stages?: string[];
}

/** Get a logged model. */
export interface GetLoggedModel {
  model_id: string;
}

/** Get a page of the points of a metric as GetMetricHistory does, in a third of the bytes and of the time. */
export interface GetMetricColumns {
  run_id: string;
  metric_key: string;
  page_token?: string;
  max_results?: number | null;
}

/** Get all points of a metric, in the order of their timestamps, steps and values. */
export interface GetMetricHistory {
  run_id: string;
  metric_key: string;
  page_token?: string;
  max_results?: number | null;
}

/** Get the points of one metric of up to 100 runs, at most `max_results` in all. */
export interface GetMetricHistoryBulk {
  run_id?: string[];
  metric_key?: string;
  max_results?: number;
}

/** Get about `max_results` points of one metric of each of up to 100 runs, evenly spread over the steps. */
export interface GetMetricHistoryBulkInterval {
  run_ids: string[];
  metric_key: string;
  start_step?: number | null;
  end_step?: number | null;
  max_results?: number | null;
}

/** Get a model version. */
export interface GetModelVersion {
  name: string;
  version: string;
}

/** Get the version that an alias points to. */
export interface GetModelVersionByAlias {
  name: string;
  alias: string;
}

/** Get where the files of a model version are. */
export interface GetModelVersionDownloadUri {
  name: string;
  version: string;
}

/** Get a registered model with the latest version of each stage. */
export interface GetRegisteredModel {
  name: string;
}

/** Get a run with the latest point of each metric, its params, tags, inputs and outputs. */
export interface GetRun {
  run_id: string;
}

/**
 * Get the columns (metrics, params, tags) that the runs of a search have, with what they hold.
 *
 * `kinds` empty means all kinds; `text` keeps the columns whose key contains it, whatever the case of its letters.
 * Of a kind with more than `max_columns`, those are told that say most: the experiments' primary metrics, what differs
 * between runs, what many runs have, what is called like a goal; and besides, those in `names`. With 0 there are only
 * these. `names` may also have summaries of metrics, such as `metrics.loss.min`.
 */
export interface GetRunColumns {
  experiment_ids?: string[];
  filter?: string;
  run_view_type?: string | number;
  kinds?: ("metrics" | "params" | "tags")[];
  text?: string;
  max_columns?: number;
  names?: string[];
}

/**
 * Group the runs of a search by the values of columns, and sum up numeric columns over each group.
 *
 * Columns are named as in GetRunWindow. The largest groups come first, or those with the best mean of `order_by`: the
 * name of one of `columns`, with DESC behind it for the highest first.
 */
export interface GetRunGroups {
  by: string[];
  experiment_ids?: string[];
  filter?: string;
  run_view_type?: string | number;
  columns?: string[];
  order_by?: string;
  max_groups?: number;
}

/**
 * Get some rows and some columns of the table of all runs that a search finds.
 *
 * A column is `attributes.<name>` (run_id, run_name, experiment_id, status, start_time, end_time, duration, user_id,
 * lifecycle_stage, artifact_uri, parent_run_id, points), `metrics.<key>` (the latest value), `metrics.<key>.min` and
 * its siblings (max, mean, count, first_step, last_step), `params.<key>` or `tags.<key>`; keys are not quoted.
 * `order_by` and `filter` are those of SearchRuns; `duration` (milliseconds; up to now for a run that goes on) and all
 * other attributes may be ordered by, too.
 *
 * With `tree` "closed" or "open", children stand below their parents, closed or opened but for the runs in `toggled`,
 * which are the other way round; with a filter, parents of matches are shown and opened though they match not.
 *
 * With `run_ids`, the table holds these runs in this order, and nothing else is looked for; those that are not there
 * are left out. A window has at most 10,000 rows and 2,000,000 cells, and without columns a million rows.
 */
export interface GetRunWindow {
  experiment_ids?: string[];
  filter?: string;
  run_view_type?: string | number;
  order_by?: string[];
  offset?: number;
  limit?: number;
  columns?: string[];
  tree?: "closed" | "none" | "open";
  toggled?: string[];
  run_ids?: string[];
}

/**
 * Get the series of some metrics of some runs, within bounds of steps or times, in about `max_points` points each.
 *
 * Thinned out series keep the first, last, lowest and highest point of each part of the x axis (`by`), so that a
 * chart shows the same line; `max_points` 0 gives all points. Points are ordered by `by`.
 */
export interface GetSeries {
  run_ids: string[];
  keys: string[];
  by?: "step" | "time";
  first_step?: number | null;
  last_step?: number | null;
  first_time?: number | null;
  last_time?: number | null;
  max_points?: number;
}

/**
 * Get series as GetSeries does, as the bytes that a chart is drawn from, with some columns or (empty) all of them.
 *
 * Of long series, whole parts are thinned out by what is known of them without reading them, so that the cost hardly
 * depends on their length.
 */
export interface GetSeriesFrame {
  run_ids: string[];
  keys: string[];
  by?: "step" | "time";
  first_step?: number | null;
  last_step?: number | null;
  first_time?: number | null;
  last_time?: number | null;
  max_points?: number;
  columns?: ("step" | "time" | "value")[];
}

/** Get a trace with the spans that have arrived; `allow_partial` is MLflow's and changes nothing. */
export interface GetTrace {
  trace_id: string;
  allow_partial?: boolean;
}

/** Get the facts of a trace (version 2). */
export interface GetTraceInfo {
  request_id: string;
}

/** Get the facts of a trace, without its spans. */
export interface GetTraceInfoV3 {
  trace_id: string;
}

/** A numeric column over groups: a value for each group, None where no run of it has a number. */
export interface GroupColumn {
  name: string;
  mean: (Float | null)[];
  minimum: (Float | null)[];
  maximum: (Float | null)[];
  deviation: (Float | null)[];
}

/** Something that was found. */
export interface Hit {
  kind: "experiment" | "logged_model" | "metric" | "param" | "registered_model" | "run" | "tag";
  id: string;
  name: string;
  experiment_id?: string;
  detail?: string;
}

/** What was found, the best first. */
export interface Hits {
  hits?: Hit[];
}

/**
 * Store points that a writer journalled between two positions of its journal, unless they are stored already.
 *
 * Point `i` belongs to `series[which[i]]`. The store keeps each writer's position in the same transaction as its
 * points: when its position is not `start`, it stores nothing and answers where it is, and the writer goes on from
 * there. A call with `start` and `end` 0 and no points only asks for the position. Series that cannot be stored (an
 * unknown or deleted run, a bad key) are refused one by one; the others are stored.
 */
export interface Ingest {
  writer_id: string;
  start?: number;
  end?: number;
  series?: SeriesName[];
  which?: number[];
  steps?: number[];
  timestamps?: number[];
  values?: Float[];
}

/** How far the store has a writer's journal, and what of this call it refused. */
export interface Ingested {
  position?: number;
  refused?: Refusal[];
}

/** A tag of a dataset input; `mlflow.data.context` says what it was used for. */
export interface InputTag {
  key: string;
  value?: string;
}

/** Link up to 100 traces to a run. */
export interface LinkTracesToRun {
  trace_ids?: string[];
  run_id?: string;
}

/** List the artifacts of a run directly below a path. */
export interface ListArtifacts {
  run_id: string;
  path?: string;
  page_token?: string;
}

/** List the artifacts of a logged model directly below a path. */
export interface ListLoggedModelArtifacts {
  model_id: string;
  artifact_directory_path?: string;
  page_token?: string;
}

/** Log metrics, params and tags to a run in one request: all of them or, on an error, none. */
export interface LogBatch {
  run_id: string;
  metrics?: Metric[];
  params?: Param[];
  tags?: RunTag[];
}

/** Record the datasets and logged models that a run used. */
export interface LogInputs {
  run_id: string;
  datasets?: DatasetInput[];
  models?: LoggedModelInput[];
}

/** Log params to a logged model. */
export interface LogLoggedModelParams {
  model_id: string;
  params?: LoggedModelParameter[];
}

/** Log one point of a metric; `timestamp` is in milliseconds since 1970, UTC. */
export interface LogMetric {
  run_id: string;
  key: string;
  value: Float;
  timestamp: number;
  step?: number;
  model_id?: string | null;
  dataset_name?: string | null;
  dataset_digest?: string | null;
}

/** Record a model of the 2.x kind (the text of its MLmodel as JSON) in the tag `mlflow.log-model.history`. */
export interface LogModel {
  run_id: string;
  model_json: string;
}

/** Record the logged models that a run made. */
export interface LogOutputs {
  run_id: string;
  models: LoggedModelOutput[];
}

/** Log a param; a param that is there keeps its value, and another value is refused. */
export interface LogParam {
  run_id: string;
  key: string;
  value?: string;
}

/** A model as an output of a run; users see it flat, the wire nests `info` and `data`. */
export interface LoggedModel {
  info: LoggedModelInfo;
  data?: LoggedModelData;
}

/** One logged model. */
export interface LoggedModelAnswer {
  model: LoggedModel;
}

/** How many logged models there are. */
export interface LoggedModelCount {
  count?: number;
}

/** The params of a logged model and the latest point of each metric linked to it. */
export interface LoggedModelData {
  params?: LoggedModelParameter[];
  metrics?: Metric[];
}

/** What a logged model is; times are milliseconds since 1970, UTC. */
export interface LoggedModelInfo {
  model_id: string;
  experiment_id: string;
  name: string;
  creation_timestamp_ms: number;
  last_updated_timestamp_ms: number;
  artifact_uri: string;
  status: string;
  model_type?: string | null;
  source_run_id?: string | null;
  status_message?: string | null;
  tags?: LoggedModelTag[];
  registrations?: LoggedModelRegistration[];
}

/** A logged model that a run used. */
export interface LoggedModelInput {
  model_id: string;
}

/** A logged model that a run made, at a training step. */
export interface LoggedModelOutput {
  model_id: string;
  step?: number;
}

/** A page of logged models, and the token of the next page if there is one. */
export interface LoggedModelPage {
  models?: LoggedModel[];
  next_page_token?: string | null;
}

/** A param of a logged model. */
export interface LoggedModelParameter {
  key: string;
  value?: string;
}

/** A registered model's version that was made from a logged model. */
export interface LoggedModelRegistration {
  name: string;
  version: string;
}

/** A tag of a logged model. */
export interface LoggedModelTag {
  key: string;
  value?: string;
}

/** One point of a series: `value` at `step`, logged at `timestamp` (milliseconds since 1970, UTC). */
export interface Metric {
  key: string;
  value: Float;
  timestamp: number;
  step?: number;
  model_id?: string | null;
  dataset_name?: string | null;
  dataset_digest?: string | null;
  run_id?: string | null;
}

/** A page of the points of a series, column by column, and the token of the next page if there is one. */
export interface MetricColumns {
  steps?: number[];
  timestamps?: number[];
  values?: Float[];
  next_page_token?: string | null;
}

/** A page of the points of a series, and the token of the next page if there is one. */
export interface MetricPage {
  metrics?: Metric[];
  next_page_token?: string | null;
}

/** All points of a series summed up; min, max and mean are of those that are no NaN, None if there are none. */
export interface MetricSummary {
  key: string;
  count: number;
  min?: Float | null;
  max?: Float | null;
  mean?: Float | null;
  first_step?: number;
  last_step?: number;
}

/** One point of a series, with the run that it belongs to. */
export interface MetricWithRunId {
  key: string;
  value: Float;
  timestamp?: number;
  step?: number;
  run_id?: string;
}

/** Points of one metric of several runs. */
export interface MetricsOfRuns {
  metrics?: MetricWithRunId[];
}

/** An experiment that holds traces. */
export interface MlflowExperimentLocation {
  experiment_id: string;
}

/** One key that a search is ordered by; a metric's may name the dataset that it was measured on. */
export interface ModelOrder {
  field_name: string;
  ascending?: boolean | null;
  dataset_name?: string | null;
  dataset_digest?: string | null;
}

/** A param of the logged model that a version was made from. */
export interface ModelParam {
  name: string;
  value: string;
}

/** One version of a registered model; times are milliseconds since 1970, UTC. */
export interface ModelVersion {
  name: string;
  version: string;
  creation_timestamp: number;
  last_updated_timestamp?: number | null;
  description?: string | null;
  user_id?: string | null;
  current_stage?: string | null;
  source?: string | null;
  run_id?: string | null;
  status?: string | null;
  status_message?: string | null;
  tags?: ModelVersionTag[];
  run_link?: string | null;
  aliases?: string[];
  model_id?: string | null;
  model_params?: ModelParam[];
  model_metrics?: Metric[];
}

/** One version of a registered model. */
export interface ModelVersionAnswer {
  model_version: ModelVersion;
}

/** A page of model versions, and the token of the next page if there is one. */
export interface ModelVersionPage {
  model_versions?: ModelVersion[];
  next_page_token?: string | null;
}

/** A tag of a model version. */
export interface ModelVersionTag {
  key: string;
  value?: string;
}

/** Versions of a registered model. */
export interface ModelVersions {
  model_versions?: ModelVersion[];
}

/** An attribute in OpenTelemetry's JSON; its value is a dict of one entry, such as `{"string_value": "x"}`. */
export interface OtlpAttribute {
  key: string;
  value?: unknown;
}

/** An event of a span. */
export interface OtlpEvent {
  time_unix_nano?: number;
  name?: string;
  attributes?: OtlpAttribute[];
}

/** A span in OpenTelemetry's JSON as MLflow sends it: ids are base64, times nanoseconds. */
export interface OtlpSpan {
  trace_id: string;
  span_id: string;
  parent_span_id?: string;
  name?: string;
  start_time_unix_nano?: number;
  end_time_unix_nano?: number;
  attributes?: OtlpAttribute[];
  events?: OtlpEvent[];
  status?: OtlpStatus | null;
}

/** How a span ended: STATUS_CODE_OK, STATUS_CODE_ERROR or nothing. */
export interface OtlpStatus {
  message?: string;
  code?: string;
}

/** A fact about a run that is written once. */
export interface Param {
  key: string;
  value?: string;
}

/** Why the points of one series were not stored; they never will be. */
export interface Refusal {
  series: number;
  error_code: string;
  message: string;
}

/** A named line of model versions; times are milliseconds since 1970, UTC. */
export interface RegisteredModel {
  name: string;
  creation_timestamp: number;
  last_updated_timestamp?: number | null;
  description?: string | null;
  latest_versions?: ModelVersion[];
  tags?: RegisteredModelTag[];
  aliases?: RegisteredModelAlias[];
  user_id?: string | null;
}

/** A name that points to one version of a registered model. */
export interface RegisteredModelAlias {
  alias: string;
  version: string;
}

/** One registered model. */
export interface RegisteredModelAnswer {
  registered_model: RegisteredModel;
}

/** A page of registered models, and the token of the next page if there is one. */
export interface RegisteredModelPage {
  registered_models?: RegisteredModel[];
  next_page_token?: string | null;
}

/** A tag of a registered model. */
export interface RegisteredModelTag {
  key: string;
  value?: string;
}

/** Rename a registered model; its versions, tags and aliases go along. */
export interface RenameRegisteredModel {
  name: string;
  new_name?: string;
}

/** Bring back an experiment and its runs that were marked as deleted. */
export interface RestoreExperiment {
  experiment_id: string;
}

/** Bring back a run that was marked as deleted. */
export interface RestoreRun {
  run_id: string;
}

/** One execution that logged, whole. */
export interface Run {
  info: RunInfo;
  data?: RunData;
  inputs?: RunInputs;
  outputs?: RunOutputs;
}

/** One run, whole. */
export interface RunAnswer {
  run: Run;
}

/** How many runs there are. */
export interface RunCount {
  count?: number;
}

/** What a run logged: the latest point of each metric, params and tags. */
export interface RunData {
  metrics?: Metric[];
  params?: Param[];
  tags?: RunTag[];
  metric_summaries?: MetricSummary[];
}

/** Groups of runs that have the same values in some columns. */
export interface RunGroups {
  groups?: number;
  keys?: TableColumn[];
  counts?: number[];
  columns?: GroupColumn[];
}

/** What a run is: ids, name, user, status, times (milliseconds since 1970, UTC), artifact root. */
export interface RunInfo {
  run_id: string;
  experiment_id: string;
  user_id: string;
  status: string;
  start_time: number | null;
  end_time?: number | null;
  lifecycle_stage?: string;
  artifact_uri?: string | null;
  run_name?: string | null;
  run_uuid?: string;
}

/** What a run is, after the change. */
export interface RunInfoAnswer {
  run_info: RunInfo;
}

/** The datasets and models that a run used. */
export interface RunInputs {
  dataset_inputs?: DatasetInput[];
  model_inputs?: LoggedModelInput[];
}

/** The models that a run made. */
export interface RunOutputs {
  model_outputs?: LoggedModelOutput[];
}

/** A page of runs, and the token of the next page if there is one. */
export interface RunPage {
  runs?: Run[];
  next_page_token?: string | null;
}

/** A fact about a run that may change. */
export interface RunTag {
  key: string;
  value?: string;
}

/** Some rows of a table of runs, and how many rows the whole table has. */
export interface RunWindow {
  rows?: number;
  matches?: number;
  run_ids?: string[];
  columns?: TableColumn[];
  depths?: number[];
  children?: number[];
  opened?: boolean[];
  matched?: boolean[];
  cursor?: number;
}

/** List the datasets that active runs of some experiments used, at most 1,000. */
export interface SearchDatasets {
  experiment_ids?: string[];
}

/** Search experiments by name, times and tags, newest first unless ordered otherwise. */
export interface SearchExperiments {
  max_results?: number | null;
  page_token?: string;
  filter?: string;
  order_by?: string[];
  view_type?: string | number;
}

/** Search the logged models of experiments. */
export interface SearchLoggedModels {
  experiment_ids: string[];
  filter?: string;
  datasets?: DatasetFilter[];
  max_results?: number;
  order_by?: ModelOrder[];
  page_token?: string;
}

/** Search model versions by name, run, source and tags, newest first unless ordered otherwise. */
export interface SearchModelVersions {
  filter?: string;
  max_results?: number;
  order_by?: string[];
  page_token?: string;
}

/** Search registered models by name and tags, in the order of their names unless ordered otherwise. */
export interface SearchRegisteredModels {
  filter?: string;
  max_results?: number;
  order_by?: string[];
  page_token?: string;
}

/** Search the runs of experiments by attributes, metrics, params, tags and datasets. */
export interface SearchRuns {
  experiment_ids?: string[];
  filter?: string;
  run_view_type?: string | number;
  max_results?: number;
  order_by?: string[];
  page_token?: string;
}

/** Search the traces of experiments (version 2). */
export interface SearchTraces {
  experiment_ids?: string[];
  filter?: string;
  max_results?: number;
  order_by?: string[];
  page_token?: string;
}

/** Search the traces of experiments. */
export interface SearchTracesV3 {
  locations?: TraceLocation[];
  filter?: string;
  max_results?: number;
  order_by?: string[];
  page_token?: string;
}

/** Series, by run and key as they were asked for; those without points are left out. */
export interface SeriesAnswer {
  series?: SeriesColumns[];
}

/** Points of one metric of one run, column by column. */
export interface SeriesColumns {
  run_id: string;
  key: string;
  count: number;
  steps: number[];
  timestamps: number[];
  values: Float[];
}

/** Which series points belong to: a key of a run, and what they were measured for and on. */
export interface SeriesName {
  run_id: string;
  key: string;
  model_id?: string;
  dataset_name?: string;
  dataset_digest?: string;
}

/** Set a tag of an experiment. */
export interface SetExperimentTag {
  experiment_id: string;
  key: string;
  value?: string;
}

/** Set tags of a logged model. */
export interface SetLoggedModelTags {
  model_id: string;
  tags?: LoggedModelTag[];
}

/** Set a tag of a model version. */
export interface SetModelVersionTag {
  name: string;
  version: string;
  key: string;
  value?: string;
}

/** Point an alias to a version of a registered model. */
export interface SetRegisteredModelAlias {
  name: string;
  alias: string;
  version: string;
}

/** Set a tag of a registered model. */
export interface SetRegisteredModelTag {
  name: string;
  key: string;
  value?: string;
}

/** Set a tag of a run. */
export interface SetTag {
  run_id: string;
  key: string;
  value?: string;
}

/** Set a tag of a trace (version 2). */
export interface SetTraceTag {
  request_id: string;
  key: string;
  value?: string;
}

/** Set a tag of a trace. */
export interface SetTraceTagV3 {
  trace_id: string;
  key: string;
  value?: string;
}

/**
 * One step of a trace. Times are nanoseconds since 1970, UTC; `end_time_ns` is None while it goes on.
 *
 * `attribute_texts` holds the attributes as MLflow keeps them, each value as JSON text; `attributes` decodes them.
 * `span_id` and `parent_id` are 16 hex digits, `trace_id` is `tr-` and 32.
 */
export interface Span {
  trace_id: string;
  span_id: string;
  name: string;
  start_time_ns: number;
  end_time_ns?: number | null;
  parent_id?: string | null;
  status?: SpanStatus;
  attributes?: Record<string, string>;
  events?: SpanEvent[];
}

/**
 * Something that happened within a span, at `timestamp` in nanoseconds since 1970, UTC.
 *
 * Raises:
 *     MlflowException: a field has another type; attributes are named: `SpanEvent("x", attributes={…})`.
 */
export interface SpanEvent {
  name: string;
  timestamp?: number;
  attributes?: unknown;
}

/** How a span ended, and a text about it; the code may be given by its name. */
export interface SpanStatus {
  status_code: SpanStatusCode;
  description?: string;
}

/** How a span ended. */
export interface SpanStatusCode {
}

/** Begin a trace (version 2): the server chooses its id. */
export interface StartTrace {
  experiment_id: string;
  timestamp_ms?: number;
  request_metadata?: TracePair[];
  tags?: TracePair[];
}

/** Store the facts of a trace, which has begun or ended; its spans come by OTLP, by AppendSpans or in a file. */
export interface StartTraceV3 {
  trace: TraceV3;
}

/** One column of a window: a value for each of its runs, in their order. */
export interface TableColumn {
  name: string;
  values: (Float | number | string | null)[];
}

/** One trace. */
export interface TraceAnswer {
  trace: TraceV3;
}

/** One trace's facts, in version 2. */
export interface TraceInfoAnswer {
  trace_info: TraceInfoV2;
}

/** A trace's facts in version 2. */
export interface TraceInfoV2 {
  request_id: string;
  experiment_id: string;
  timestamp_ms: number;
  execution_time_ms?: number | null;
  status?: string;
  request_metadata?: TracePair[];
  tags?: TracePair[];
}

/** A trace's facts on the wire: `request_time` is RFC 3339, `execution_duration` seconds such as `0.079s`. */
export interface TraceInfoV3 {
  trace_id: string;
  client_request_id?: string | null;
  trace_location?: TraceLocation | null;
  request_time?: string | null;
  execution_duration?: string | null;
  state?: string | null;
  trace_metadata?: Record<string, string>;
  assessments?: AssessmentV3[];
  tags?: Record<string, string>;
  request_preview?: string | null;
  response_preview?: string | null;
}

/** Where a trace is kept: its type, and the one place of that type. */
export interface TraceLocation {
  type: string;
  mlflow_experiment?: MlflowExperimentLocation | null;
}

/** A page of traces without their spans, and the token of the next page if there is one. */
export interface TracePage {
  traces?: TraceInfoV3[];
  next_page_token?: string | null;
}

/** A page of traces, in version 2. */
export interface TracePageV2 {
  traces?: TraceInfoV2[];
  next_page_token?: string | null;
}

/** A tag or a metadatum of a trace, in version 2. */
export interface TracePair {
  key?: string;
  value?: string;
}

/**
 * What a writer knows of a trace; parts of several writers are put together.
 *
 * Only `trace_id` and `experiment_id` must be given. What is not told is taken from the spans: begin, duration, state,
 * name, previews and token usage from the root span and its descendants, as they arrive. What is told wins over that.
 * Times are milliseconds. Tags and metadata are added to what is there, key by key.
 */
export interface TracePart {
  trace_id: string;
  experiment_id: string;
  request_time?: number | null;
  execution_duration?: number | null;
  state?: string | null;
  request_preview?: string | null;
  response_preview?: string | null;
  client_request_id?: string | null;
  trace_metadata?: Record<string, string>;
  tags?: Record<string, string>;
  assessments?: AssessmentV3[];
}

/** Why the spans and the part of one trace were not stored; they never will be. */
export interface TraceRefusal {
  trace_id: string;
  error_code: string;
  message: string;
}

/** A trace on the wire; calls that read facts only leave its spans out. */
export interface TraceV3 {
  trace_info: TraceInfoV3;
  spans?: OtlpSpan[];
}

/** Traces with their spans. */
export interface TracesAnswer {
  traces?: TraceV3[];
}

/** Move a model version to another stage, and on wish archive those that were there. */
export interface TransitionModelVersionStage {
  name: string;
  version: string;
  stage: string;
  archive_existing_versions?: boolean;
}

/** Undo LinkTracesToRun; a trace that was made in the run stays its trace. */
export interface UnlinkTracesFromRun {
  trace_ids?: string[];
  run_id?: string;
}

/** Change the fields of an assessment that `update_mask` names, in camelCase with commas between them. */
export interface UpdateAssessment {
  trace_id: string;
  assessment_id: string;
  assessment: AssessmentV3;
  update_mask?: string;
}

/** Rename an experiment. */
export interface UpdateExperiment {
  experiment_id: string;
  new_name: string;
}

/** Change the description of a model version. */
export interface UpdateModelVersion {
  name: string;
  version: string;
  description?: string;
}

/** Change the description of a registered model. */
export interface UpdateRegisteredModel {
  name: string;
  description?: string;
}

/**
 * Change a run's status, end time (milliseconds since 1970, UTC) or name.
 *
 * Ours: with the status RUNNING, `process_id` names the process that has the run open again, as in Attend; with
 * another one, `reason` says why the run ended and is kept in the tag `millrace.endReason`.
 */
export interface UpdateRun {
  run_id: string;
  status?: string | number | null;
  end_time?: number | null;
  run_name?: string | null;
  process_id?: string;
  reason?: string;
}

/** Every call by name: how it travels, what it asks, what it is answered with. */
export interface Calls {
  ListArtifacts: { method: "GET"; path: "2.0/mlflow/artifacts/list"; call: ListArtifacts; answer: ArtifactPage };
  CreateExperiment: { method: "POST"; path: "2.0/mlflow/experiments/create"; call: CreateExperiment; answer: CreatedExperiment };
  DeleteExperiment: { method: "POST"; path: "2.0/mlflow/experiments/delete"; call: DeleteExperiment; answer: Empty };
  DeleteExperimentTag: { method: "POST"; path: "2.0/mlflow/experiments/delete-experiment-tag"; call: DeleteExperimentTag; answer: Empty };
  GetExperiment: { method: "GET"; path: "2.0/mlflow/experiments/get"; call: GetExperiment; answer: ExperimentAnswer };
  GetExperimentByName: { method: "GET"; path: "2.0/mlflow/experiments/get-by-name"; call: GetExperimentByName; answer: ExperimentAnswer };
  RestoreExperiment: { method: "POST"; path: "2.0/mlflow/experiments/restore"; call: RestoreExperiment; answer: Empty };
  SearchExperiments: { method: "POST"; path: "2.0/mlflow/experiments/search"; call: SearchExperiments; answer: ExperimentPage };
  SearchDatasets: { method: "POST"; path: "2.0/mlflow/experiments/search-datasets"; call: SearchDatasets; answer: DatasetSummaries };
  SetExperimentTag: { method: "POST"; path: "2.0/mlflow/experiments/set-experiment-tag"; call: SetExperimentTag; answer: Empty };
  UpdateExperiment: { method: "POST"; path: "2.0/mlflow/experiments/update"; call: UpdateExperiment; answer: Empty };
  CreateLoggedModel: { method: "POST"; path: "2.0/mlflow/logged-models"; call: CreateLoggedModel; answer: LoggedModelAnswer };
  SearchLoggedModels: { method: "POST"; path: "2.0/mlflow/logged-models/search"; call: SearchLoggedModels; answer: LoggedModelPage };
  DeleteLoggedModel: { method: "DELETE"; path: "2.0/mlflow/logged-models/{model_id}"; call: DeleteLoggedModel; answer: Empty };
  GetLoggedModel: { method: "GET"; path: "2.0/mlflow/logged-models/{model_id}"; call: GetLoggedModel; answer: LoggedModelAnswer };
  FinalizeLoggedModel: { method: "PATCH"; path: "2.0/mlflow/logged-models/{model_id}"; call: FinalizeLoggedModel; answer: LoggedModelAnswer };
  ListLoggedModelArtifacts: { method: "GET"; path: "2.0/mlflow/logged-models/{model_id}/artifacts/directories"; call: ListLoggedModelArtifacts; answer: ArtifactPage };
  LogLoggedModelParams: { method: "POST"; path: "2.0/mlflow/logged-models/{model_id}/params"; call: LogLoggedModelParams; answer: Empty };
  SetLoggedModelTags: { method: "PATCH"; path: "2.0/mlflow/logged-models/{model_id}/tags"; call: SetLoggedModelTags; answer: Empty };
  DeleteLoggedModelTag: { method: "DELETE"; path: "2.0/mlflow/logged-models/{model_id}/tags/{tag_key}"; call: DeleteLoggedModelTag; answer: Empty };
  GetMetricHistory: { method: "GET"; path: "2.0/mlflow/metrics/get-history"; call: GetMetricHistory; answer: MetricPage };
  GetMetricHistoryBulk: { method: "GET"; path: "2.0/mlflow/metrics/get-history-bulk"; call: GetMetricHistoryBulk; answer: MetricsOfRuns };
  GetMetricHistoryBulkInterval: { method: "GET"; path: "2.0/mlflow/metrics/get-history-bulk-interval"; call: GetMetricHistoryBulkInterval; answer: MetricsOfRuns };
  CreateModelVersion: { method: "POST"; path: "2.0/mlflow/model-versions/create"; call: CreateModelVersion; answer: ModelVersionAnswer };
  DeleteModelVersion: { method: "DELETE"; path: "2.0/mlflow/model-versions/delete"; call: DeleteModelVersion; answer: Empty };
  DeleteModelVersionTag: { method: "DELETE"; path: "2.0/mlflow/model-versions/delete-tag"; call: DeleteModelVersionTag; answer: Empty };
  GetModelVersion: { method: "GET"; path: "2.0/mlflow/model-versions/get"; call: GetModelVersion; answer: ModelVersionAnswer };
  GetModelVersionDownloadUri: { method: "GET"; path: "2.0/mlflow/model-versions/get-download-uri"; call: GetModelVersionDownloadUri; answer: DownloadUri };
  SearchModelVersions: { method: "GET"; path: "2.0/mlflow/model-versions/search"; call: SearchModelVersions; answer: ModelVersionPage };
  SetModelVersionTag: { method: "POST"; path: "2.0/mlflow/model-versions/set-tag"; call: SetModelVersionTag; answer: Empty };
  TransitionModelVersionStage: { method: "POST"; path: "2.0/mlflow/model-versions/transition-stage"; call: TransitionModelVersionStage; answer: ModelVersionAnswer };
  UpdateModelVersion: { method: "PATCH"; path: "2.0/mlflow/model-versions/update"; call: UpdateModelVersion; answer: ModelVersionAnswer };
  DeleteRegisteredModelAlias: { method: "DELETE"; path: "2.0/mlflow/registered-models/alias"; call: DeleteRegisteredModelAlias; answer: Empty };
  GetModelVersionByAlias: { method: "GET"; path: "2.0/mlflow/registered-models/alias"; call: GetModelVersionByAlias; answer: ModelVersionAnswer };
  SetRegisteredModelAlias: { method: "POST"; path: "2.0/mlflow/registered-models/alias"; call: SetRegisteredModelAlias; answer: Empty };
  CreateRegisteredModel: { method: "POST"; path: "2.0/mlflow/registered-models/create"; call: CreateRegisteredModel; answer: RegisteredModelAnswer };
  DeleteRegisteredModel: { method: "DELETE"; path: "2.0/mlflow/registered-models/delete"; call: DeleteRegisteredModel; answer: Empty };
  DeleteRegisteredModelTag: { method: "DELETE"; path: "2.0/mlflow/registered-models/delete-tag"; call: DeleteRegisteredModelTag; answer: Empty };
  GetRegisteredModel: { method: "GET"; path: "2.0/mlflow/registered-models/get"; call: GetRegisteredModel; answer: RegisteredModelAnswer };
  GetLatestVersions: { method: "GET"; path: "2.0/mlflow/registered-models/get-latest-versions"; call: GetLatestVersions; answer: ModelVersions };
  RenameRegisteredModel: { method: "POST"; path: "2.0/mlflow/registered-models/rename"; call: RenameRegisteredModel; answer: RegisteredModelAnswer };
  SearchRegisteredModels: { method: "GET"; path: "2.0/mlflow/registered-models/search"; call: SearchRegisteredModels; answer: RegisteredModelPage };
  SetRegisteredModelTag: { method: "POST"; path: "2.0/mlflow/registered-models/set-tag"; call: SetRegisteredModelTag; answer: Empty };
  UpdateRegisteredModel: { method: "PATCH"; path: "2.0/mlflow/registered-models/update"; call: UpdateRegisteredModel; answer: RegisteredModelAnswer };
  CreateRun: { method: "POST"; path: "2.0/mlflow/runs/create"; call: CreateRun; answer: RunAnswer };
  DeleteRun: { method: "POST"; path: "2.0/mlflow/runs/delete"; call: DeleteRun; answer: Empty };
  DeleteTag: { method: "POST"; path: "2.0/mlflow/runs/delete-tag"; call: DeleteTag; answer: Empty };
  GetRun: { method: "GET"; path: "2.0/mlflow/runs/get"; call: GetRun; answer: RunAnswer };
  LogBatch: { method: "POST"; path: "2.0/mlflow/runs/log-batch"; call: LogBatch; answer: Empty };
  LogInputs: { method: "POST"; path: "2.0/mlflow/runs/log-inputs"; call: LogInputs; answer: Empty };
  LogMetric: { method: "POST"; path: "2.0/mlflow/runs/log-metric"; call: LogMetric; answer: Empty };
  LogModel: { method: "POST"; path: "2.0/mlflow/runs/log-model"; call: LogModel; answer: Empty };
  LogParam: { method: "POST"; path: "2.0/mlflow/runs/log-parameter"; call: LogParam; answer: Empty };
  LogOutputs: { method: "POST"; path: "2.0/mlflow/runs/outputs"; call: LogOutputs; answer: Empty };
  RestoreRun: { method: "POST"; path: "2.0/mlflow/runs/restore"; call: RestoreRun; answer: Empty };
  SearchRuns: { method: "POST"; path: "2.0/mlflow/runs/search"; call: SearchRuns; answer: RunPage };
  SetTag: { method: "POST"; path: "2.0/mlflow/runs/set-tag"; call: SetTag; answer: Empty };
  UpdateRun: { method: "POST"; path: "2.0/mlflow/runs/update"; call: UpdateRun; answer: RunInfoAnswer };
  SearchTraces: { method: "GET"; path: "2.0/mlflow/traces"; call: SearchTraces; answer: TracePageV2 };
  StartTrace: { method: "POST"; path: "2.0/mlflow/traces"; call: StartTrace; answer: TraceInfoAnswer };
  DeleteTraces: { method: "POST"; path: "2.0/mlflow/traces/delete-traces"; call: DeleteTraces; answer: DeletedTraces };
  LinkTracesToRun: { method: "POST"; path: "2.0/mlflow/traces/link-to-run"; call: LinkTracesToRun; answer: Empty };
  EndTrace: { method: "PATCH"; path: "2.0/mlflow/traces/{request_id}"; call: EndTrace; answer: TraceInfoAnswer };
  GetTraceInfo: { method: "GET"; path: "2.0/mlflow/traces/{request_id}/info"; call: GetTraceInfo; answer: TraceInfoAnswer };
  DeleteTraceTag: { method: "DELETE"; path: "2.0/mlflow/traces/{request_id}/tags"; call: DeleteTraceTag; answer: Empty };
  SetTraceTag: { method: "PATCH"; path: "2.0/mlflow/traces/{request_id}/tags"; call: SetTraceTag; answer: Empty };
  StartTraceV3: { method: "POST"; path: "3.0/mlflow/traces"; call: StartTraceV3; answer: TraceAnswer };
  BatchGetTraces: { method: "GET"; path: "3.0/mlflow/traces/batchGet"; call: BatchGetTraces; answer: TracesAnswer };
  DeleteTracesV3: { method: "POST"; path: "3.0/mlflow/traces/delete-traces"; call: DeleteTracesV3; answer: DeletedTraces };
  GetTrace: { method: "GET"; path: "3.0/mlflow/traces/get"; call: GetTrace; answer: TraceAnswer };
  SearchTracesV3: { method: "POST"; path: "3.0/mlflow/traces/search"; call: SearchTracesV3; answer: TracePage };
  GetTraceInfoV3: { method: "GET"; path: "3.0/mlflow/traces/{trace_id}"; call: GetTraceInfoV3; answer: TraceAnswer };
  CreateAssessment: { method: "POST"; path: "3.0/mlflow/traces/{trace_id}/assessments"; call: CreateAssessment; answer: AssessmentAnswer };
  DeleteAssessment: { method: "DELETE"; path: "3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}"; call: DeleteAssessment; answer: Empty };
  GetAssessment: { method: "GET"; path: "3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}"; call: GetAssessment; answer: AssessmentAnswer };
  UpdateAssessment: { method: "PATCH"; path: "3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}"; call: UpdateAssessment; answer: AssessmentAnswer };
  DeleteTraceTagV3: { method: "DELETE"; path: "3.0/mlflow/traces/{trace_id}/tags"; call: DeleteTraceTagV3; answer: Empty };
  SetTraceTagV3: { method: "PATCH"; path: "3.0/mlflow/traces/{trace_id}/tags"; call: SetTraceTagV3; answer: Empty };
  GetChanges: { method: "GET"; path: "millrace/1/changes/since"; call: GetChanges; answer: Changes };
  GetExperimentOverview: { method: "GET"; path: "millrace/1/experiments/overview"; call: GetExperimentOverview; answer: ExperimentOverview };
  FindAnything: { method: "GET"; path: "millrace/1/find"; call: FindAnything; answer: Hits };
  CountLoggedModels: { method: "POST"; path: "millrace/1/logged-models/count"; call: CountLoggedModels; answer: LoggedModelCount };
  Ingest: { method: "POST"; path: "millrace/1/points/ingest"; call: Ingest; answer: Ingested };
  Attend: { method: "POST"; path: "millrace/1/runs/attend"; call: Attend; answer: Empty };
  ChangeRuns: { method: "POST"; path: "millrace/1/runs/change"; call: ChangeRuns; answer: ChangedRuns };
  GetRunColumns: { method: "POST"; path: "millrace/1/runs/columns"; call: GetRunColumns; answer: ColumnCatalogue };
  CountRuns: { method: "POST"; path: "millrace/1/runs/count"; call: CountRuns; answer: RunCount };
  EndAbandoned: { method: "POST"; path: "millrace/1/runs/end-abandoned"; call: EndAbandoned; answer: EndedRuns };
  GetFacet: { method: "POST"; path: "millrace/1/runs/facet"; call: GetFacet; answer: Facet };
  GetRunGroups: { method: "POST"; path: "millrace/1/runs/groups"; call: GetRunGroups; answer: RunGroups };
  GetRunWindow: { method: "POST"; path: "millrace/1/runs/window"; call: GetRunWindow; answer: RunWindow };
  GetSeriesFrame: { method: "POST"; path: "millrace/1/series/frame"; call: GetSeriesFrame; answer: ArrayBuffer };
  GetSeries: { method: "POST"; path: "millrace/1/series/get"; call: GetSeries; answer: SeriesAnswer };
  GetMetricColumns: { method: "GET"; path: "millrace/1/series/page"; call: GetMetricColumns; answer: MetricColumns };
  AppendSpans: { method: "POST"; path: "millrace/1/traces/append"; call: AppendSpans; answer: Appended };
  UnlinkTracesFromRun: { method: "POST"; path: "millrace/1/traces/unlink-from-run"; call: UnlinkTracesFromRun; answer: Empty };
}

/** Where each call travels, below `/api/`. */
export const routes = {
  ListArtifacts: { method: "GET", path: "2.0/mlflow/artifacts/list", inPath: [] },
  CreateExperiment: { method: "POST", path: "2.0/mlflow/experiments/create", inPath: [] },
  DeleteExperiment: { method: "POST", path: "2.0/mlflow/experiments/delete", inPath: [] },
  DeleteExperimentTag: { method: "POST", path: "2.0/mlflow/experiments/delete-experiment-tag", inPath: [] },
  GetExperiment: { method: "GET", path: "2.0/mlflow/experiments/get", inPath: [] },
  GetExperimentByName: { method: "GET", path: "2.0/mlflow/experiments/get-by-name", inPath: [] },
  RestoreExperiment: { method: "POST", path: "2.0/mlflow/experiments/restore", inPath: [] },
  SearchExperiments: { method: "POST", path: "2.0/mlflow/experiments/search", inPath: [] },
  SearchDatasets: { method: "POST", path: "2.0/mlflow/experiments/search-datasets", inPath: [] },
  SetExperimentTag: { method: "POST", path: "2.0/mlflow/experiments/set-experiment-tag", inPath: [] },
  UpdateExperiment: { method: "POST", path: "2.0/mlflow/experiments/update", inPath: [] },
  CreateLoggedModel: { method: "POST", path: "2.0/mlflow/logged-models", inPath: [] },
  SearchLoggedModels: { method: "POST", path: "2.0/mlflow/logged-models/search", inPath: [] },
  DeleteLoggedModel: { method: "DELETE", path: "2.0/mlflow/logged-models/{model_id}", inPath: ["model_id"] },
  GetLoggedModel: { method: "GET", path: "2.0/mlflow/logged-models/{model_id}", inPath: ["model_id"] },
  FinalizeLoggedModel: { method: "PATCH", path: "2.0/mlflow/logged-models/{model_id}", inPath: ["model_id"] },
  ListLoggedModelArtifacts: { method: "GET", path: "2.0/mlflow/logged-models/{model_id}/artifacts/directories", inPath: ["model_id"] },
  LogLoggedModelParams: { method: "POST", path: "2.0/mlflow/logged-models/{model_id}/params", inPath: ["model_id"] },
  SetLoggedModelTags: { method: "PATCH", path: "2.0/mlflow/logged-models/{model_id}/tags", inPath: ["model_id"] },
  DeleteLoggedModelTag: { method: "DELETE", path: "2.0/mlflow/logged-models/{model_id}/tags/{tag_key}", inPath: ["model_id", "tag_key"] },
  GetMetricHistory: { method: "GET", path: "2.0/mlflow/metrics/get-history", inPath: [] },
  GetMetricHistoryBulk: { method: "GET", path: "2.0/mlflow/metrics/get-history-bulk", inPath: [] },
  GetMetricHistoryBulkInterval: { method: "GET", path: "2.0/mlflow/metrics/get-history-bulk-interval", inPath: [] },
  CreateModelVersion: { method: "POST", path: "2.0/mlflow/model-versions/create", inPath: [] },
  DeleteModelVersion: { method: "DELETE", path: "2.0/mlflow/model-versions/delete", inPath: [] },
  DeleteModelVersionTag: { method: "DELETE", path: "2.0/mlflow/model-versions/delete-tag", inPath: [] },
  GetModelVersion: { method: "GET", path: "2.0/mlflow/model-versions/get", inPath: [] },
  GetModelVersionDownloadUri: { method: "GET", path: "2.0/mlflow/model-versions/get-download-uri", inPath: [] },
  SearchModelVersions: { method: "GET", path: "2.0/mlflow/model-versions/search", inPath: [] },
  SetModelVersionTag: { method: "POST", path: "2.0/mlflow/model-versions/set-tag", inPath: [] },
  TransitionModelVersionStage: { method: "POST", path: "2.0/mlflow/model-versions/transition-stage", inPath: [] },
  UpdateModelVersion: { method: "PATCH", path: "2.0/mlflow/model-versions/update", inPath: [] },
  DeleteRegisteredModelAlias: { method: "DELETE", path: "2.0/mlflow/registered-models/alias", inPath: [] },
  GetModelVersionByAlias: { method: "GET", path: "2.0/mlflow/registered-models/alias", inPath: [] },
  SetRegisteredModelAlias: { method: "POST", path: "2.0/mlflow/registered-models/alias", inPath: [] },
  CreateRegisteredModel: { method: "POST", path: "2.0/mlflow/registered-models/create", inPath: [] },
  DeleteRegisteredModel: { method: "DELETE", path: "2.0/mlflow/registered-models/delete", inPath: [] },
  DeleteRegisteredModelTag: { method: "DELETE", path: "2.0/mlflow/registered-models/delete-tag", inPath: [] },
  GetRegisteredModel: { method: "GET", path: "2.0/mlflow/registered-models/get", inPath: [] },
  GetLatestVersions: { method: "GET", path: "2.0/mlflow/registered-models/get-latest-versions", inPath: [] },
  RenameRegisteredModel: { method: "POST", path: "2.0/mlflow/registered-models/rename", inPath: [] },
  SearchRegisteredModels: { method: "GET", path: "2.0/mlflow/registered-models/search", inPath: [] },
  SetRegisteredModelTag: { method: "POST", path: "2.0/mlflow/registered-models/set-tag", inPath: [] },
  UpdateRegisteredModel: { method: "PATCH", path: "2.0/mlflow/registered-models/update", inPath: [] },
  CreateRun: { method: "POST", path: "2.0/mlflow/runs/create", inPath: [] },
  DeleteRun: { method: "POST", path: "2.0/mlflow/runs/delete", inPath: [] },
  DeleteTag: { method: "POST", path: "2.0/mlflow/runs/delete-tag", inPath: [] },
  GetRun: { method: "GET", path: "2.0/mlflow/runs/get", inPath: [] },
  LogBatch: { method: "POST", path: "2.0/mlflow/runs/log-batch", inPath: [] },
  LogInputs: { method: "POST", path: "2.0/mlflow/runs/log-inputs", inPath: [] },
  LogMetric: { method: "POST", path: "2.0/mlflow/runs/log-metric", inPath: [] },
  LogModel: { method: "POST", path: "2.0/mlflow/runs/log-model", inPath: [] },
  LogParam: { method: "POST", path: "2.0/mlflow/runs/log-parameter", inPath: [] },
  LogOutputs: { method: "POST", path: "2.0/mlflow/runs/outputs", inPath: [] },
  RestoreRun: { method: "POST", path: "2.0/mlflow/runs/restore", inPath: [] },
  SearchRuns: { method: "POST", path: "2.0/mlflow/runs/search", inPath: [] },
  SetTag: { method: "POST", path: "2.0/mlflow/runs/set-tag", inPath: [] },
  UpdateRun: { method: "POST", path: "2.0/mlflow/runs/update", inPath: [] },
  SearchTraces: { method: "GET", path: "2.0/mlflow/traces", inPath: [] },
  StartTrace: { method: "POST", path: "2.0/mlflow/traces", inPath: [] },
  DeleteTraces: { method: "POST", path: "2.0/mlflow/traces/delete-traces", inPath: [] },
  LinkTracesToRun: { method: "POST", path: "2.0/mlflow/traces/link-to-run", inPath: [] },
  EndTrace: { method: "PATCH", path: "2.0/mlflow/traces/{request_id}", inPath: ["request_id"] },
  GetTraceInfo: { method: "GET", path: "2.0/mlflow/traces/{request_id}/info", inPath: ["request_id"] },
  DeleteTraceTag: { method: "DELETE", path: "2.0/mlflow/traces/{request_id}/tags", inPath: ["request_id"] },
  SetTraceTag: { method: "PATCH", path: "2.0/mlflow/traces/{request_id}/tags", inPath: ["request_id"] },
  StartTraceV3: { method: "POST", path: "3.0/mlflow/traces", inPath: [] },
  BatchGetTraces: { method: "GET", path: "3.0/mlflow/traces/batchGet", inPath: [] },
  DeleteTracesV3: { method: "POST", path: "3.0/mlflow/traces/delete-traces", inPath: [] },
  GetTrace: { method: "GET", path: "3.0/mlflow/traces/get", inPath: [] },
  SearchTracesV3: { method: "POST", path: "3.0/mlflow/traces/search", inPath: [] },
  GetTraceInfoV3: { method: "GET", path: "3.0/mlflow/traces/{trace_id}", inPath: ["trace_id"] },
  CreateAssessment: { method: "POST", path: "3.0/mlflow/traces/{trace_id}/assessments", inPath: ["trace_id"] },
  DeleteAssessment: { method: "DELETE", path: "3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}", inPath: ["trace_id", "assessment_id"] },
  GetAssessment: { method: "GET", path: "3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}", inPath: ["trace_id", "assessment_id"] },
  UpdateAssessment: { method: "PATCH", path: "3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}", inPath: ["trace_id", "assessment_id"] },
  DeleteTraceTagV3: { method: "DELETE", path: "3.0/mlflow/traces/{trace_id}/tags", inPath: ["trace_id"] },
  SetTraceTagV3: { method: "PATCH", path: "3.0/mlflow/traces/{trace_id}/tags", inPath: ["trace_id"] },
  GetChanges: { method: "GET", path: "millrace/1/changes/since", inPath: [] },
  GetExperimentOverview: { method: "GET", path: "millrace/1/experiments/overview", inPath: [] },
  FindAnything: { method: "GET", path: "millrace/1/find", inPath: [] },
  CountLoggedModels: { method: "POST", path: "millrace/1/logged-models/count", inPath: [] },
  Ingest: { method: "POST", path: "millrace/1/points/ingest", inPath: [] },
  Attend: { method: "POST", path: "millrace/1/runs/attend", inPath: [] },
  ChangeRuns: { method: "POST", path: "millrace/1/runs/change", inPath: [] },
  GetRunColumns: { method: "POST", path: "millrace/1/runs/columns", inPath: [] },
  CountRuns: { method: "POST", path: "millrace/1/runs/count", inPath: [] },
  EndAbandoned: { method: "POST", path: "millrace/1/runs/end-abandoned", inPath: [] },
  GetFacet: { method: "POST", path: "millrace/1/runs/facet", inPath: [] },
  GetRunGroups: { method: "POST", path: "millrace/1/runs/groups", inPath: [] },
  GetRunWindow: { method: "POST", path: "millrace/1/runs/window", inPath: [] },
  GetSeriesFrame: { method: "POST", path: "millrace/1/series/frame", inPath: [] },
  GetSeries: { method: "POST", path: "millrace/1/series/get", inPath: [] },
  GetMetricColumns: { method: "GET", path: "millrace/1/series/page", inPath: [] },
  AppendSpans: { method: "POST", path: "millrace/1/traces/append", inPath: [] },
  UnlinkTracesFromRun: { method: "POST", path: "millrace/1/traces/unlink-from-run", inPath: [] },
} as const;

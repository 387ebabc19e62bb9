-- The first schema. $ID, $TEXT, $REAL, $BLOB, $KEYED are spelled by the dialect; statements end with `;` at a line's end.
-- Times are milliseconds since 1970, UTC. Texts compare by code point on every database.

CREATE TABLE experiment (
    id $ID,
    name $TEXT NOT NULL UNIQUE,
    location $TEXT NOT NULL,
    stage $TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL
);

CREATE TABLE experiment_tag (
    experiment_id BIGINT NOT NULL,
    key $TEXT NOT NULL,
    value $TEXT NOT NULL,
    PRIMARY KEY (experiment_id, key)
) $KEYED;

-- Names of metrics, params and tags, written once.
CREATE TABLE key (
    id $ID,
    name $TEXT NOT NULL UNIQUE
);

CREATE TABLE run (
    id $ID,
    uuid $TEXT NOT NULL UNIQUE,
    experiment_id BIGINT NOT NULL,
    name $TEXT NOT NULL,
    user_id $TEXT NOT NULL,
    status $TEXT NOT NULL,
    start_ms BIGINT NOT NULL,
    end_ms BIGINT,
    stage $TEXT NOT NULL,
    deleted_ms BIGINT
);
CREATE INDEX run_newest ON run (experiment_id, stage, start_ms DESC, uuid);

-- Each metric of a run: its latest point, and all its points summed up; a NaN is a null value. `n` counts points, `numbers`
-- those that are no NaN, which total, minimum and maximum are of.
CREATE TABLE metric_latest (
    run_id BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    experiment_id BIGINT NOT NULL,
    value $REAL,
    step BIGINT NOT NULL,
    timestamp_ms BIGINT NOT NULL,
    n BIGINT NOT NULL,
    numbers BIGINT NOT NULL,
    total $REAL,
    minimum $REAL,
    maximum $REAL,
    first_step BIGINT NOT NULL,
    PRIMARY KEY (run_id, key_id)
) $KEYED;
CREATE INDEX metric_by_value ON metric_latest (key_id, experiment_id, value, run_id);

-- Points as they came, and later sorted into chunks; see docs/explanation/chunk-format.md.
CREATE TABLE point_batch (
    id $ID,
    run_id BIGINT NOT NULL,
    n BIGINT NOT NULL,
    data $BLOB NOT NULL
);
CREATE INDEX point_batch_by_run ON point_batch (run_id, n);

CREATE TABLE chunk_data (
    id $ID,
    data $BLOB NOT NULL
);

-- Where the chunks of each series are, and the outline of each: what charts of many chunks are drawn from.
CREATE TABLE chunk (
    run_id BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    first_ms BIGINT NOT NULL,
    first_step BIGINT NOT NULL,
    data_id BIGINT NOT NULL,
    last_ms BIGINT NOT NULL,
    last_step BIGINT NOT NULL,
    n BIGINT NOT NULL,
    outline $BLOB NOT NULL,
    PRIMARY KEY (run_id, key_id, first_ms, first_step, data_id)
) $KEYED;

-- What was changed within the last hour: runs, experiments (run_uuid is empty) and registered models (experiment_id is
-- -1). `seq` grows: milliseconds of the latest change, or more; see engine/changes.py.
CREATE TABLE change (
    experiment_id BIGINT NOT NULL,
    run_uuid $TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (experiment_id, run_uuid)
) $KEYED;
CREATE INDEX change_by_seq ON change (seq);

-- How far the store has the journal of each writer; see Ingest.
CREATE TABLE writer (
    id $TEXT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL
) $KEYED;

-- The processes that have a run open, as they said; `beats` counts what was heard since. `ended_ms` is when the run was
-- ended in their stead; see docs/explanation/dead-runs.md.
CREATE TABLE attendance (
    run_id BIGINT NOT NULL,
    process $TEXT NOT NULL,
    beats BIGINT NOT NULL,
    heard_ms BIGINT NOT NULL,
    ended_ms BIGINT,
    PRIMARY KEY (run_id, process)
) $KEYED;
CREATE INDEX attendance_heard ON attendance (run_id, process) WHERE beats > 0 AND ended_ms IS NULL;

CREATE TABLE param (
    run_id BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    experiment_id BIGINT NOT NULL,
    value $TEXT NOT NULL,
    PRIMARY KEY (run_id, key_id)
) $KEYED;
CREATE INDEX param_by_value ON param (key_id, experiment_id, SUBSTR(value, 1, 64), run_id);

CREATE TABLE tag (
    run_id BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    experiment_id BIGINT NOT NULL,
    value $TEXT NOT NULL,
    PRIMARY KEY (run_id, key_id)
) $KEYED;
CREATE INDEX tag_by_value ON tag (key_id, experiment_id, SUBSTR(value, 1, 64), run_id);

CREATE TABLE dataset (
    id $ID,
    experiment_id BIGINT NOT NULL,
    name $TEXT NOT NULL,
    digest $TEXT NOT NULL,
    source_type $TEXT NOT NULL,
    source $TEXT NOT NULL,
    schema $TEXT,
    profile $TEXT,
    UNIQUE (experiment_id, name, digest)
);

-- The datasets that a run used; `context` repeats the tag mlflow.data.context, which searches filter by.
CREATE TABLE dataset_input (
    run_id BIGINT NOT NULL,
    dataset_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    context $TEXT,
    PRIMARY KEY (run_id, dataset_id)
) $KEYED;
CREATE INDEX dataset_input_by_dataset ON dataset_input (dataset_id, run_id);

CREATE TABLE dataset_input_tag (
    run_id BIGINT NOT NULL,
    dataset_id BIGINT NOT NULL,
    key $TEXT NOT NULL,
    value $TEXT NOT NULL,
    PRIMARY KEY (run_id, dataset_id, key)
) $KEYED;

-- The logged models that a run used (`in`) or made (`out`).
CREATE TABLE run_model (
    run_id BIGINT NOT NULL,
    direction $TEXT NOT NULL,
    model_uuid $TEXT NOT NULL,
    step BIGINT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (run_id, direction, model_uuid)
) $KEYED;

CREATE TABLE logged_model (
    id $ID,
    uuid $TEXT NOT NULL UNIQUE,
    experiment_id BIGINT NOT NULL,
    name $TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    status $TEXT NOT NULL,
    status_message $TEXT,
    model_type $TEXT,
    source_run_id $TEXT,
    stage $TEXT NOT NULL,
    deleted_ms BIGINT
);
CREATE INDEX logged_model_newest ON logged_model (experiment_id, stage, created_ms, id);

CREATE TABLE logged_model_tag (
    model_id BIGINT NOT NULL,
    key $TEXT NOT NULL,
    value $TEXT NOT NULL,
    PRIMARY KEY (model_id, key)
) $KEYED;

CREATE TABLE logged_model_param (
    model_id BIGINT NOT NULL,
    key $TEXT NOT NULL,
    value $TEXT NOT NULL,
    PRIMARY KEY (model_id, key)
) $KEYED;

-- The latest point of each metric linked to a logged model, per run and dataset ('' for none).
CREATE TABLE logged_model_metric (
    model_id BIGINT NOT NULL,
    key $TEXT NOT NULL,
    run_uuid $TEXT NOT NULL,
    dataset_name $TEXT NOT NULL,
    dataset_digest $TEXT NOT NULL,
    value $REAL,
    step BIGINT NOT NULL,
    timestamp_ms BIGINT NOT NULL,
    PRIMARY KEY (model_id, key, run_uuid, dataset_name, dataset_digest)
) $KEYED;

-- `last_version` counts up: the number of a deleted version is never given again.
CREATE TABLE registered_model (
    id $ID,
    name $TEXT NOT NULL UNIQUE,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    description $TEXT,
    last_version BIGINT NOT NULL
);

CREATE TABLE registered_model_tag (
    registered_model_id BIGINT NOT NULL,
    key $TEXT NOT NULL,
    value $TEXT NOT NULL,
    PRIMARY KEY (registered_model_id, key)
) $KEYED;

CREATE TABLE registered_model_alias (
    registered_model_id BIGINT NOT NULL,
    alias $TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (registered_model_id, alias)
) $KEYED;

CREATE TABLE model_version (
    registered_model_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    description $TEXT,
    user_id $TEXT,
    current_stage $TEXT NOT NULL,
    source $TEXT NOT NULL,
    storage_location $TEXT,
    run_id $TEXT,
    run_link $TEXT,
    status $TEXT NOT NULL,
    status_message $TEXT,
    model_id $TEXT,
    PRIMARY KEY (registered_model_id, version)
) $KEYED;
CREATE INDEX model_version_by_model ON model_version (model_id);
CREATE INDEX model_version_by_run ON model_version (run_id);

CREATE TABLE model_version_tag (
    registered_model_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    key $TEXT NOT NULL,
    value $TEXT NOT NULL,
    PRIMARY KEY (registered_model_id, version, key)
) $KEYED;

-- Traces. `start_ms`, `duration_ms`, `state` and previews are what writers told, or else what the spans say; `told` has
-- a bit for each that was told (engine/trace_rows.py). `first_ns` to `last_ns` is the time that the spans cover.
CREATE TABLE trace (
    id $ID,
    uuid $TEXT NOT NULL UNIQUE,
    experiment_id BIGINT NOT NULL,
    start_ms BIGINT NOT NULL,
    duration_ms BIGINT,
    state $TEXT NOT NULL,
    client_request_id $TEXT,
    request_preview $TEXT,
    response_preview $TEXT,
    first_ns BIGINT,
    last_ns BIGINT,
    told BIGINT NOT NULL
);
CREATE INDEX trace_newest ON trace (experiment_id, start_ms DESC, uuid);

CREATE TABLE trace_tag (
    trace_id BIGINT NOT NULL,
    key $TEXT NOT NULL,
    value $TEXT NOT NULL,
    PRIMARY KEY (trace_id, key)
) $KEYED;

CREATE TABLE trace_metadata (
    trace_id BIGINT NOT NULL,
    key $TEXT NOT NULL,
    value $TEXT NOT NULL,
    PRIMARY KEY (trace_id, key)
) $KEYED;

-- Traces that were linked to runs, whether or not either is there yet.
CREATE TABLE trace_run (
    trace_uuid $TEXT NOT NULL,
    run_uuid $TEXT NOT NULL,
    PRIMARY KEY (trace_uuid, run_uuid)
) $KEYED;
CREATE INDEX trace_run_by_run ON trace_run (run_uuid);

-- `value` is the text that searches compare with, `data` the whole assessment as JSON.
CREATE TABLE assessment (
    id $ID,
    uuid $TEXT NOT NULL UNIQUE,
    trace_id BIGINT NOT NULL,
    kind $TEXT NOT NULL,
    name $TEXT NOT NULL,
    value $TEXT,
    created_ms BIGINT NOT NULL,
    data $TEXT NOT NULL
);
CREATE INDEX assessment_by_trace ON assessment (trace_id, name);

-- What searches look at, in narrow rows; ids are the eight bytes of OpenTelemetry's as a number.
CREATE TABLE span (
    trace_id BIGINT NOT NULL,
    span_id BIGINT NOT NULL,
    parent_id BIGINT,
    name $TEXT NOT NULL,
    kind $TEXT NOT NULL,
    status $TEXT NOT NULL,
    start_ns BIGINT NOT NULL,
    end_ns BIGINT,
    size BIGINT NOT NULL,
    tokens $TEXT,
    PRIMARY KEY (trace_id, span_id)
) $KEYED;

-- Attributes, events and the description of the status, as JSON, compressed where the database does not do that itself.
CREATE TABLE span_content (
    trace_id BIGINT NOT NULL,
    span_id BIGINT NOT NULL,
    data $PACKED NOT NULL,
    PRIMARY KEY (trace_id, span_id)
) $KEYED;

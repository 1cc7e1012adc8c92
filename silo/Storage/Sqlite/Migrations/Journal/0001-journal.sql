-- The journal. A commit is a row; an aggregate's head fences it. Aggregates are numbered in the order in which they come to be, so that what is
-- written at one time lies together: ids are random, and an index by id is touched once in an aggregate's life.
create table aggregates (
    number       integer not null primary key,
    id           text    not null unique,
    version      integer not null,
    wake_at      integer,                -- UTC, unix milliseconds
    leased_until integer                 -- UTC, unix milliseconds; ends with the next commit
);

create index aggregates_due on aggregates (wake_at) where wake_at is not null;

-- Apart from the head, which is written with every commit.
create table snapshots (
    aggregate integer not null primary key,
    version   integer not null,
    state     blob    not null           -- JSON, UTF-8
);

create table commits (
    position        integer not null primary key autoincrement,
    aggregate       integer not null,    -- its number
    version         integer not null,
    partition       integer not null,
    first_sequence  integer not null,
    at              integer not null,    -- UTC, unix microseconds
    events          blob    not null,    -- JSON, UTF-8
    correlation_id  text,
    causation_id    text,
    trace_parent    text,
    idempotency_key text,
    fingerprint     text
);

create unique index commits_of_aggregate on commits (aggregate, version);
create index commits_of_partition on commits (partition, position);

-- Readers of the journal: how far they came, what they made of it, what they could not digest.
create table checkpoints (
    reader    text    not null,
    partition integer not null,
    position  integer not null,
    primary key (reader, partition)
) without rowid;

create table read_models (
    model text not null,
    key   text not null,
    sort  text not null,
    id    text not null,
    body  blob not null,
    primary key (model, id)
) without rowid;

create index read_models_sorted on read_models (model, key, sort, id);

create table parked_events (
    reader    text    not null,
    event_id  text    not null,
    partition integer not null,
    position  integer not null,
    reason    text    not null,
    at        integer not null,          -- UTC, unix milliseconds
    primary key (reader, event_id)
) without rowid;

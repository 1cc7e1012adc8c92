-- The journal. A commit is a row; an aggregate's head fences it. Aggregates are numbered in the order in which they come to be, so that what is
-- written at one time lies together: ids are random, and an index by id is touched once in an aggregate's life.
create table aggregates (
    id           text collate "C" not null primary key,
    number       bigint           not null generated always as identity,
    version      bigint           not null,
    wake_at      timestamptz,
    leased_until timestamptz               -- ends with the next commit
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

create index aggregates_due on aggregates (wake_at) where wake_at is not null;

-- Apart from the head, which is written with every commit.
create table snapshots (
    aggregate bigint not null primary key, -- its number
    version   bigint not null,
    state     bytea  not null              -- JSON, UTF-8
);

-- A position is the number of the transaction that wrote the commit, and the commit's number within it: (transaction + ahead) * 4096 + n. Thus the
-- order of positions is the order in which transactions began to write, and what no running transaction can come below any more is told by
-- pg_snapshot_xmin alone. See docs/adr/0008-positions.md.
create table commits (
    position        bigint           not null primary key,
    aggregate       bigint           not null,
    id              text collate "C" not null, -- of the aggregate, for readers of the whole
    version         bigint           not null,
    partition       smallint         not null,
    first_sequence  bigint           not null,
    at              timestamptz      not null,
    events          bytea            not null, -- JSON, UTF-8
    correlation_id  text,
    causation_id    text,
    trace_parent    text,
    idempotency_key text,
    fingerprint     text
) with (toast_tuple_target = 8160); -- a quote is a few kilobytes: kept with its row, not compressed

create unique index commits_of_aggregate on commits (aggregate, version);
create index commits_of_partition on commits (partition, position);

-- How far the journal's clock is ahead of this server's transaction numbers: more than 0 when the journal was restored into a younger server.
create table journal_clock (
    one   boolean not null primary key default true check (one),
    ahead bigint  not null
);

insert into journal_clock (ahead) values (0);

-- Readers of the journal: how far they came, what they made of it, what they could not digest.
create table checkpoints (
    reader    text   not null,
    partition int    not null,
    position  bigint not null,
    primary key (reader, partition)
) with (fillfactor = 50);

create table read_models (
    model text collate "C" not null,
    key   text collate "C" not null,
    sort  text collate "C" not null,
    id    text collate "C" not null,
    body  bytea            not null,
    primary key (model, id)
) with (fillfactor = 80);

create index read_models_sorted on read_models (model, key, sort, id);
create index read_models_in_order on read_models (model, sort, id);

-- A read model is rebuilt beside the one that is read. A generation's rows and cursors stand under the model's name and its number.
create table read_model_generations (
    model    text not null primary key,
    active   int  not null,
    building int,
    since    timestamptz
);

create table parked_events (
    reader    text        not null,
    event_id  text        not null,
    partition int         not null,
    position  bigint      not null,
    reason    text        not null,
    at        timestamptz not null,
    primary key (reader, event_id)
);

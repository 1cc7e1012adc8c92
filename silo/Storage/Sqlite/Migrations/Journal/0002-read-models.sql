-- A read model is rebuilt beside the one that is read. A generation's rows and cursors stand under the model's name and its number.
create table read_model_generations (
    model    text    not null primary key,
    active   integer not null,
    building integer,
    since    integer                     -- UTC, unix milliseconds
) without rowid;

-- For lists that go through all keys.
create index read_models_in_order on read_models (model, sort, id);

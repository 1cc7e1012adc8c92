-- What Microsoft.Orleans.Persistence.AdoNet asks of a database: it runs the texts that it finds in OrleansQuery.
-- The identity is the whole identity (not a hash of it), so that two first writes cannot both succeed.
create table OrleansQuery (QueryKey text not null primary key, QueryText text not null);

create table grain_states (
    service_id text   not null,
    state_name text   not null,
    key_n0     bigint not null,
    key_n1     bigint not null,
    key_text   text   not null,
    version    int    not null,
    payload    bytea,
    primary key (service_id, state_name, key_n0, key_n1, key_text)
) with (fillfactor = 80);

insert into OrleansQuery values
('ReadFromStorageKey', '
    select payload as PayloadBinary, version as Version from grain_states
    where service_id = @ServiceId and state_name = @GrainTypeString and key_n0 = @GrainIdN0 and key_n1 = @GrainIdN1 and key_text = coalesce(@GrainIdExtensionString::text, '''')'),
('WriteToStorageKey', '
    with first as (
        insert into grain_states (service_id, state_name, key_n0, key_n1, key_text, version, payload)
        select @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString::text, ''''), 1, @PayloadBinary::bytea
        where @GrainStateVersion::int is null
        on conflict do nothing returning version
    ), later as (
        update grain_states set payload = @PayloadBinary::bytea, version = version + 1
        where service_id = @ServiceId and state_name = @GrainTypeString and key_n0 = @GrainIdN0 and key_n1 = @GrainIdN1 and key_text = coalesce(@GrainIdExtensionString::text, '''')
          and version = @GrainStateVersion::int
        returning version
    )
    select coalesce((select version from first), (select version from later), @GrainStateVersion::int) as NewGrainStateVersion'),
('ClearStorageKey', '
    with cleared as (
        update grain_states set payload = null, version = version + 1
        where service_id = @ServiceId and state_name = @GrainTypeString and key_n0 = @GrainIdN0 and key_n1 = @GrainIdN1 and key_text = coalesce(@GrainIdExtensionString::text, '''')
          and version = @GrainStateVersion::int
        returning version
    )
    select coalesce((select version from cleared), @GrainStateVersion::int) as NewGrainStateVersion');

-- What Microsoft.Orleans.Persistence.AdoNet asks of a database: it runs the texts that it finds in OrleansQuery.
-- The identity is the whole identity (not a hash of it), so that two first writes cannot both succeed.
create table OrleansQuery (QueryKey text not null primary key, QueryText text not null);

create table grain_states (
    service_id text    not null,
    state_name text    not null,
    key_n0     integer not null,
    key_n1     integer not null,
    key_text   text    not null,
    version    integer not null,
    payload    blob,
    primary key (service_id, state_name, key_n0, key_n1, key_text)
) without rowid;

insert into OrleansQuery values
('ReadFromStorageKey', '
    select payload as PayloadBinary, version as Version from grain_states
    where service_id = @ServiceId and state_name = @GrainTypeString and key_n0 = @GrainIdN0 and key_n1 = @GrainIdN1 and key_text = coalesce(@GrainIdExtensionString, '''');'),
('WriteToStorageKey', '
    insert into grain_states (service_id, state_name, key_n0, key_n1, key_text, version, payload)
    select @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString, ''''), 1, @PayloadBinary
    where @GrainStateVersion is null or exists (
        select 1 from grain_states
        where service_id = @ServiceId and state_name = @GrainTypeString and key_n0 = @GrainIdN0 and key_n1 = @GrainIdN1 and key_text = coalesce(@GrainIdExtensionString, ''''))
    on conflict (service_id, state_name, key_n0, key_n1, key_text)
    do update set payload = excluded.payload, version = version + 1 where version = @GrainStateVersion;
    select case when changes() = 1 then coalesce(@GrainStateVersion, 0) + 1 else @GrainStateVersion end as NewGrainStateVersion;'),
('ClearStorageKey', '
    update grain_states set payload = null, version = version + 1
    where service_id = @ServiceId and state_name = @GrainTypeString and key_n0 = @GrainIdN0 and key_n1 = @GrainIdN1 and key_text = coalesce(@GrainIdExtensionString, '''')
      and version = @GrainStateVersion;
    select case when changes() = 1 then @GrainStateVersion + 1 else @GrainStateVersion end as NewGrainStateVersion;');

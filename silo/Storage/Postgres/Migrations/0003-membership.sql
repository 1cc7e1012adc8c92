-- What Microsoft.Orleans.Clustering.AdoNet asks of a database. A statement that changes answers 1 when it did and 0 when it did nothing; the version
-- of the table, which every change raises, is what of two silos that change at once lets one through.
create table cluster_versions (
    cluster text not null primary key,
    version int  not null
);

create table members (
    cluster       text        not null,
    address       text        not null,
    port          int         not null,
    generation    int         not null,
    silo_name     text        not null,
    host_name     text        not null,
    status        int         not null, -- 3 active, 6 dead
    proxy_port    int,
    suspect_times text,
    start_time    timestamptz not null,
    alive_at      timestamptz not null,
    primary key (cluster, address, port, generation)
) with (fillfactor = 50);

insert into OrleansQuery values
('InsertMembershipVersionKey', '
    with made as (insert into cluster_versions values (@DeploymentId, 0) on conflict do nothing returning 1)
    select count(*)::int from made'),
('InsertMembershipKey', '
    with raised as (
        update cluster_versions set version = version + 1
        where cluster = @DeploymentId and version = @Version::int
          and not exists (select 1 from members where cluster = @DeploymentId and address = @Address and port = @Port and generation = @Generation)
        returning 1
    ), made as (
        insert into members (cluster, address, port, generation, silo_name, host_name, status, proxy_port, start_time, alive_at)
        select @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime::timestamptz, @IAmAliveTime::timestamptz from raised
        returning 1
    )
    select count(*)::int from made'),
('UpdateMembershipKey', '
    with raised as (
        update cluster_versions set version = version + 1
        where cluster = @DeploymentId and version = @Version::int
          and exists (select 1 from members where cluster = @DeploymentId and address = @Address and port = @Port and generation = @Generation)
        returning 1
    ), changed as (
        update members set status = @Status, suspect_times = @SuspectTimes::text, alive_at = @IAmAliveTime::timestamptz from raised
        where cluster = @DeploymentId and address = @Address and port = @Port and generation = @Generation
        returning 1
    )
    select count(*)::int from changed'),
('UpdateIAmAlivetimeKey', '
    update members set alive_at = @IAmAliveTime::timestamptz
    where cluster = @DeploymentId and address = @Address and port = @Port and generation = @Generation'),
('MembershipReadRowKey', '
    select m.address as Address, m.port as Port, m.generation as Generation, m.silo_name as SiloName, m.host_name as HostName, m.status as Status,
           m.proxy_port as ProxyPort, m.suspect_times as SuspectTimes, m.start_time as StartTime, m.alive_at as IAmAliveTime, v.version as Version
    from cluster_versions v left join members m on m.cluster = v.cluster and m.address = @Address and m.port = @Port and m.generation = @Generation
    where v.cluster = @DeploymentId'),
('MembershipReadAllKey', '
    select m.address as Address, m.port as Port, m.generation as Generation, m.silo_name as SiloName, m.host_name as HostName, m.status as Status,
           m.proxy_port as ProxyPort, m.suspect_times as SuspectTimes, m.start_time as StartTime, m.alive_at as IAmAliveTime, v.version as Version
    from cluster_versions v left join members m on m.cluster = v.cluster
    where v.cluster = @DeploymentId'),
('GatewaysQueryKey', '
    select address as Address, proxy_port as ProxyPort, generation as Generation from members
    where cluster = @DeploymentId and status = @Status and proxy_port > 0'),
('DeleteMembershipTableEntriesKey', '
    with gone as (delete from members where cluster = @DeploymentId)
    delete from cluster_versions where cluster = @DeploymentId'),
('CleanupDefunctSiloEntriesKey', '
    delete from members where cluster = @DeploymentId and alive_at < @IAmAliveTime::timestamptz and status <> 3');

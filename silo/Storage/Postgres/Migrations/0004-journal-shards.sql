-- Which part of the journal this database is: shard "number" of "shards". A partition lies in shard partition % shards. The journal's id is the same in
-- all its shards, so that two shops' databases are not taken for one's. See docs/adr/0021-journal-shards.md.
create table journal_shard (
    one       boolean  not null primary key default true check (one),
    journal   uuid     not null,
    number    smallint not null,
    shards    smallint not null,
    splitting smallint -- into so many shards: a split has begun and is not done
);

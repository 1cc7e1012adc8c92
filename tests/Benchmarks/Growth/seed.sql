-- Makes a shop old: copies one real journey (cart, checkout, payment, order and all their commits) as often as :orders says, with ids of their own.
-- The shop must have sold something and must not run; at its next start it goes on beyond what was copied.
\set ON_ERROR_STOP on
set synchronous_commit = off;
set client_min_messages = warning;

create temp table sample as
with sold as (
    select id as order_id, substr(id, 5) as suffix from aggregates where id like 'ord\_%' order by number desc limit 1
), bought as (
    select s.suffix, substring(convert_from(c.events, 'UTF8') from '"cartId":"(cart_[0-9a-z]+)"') as cart_id
    from sold s join commits c on c.id = 'chk_' || s.suffix and c.version = 1
)
select a.id, a.number, a.version, b.suffix, b.cart_id, dense_rank() over (order by a.number) - 1 as k
from bought b join aggregates a on a.id in (b.cart_id, 'chk_' || b.suffix, 'pay_' || b.suffix, 'ord_' || b.suffix);

create temp table steps as
select s.k, s.suffix, substr(s.cart_id, 6) as cart, left(s.id, position('_' in s.id)) as prefix, c.version, c.first_sequence, c.at, c.correlation_id, c.idempotency_key, c.fingerprint,
       convert_from(c.events, 'UTF8') as events, row_number() over (order by c.position) as m, count(*) over () as per_order
from sample s join commits c on c.aggregate = s.number;

create temp table base as
select (select max(number) from aggregates) + 1 as number, ((select max(position) from commits) >> 12) + 1 << 12 as position, (select count(*) from sample) as kinds;

create function pg_temp.name(n bigint, salt text) returns text language sql immutable as $$ select substr(md5(salt || n::text) || md5(n::text), 1, 26) $$;

insert into aggregates (id, number, version) overriding system value
select left(s.id, position('_' in s.id)) || pg_temp.name(n, case when s.id = s.cart_id then 'cart' else 'order' end), b.number + n * b.kinds + s.k, s.version
from base b, sample s, generate_series(1, :orders::bigint) n;

insert into commits (position, aggregate, id, version, partition, first_sequence, at, events, correlation_id, idempotency_key, fingerprint)
select b.position + n * s.per_order + s.m, b.number + n * b.kinds + s.k,
       s.prefix || pg_temp.name(n, case when s.prefix = 'cart_' then 'cart' else 'order' end),
       s.version, n % 8, s.first_sequence, s.at,
       convert_to(replace(replace(s.events, s.suffix, pg_temp.name(n, 'order')), s.cart, pg_temp.name(n, 'cart')), 'UTF8'),
       s.correlation_id, s.idempotency_key, s.fingerprint
from base b, generate_series(1, :orders::bigint) n, steps s;

insert into read_models (model, key, sort, id, body)
select r.model, r.key || n, r.sort, 'ord_' || pg_temp.name(n, 'order'), convert_to(replace(convert_from(r.body, 'UTF8'), s.suffix, pg_temp.name(n, 'order')), 'UTF8')
from (select distinct suffix from sample) s join read_models r on r.id = 'ord_' || s.suffix, generate_series(1, :orders::bigint) n;

select setval(pg_get_serial_sequence('aggregates', 'number'), (select max(number) from aggregates));
update checkpoints set position = (select max(position) from commits);
analyze;
select count(*) as aggregates, pg_size_pretty(pg_database_size(current_database())) as size from aggregates;

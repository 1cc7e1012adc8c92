-- What one would write by hand for the same promise: a stored function that takes the units and makes the order, in one transaction.
create table if not exists hand_stock (sku int primary key, available bigint not null);
create table if not exists hand_orders (id bigint generated always as identity primary key, sku int not null, quantity int not null, at timestamptz not null default now(), body text not null);
truncate hand_stock, hand_orders;
insert into hand_stock select n, 1000000000 from generate_series(1, 200) n;

create or replace function hand_buy(wanted int, units int, body text) returns bigint language plpgsql as $$
declare made bigint;
begin
    update hand_stock set available = available - units where sku = wanted and available >= units;
    if not found then
        return null;
    end if;
    insert into hand_orders (sku, quantity, body) values (wanted, units, body) returning id into made;
    return made;
end $$;

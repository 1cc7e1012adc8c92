-- The orders are read by time, too: the read model has a wider name.
update read_models set model = 'orders' where model = 'orders-by-owner';
update checkpoints set reader = 'orders' where reader = 'orders-by-owner';
update parked_events set reader = 'orders' where reader = 'orders-by-owner';
